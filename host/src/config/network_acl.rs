//! `[network-acl]`: within what Quell may use a network ACL.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{checks::Checks, number::Bounded, path::Path};
use crate::converge::{Band, Terms};

/// Within what Quell may use a network ACL, per direction. Entries of others are never touched, also in its band.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct NetworkAcl {
    /// The lowest number for an entry. A deny works only below the lowest allow that matches: a fresh ACL allows all
    /// at 100.
    pub first_number: Bounded<u16, 1, 32766>,
    /// The highest number for an entry.
    pub last_number: Bounded<u16, 1, 32766>,
    /// Amazon's quota of rules a direction (`L-2AEEBF1A`). If it is not given Service Quotas is asked, and if that may
    /// not be asked it is taken to be 20. Whatever it says, AWS's word that an ACL is full is believed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quota: Option<Bounded<u16, 1, 100>>,
    /// How many rules a direction and family are left free, so that people can add one while an attack goes on.
    pub reserve: Bounded<u16, 0, 100>,
    /// When not every hold has room for a rule of its own, neighbours share one. The widest IPv4 prefix that they may share,
    /// as a prefix length; 32 for none.
    pub widest_shared_ipv4: Bounded<u8, 8, 32>,
    /// As `widest-shared-ipv4`, for IPv6. 64 means that only addresses of one network share a rule.
    pub widest_shared_ipv6: Bounded<u8, 16, 128>,
    /// How many innocent addresses (of IPv6: networks of /64) may be denied to cover one certain offender more. 0 for none.
    pub innocents_per_offender: Bounded<u32, 0, 65536>,
    /// By how much a plan must be better to move an entry that works, in percent of a certain offender.
    pub move_margin_percent: Bounded<u8, 0, 100>,
}

impl Default for NetworkAcl {
    fn default() -> Self {
        let terms = Terms::default();
        Self {
            first_number: Bounded::default_of(terms.band.first),
            last_number: Bounded::default_of(terms.band.last),
            quota: None,
            reserve: Bounded::default_of(terms.reserve),
            widest_shared_ipv4: Bounded::default_of(terms.widest_ipv4),
            widest_shared_ipv6: Bounded::default_of(terms.widest_ipv6),
            innocents_per_offender: Bounded::default_of(terms.innocents),
            move_margin_percent: Bounded::default_of(terms.margin_percent),
        }
    }
}

impl NetworkAcl {
    /// As the terms of converging. What must never be denied comes from elsewhere.
    pub fn terms(&self) -> Terms {
        Terms {
            band: Band {
                first: self.first_number.get(),
                last: self.last_number.get(),
            },
            quota: self.quota.map(Bounded::get),
            reserve: self.reserve.get(),
            widest_ipv4: self.widest_shared_ipv4.get(),
            widest_ipv6: self.widest_shared_ipv6.get(),
            innocents: self.innocents_per_offender.get(),
            margin_percent: self.move_margin_percent.get(),
            never: Vec::new(),
        }
    }

    pub(super) fn check(&self, here: &Path, checks: &mut Checks<'_>) {
        if self.first_number > self.last_number {
            checks.fail(
                &here.join("first-number"),
                format!(
                    "`first-number` {} is above `last-number` {}, so no number is left",
                    self.first_number, self.last_number
                ),
                "lower `first-number` or raise `last-number`",
            );
        }
    }
}
