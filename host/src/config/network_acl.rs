//! `[network-acl]`: the room that the host has in a network ACL.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{checks::Checks, number::Bounded, path::Path};

/// The room that the host has in a network ACL, per direction. Entries of others are never touched, also in this band.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct NetworkAcl {
    /// The lowest number for an entry. A deny works only below the lowest allow that matches: a fresh ACL allows all
    /// at 100.
    pub first_number: Bounded<u16, 1, 32766>,
    /// The highest number for an entry.
    pub last_number: Bounded<u16, 1, 32766>,
    /// Amazon's quota of rules a direction (`L-2AEEBF1A`): 20 unless it was raised, at most 40.
    pub quota: Bounded<u16, 1, 40>,
}

impl Default for NetworkAcl {
    fn default() -> Self {
        Self {
            first_number: Bounded::default_of(1),
            last_number: Bounded::default_of(99),
            quota: Bounded::default_of(20),
        }
    }
}

impl NetworkAcl {
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
