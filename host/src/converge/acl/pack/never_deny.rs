//! What no aggregate may deny.

use ipnet::IpNet;

use super::block::{Block, Disjoint};
use crate::cloud::Family;

/// Prefixes of both families that no rule for several offenders may deny an address of. Built once, asked for each node of a tree.
#[derive(Debug, Clone, Default)]
pub struct NeverDeny {
    ipv4: Disjoint,
    ipv6: Disjoint,
}

impl NeverDeny {
    /// Of these prefixes, in any order, also nested or repeated.
    pub fn new(prefixes: &[IpNet]) -> Self {
        let of = |family| {
            let prefixes = prefixes.iter().filter(|prefix| Family::of(**prefix) == family);
            Disjoint::new(prefixes.map(|prefix| Block::of(*prefix)).collect())
        };
        Self {
            ipv4: of(Family::IPv4),
            ipv6: of(Family::IPv6),
        }
    }

    /// Whether a rule for this prefix would deny an address that must not be denied.
    pub fn overlaps(&self, prefix: IpNet) -> bool {
        self.of(Family::of(prefix)).overlaps(Block::of(prefix))
    }

    pub(super) fn of(&self, family: Family) -> &Disjoint {
        match family {
            Family::IPv4 => &self.ipv4,
            Family::IPv6 => &self.ipv6,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn never() -> NeverDeny {
        let prefixes = ["198.51.100.0/24", "192.0.2.7/32", "198.51.100.4/30", "2001:db8::/64"];
        NeverDeny::new(&prefixes.map(|prefix| prefix.parse().unwrap()))
    }

    #[test]
    fn a_prefix_inside_around_or_equal_overlaps() {
        for prefix in [
            "198.51.100.9/32",
            "198.51.100.0/24",
            "198.51.0.0/16",
            "0.0.0.0/0",
            "192.0.2.6/31",
            "::/0",
        ] {
            assert!(never().overlaps(prefix.parse().unwrap()), "{prefix}");
        }
    }

    #[test]
    fn a_prefix_beside_does_not_overlap() {
        for prefix in [
            "198.51.101.0/24",
            "198.51.99.0/24",
            "192.0.2.6/32",
            "192.0.2.8/29",
            "2001:db8:0:1::/64",
        ] {
            assert!(!never().overlaps(prefix.parse().unwrap()), "{prefix}");
        }
    }

    #[test]
    fn the_families_are_apart() {
        // 0.0.0.0/0 and ::/0 are the same bits.
        let never = NeverDeny::new(&["0.0.0.0/0".parse().unwrap()]);
        assert!(!never.overlaps("::/0".parse().unwrap()));
    }
}
