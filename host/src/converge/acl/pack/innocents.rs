//! Innocents: who is denied though nobody asked for it.

use ipnet::IpNet;

use super::block::{self, Block, Disjoint};
use crate::cloud::Family;

/// How many addresses (of IPv6: /64s) of a prefix lie in none of these prefixes of offenders.
pub fn innocents(prefix: IpNet, offenders: &[IpNet]) -> u128 {
    let unit = block::unit(Family::of(prefix));
    let whole = Block::of(prefix);
    let inside = offenders.iter().filter(|offender| prefix.contains(*offender));
    let touched = Disjoint::new(inside.map(|offender| Block::of(*offender).widened(unit)).collect());
    whole.units(unit).saturating_sub(touched.units(unit))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("203.0.113.0/29", &["203.0.113.1/32", "203.0.113.2/32", "203.0.113.1/32"], 6)]
    #[case("203.0.113.0/29", &["203.0.113.0/30", "203.0.113.1/32", "198.51.100.1/32"], 4)]
    #[case("2001:db8::/62", &["2001:db8::1/128", "2001:db8::2/128", "2001:db8:0:1::/64"], 2)]
    #[case("2001:db8::/120", &["2001:db8::1/128"], 0)]
    fn who_is_counted_is_in_the_prefix_and_in_no_offenders(
        #[case] prefix: &str,
        #[case] offenders: &[&str],
        #[case] expected: u128,
    ) {
        let offenders: Vec<IpNet> = offenders.iter().map(|offender| offender.parse().unwrap()).collect();
        assert_eq!(innocents(prefix.parse().unwrap(), &offenders), expected);
    }
}
