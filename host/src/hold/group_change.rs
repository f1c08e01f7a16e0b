//! Changes of security groups: whose members interfaces are, and which rules groups have.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::change::Effect;
use crate::cloud::{GroupRule, InterfaceId, RuleSpec, SecurityGroupId, VpcId};

/// One write to security groups.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "change")]
pub enum GroupChange {
    /// Put an interface into other groups, all of them at once.
    SetGroups {
        /// The interface.
        interface: InterfaceId,
        /// The groups that it was in.
        from: Vec<SecurityGroupId>,
        /// The groups that it is in then.
        to: Vec<SecurityGroupId>,
        /// What that is for.
        purpose: Purpose,
    },
    /// Make a group of Quell's own.
    CreateGroup {
        /// Where.
        vpc: VpcId,
        /// What for.
        role: GroupRole,
    },
    /// Add a rule to a group.
    Authorize {
        /// The group.
        group: SecurityGroupId,
        /// The rule.
        rule: RuleSpec,
    },
    /// Take a rule out of a group.
    Revoke {
        /// The group.
        group: SecurityGroupId,
        /// The rule, with all that is needed to put it back.
        rule: GroupRule,
    },
}

/// What an interface is put into other groups for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// To lift the tracking of its flows, so that the isolation which follows cuts them.
    CutFlows,
    /// To isolate it.
    Isolate,
    /// To put back what was there.
    Restore,
}

/// What a group of Quell's own is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GroupRole {
    /// Lets nothing in and nothing out, but what is configured for those who investigate.
    Isolation,
    /// Lets everything in and out, so that flows are not tracked: an interface is in it between two calls.
    Transit,
}

impl GroupRole {
    /// Its name, as the tag `quell:role` of the group says it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Isolation => "isolation",
            Self::Transit => "transit",
        }
    }
}

impl fmt::Display for GroupRole {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl GroupChange {
    pub(super) fn effect(&self) -> Effect {
        match self {
            Self::SetGroups { .. } => Effect::Alters,
            Self::CreateGroup { .. } | Self::Authorize { .. } => Effect::Adds,
            Self::Revoke { .. } => Effect::Removes,
        }
    }
}

impl fmt::Display for GroupChange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SetGroups {
                interface,
                from,
                to,
                purpose,
            } => {
                let why = match purpose {
                    Purpose::CutFlows => " (to cut its flows)",
                    Purpose::Isolate => "",
                    Purpose::Restore => " (as before)",
                };
                write!(formatter, "{interface} groups {} → {}{why}", listed(from), listed(to))
            }
            Self::CreateGroup { vpc, role } => write!(formatter, "security group for {role} in {vpc}"),
            Self::Authorize { group, rule } => write!(formatter, "{group} {rule}"),
            Self::Revoke { group, rule } => write!(formatter, "{group} {}", rule.rule),
        }
    }
}

/// Groups, as a line names them.
pub fn listed(groups: &[SecurityGroupId]) -> String {
    let groups: Vec<_> = groups.iter().map(SecurityGroupId::as_str).collect();
    groups.join(", ")
}
