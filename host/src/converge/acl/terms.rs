//! The operator's terms: within what Quell may use a network ACL.

use super::pack::{PackRules, Weight};
use crate::{cloud::Family, guard::NeverBlock};

/// Amazon's default quota L-2AEEBF1A: rules a direction of a network ACL. It can be raised to 40.
pub(super) const DEFAULT_QUOTA: u16 = 20;

/// The numbers that Quell may give its entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Band {
    /// The lowest number that Quell may use, 1 or more.
    pub first: u16,
    /// The highest number that Quell may use.
    pub last: u16,
}

impl Default for Band {
    fn default() -> Self {
        // Amazon's own first rule, which allows all, has number 100: a deny works only below it.
        Self { first: 1, last: 99 }
    }
}

/// Within what Quell may use a network ACL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The numbers of its entries.
    pub band: Band,
    /// Rules a direction and family that a network ACL can have, the final deny included; None to ask Service Quotas.
    pub quota: Option<u16>,
    /// Rules a direction and family that are left free for people.
    pub reserve: u16,
    /// The widest IPv4 prefix that several holds may be packed into, as a prefix length.
    pub widest_ipv4: u8,
    /// The widest IPv6 prefix that several holds may be packed into, as a prefix length.
    pub widest_ipv6: u8,
    /// How many innocent addresses (of IPv6: /64s) may be denied to cover one certain offender more. 0: none, ever.
    pub innocents: u32,
    /// How much better a plan must be to move an entry that works, in hundredths of a certain offender.
    pub margin_percent: u8,
    /// What no entry of ours may deny, beside what the journal knows of each target.
    pub never: Vec<NeverBlock>,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            band: Band::default(),
            quota: None,
            reserve: 1,
            widest_ipv4: 24,
            widest_ipv6: 56,
            innocents: 16,
            margin_percent: 10,
            never: Vec::new(),
        }
    }
}

impl Terms {
    /// The terms of packing one family.
    pub(super) fn packing(&self, family: Family) -> PackRules {
        let full = Weight::FULL.millionths();
        let innocent_cost = match u64::from(self.innocents) {
            0 => Weight::MAX,
            innocents => Weight::of_millionths(full / innocents),
        };
        PackRules {
            family,
            widest: match family {
                Family::IPv4 => self.widest_ipv4,
                Family::IPv6 => self.widest_ipv6,
            },
            innocent_cost,
            keep_bonus: Weight::of_millionths(full * u64::from(self.margin_percent) / 100),
        }
    }
}
