//! Blocks: prefixes of either family as numbers.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::cloud::Family;

/// How many bits an IPv4 address is shifted up, so that its prefixes compare as those of IPv6 do.
const IPV4_SHIFT: u32 = 96;

/// A prefix, aligned to the left in 128 bits, so that the arithmetic is the same for both families. Which family it is,
/// its owner knows.
///
/// Blocks are in the order of their first address, and an outer one comes before all that it contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Block {
    first: u128,
    length: u8,
}

impl Block {
    /// The block of a prefix; bits after its length don't count.
    pub(super) fn of(prefix: IpNet) -> Self {
        let first = match prefix.network() {
            IpAddr::V4(address) => u128::from(address.to_bits()) << IPV4_SHIFT,
            IpAddr::V6(address) => address.to_bits(),
        };
        Self {
            first,
            length: prefix.prefix_len(),
        }
    }

    /// The prefix that this block of a family is.
    pub(super) fn prefix(self, family: Family) -> IpNet {
        match family {
            Family::IPv4 => {
                let address = Ipv4Addr::from_bits(u32::try_from(self.first >> IPV4_SHIFT).unwrap_or(u32::MAX));
                Ipv4Net::new(address, self.length).map_or_else(|_| IpAddr::from(address).into(), IpNet::V4)
            }
            Family::IPv6 => {
                let address = Ipv6Addr::from_bits(self.first);
                Ipv6Net::new(address, self.length).map_or_else(|_| IpAddr::from(address).into(), IpNet::V6)
            }
        }
    }

    /// The prefix length.
    pub(super) fn length(self) -> u8 {
        self.length
    }

    /// The last address.
    pub(super) fn last(self) -> u128 {
        self.first | u128::MAX.checked_shr(self.length.into()).unwrap_or(0)
    }

    /// Whether this is the other one or wider around it.
    pub(super) fn contains(self, other: Self) -> bool {
        self.length <= other.length && other.first <= self.last() && self.first <= other.first
    }

    /// The block of this length around this one; itself if it is no longer than that.
    pub(super) fn widened(self, length: u8) -> Self {
        if self.length <= length {
            return self;
        }
        let beyond = u128::MAX.checked_shr(length.into()).unwrap_or(0);
        Self {
            first: self.first & !beyond,
            length,
        }
    }

    /// The narrowest block around both.
    pub(super) fn around(self, other: Self) -> Self {
        // At most 128.
        let common = (self.first ^ other.first).leading_zeros() as u8;
        self.widened(common.min(other.length))
    }

    /// Whether this lies in the upper half of a wider block.
    pub(super) fn is_in_upper_half_of(self, outer: Self) -> bool {
        let below = u128::MAX.checked_shr(u32::from(outer.length) + 1).unwrap_or(0);
        self.first > outer.first | below
    }

    /// How many units of this prefix length it touches: at least the one that it lies in.
    pub(super) fn units(self, unit: u8) -> u128 {
        // At most 2^64, the /64s of ::/0.
        1u128
            .checked_shl(unit.saturating_sub(self.length).into())
            .unwrap_or(u128::MAX)
    }
}

/// The prefix length of what counts as one innocent: an address of IPv4, a /64 of IPv6, because a host owns a /64.
pub(super) fn unit(family: Family) -> u8 {
    match family {
        Family::IPv4 => 32,
        Family::IPv6 => 64,
    }
}

/// Sorted blocks of one family that have no address in common, each inside of none of the others.
#[derive(Debug, Clone, Default)]
pub(super) struct Disjoint(Vec<Block>);

impl Disjoint {
    pub(super) fn new(mut blocks: Vec<Block>) -> Self {
        blocks.sort_unstable();
        // `dedup_by` hands the later one first.
        blocks.dedup_by(|inner, outer| outer.contains(*inner));
        Self(blocks)
    }

    /// How many units all of them touch together.
    pub(super) fn units(&self, unit: u8) -> u128 {
        let units = self.0.iter().map(|block| block.units(unit));
        units.fold(0, u128::saturating_add)
    }

    /// Whether a block has an address in common with one of these.
    pub(super) fn overlaps(&self, block: Block) -> bool {
        let next = self.0.partition_point(|span| span.last() < block.first);
        self.0.get(next).is_some_and(|span| span.first <= block.last())
    }
}
