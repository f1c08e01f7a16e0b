//! A change: one AWS write, with its opposite.

use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{entry_change::EntryChange, group_change::GroupChange, machine_change::MachineChange};
use crate::cloud::RequestId;

/// The number of a change in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChangeId(pub i64);

/// One write to AWS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Change {
    /// Of an entry of a network ACL.
    Entry(EntryChange),
    /// Of security groups: whose members interfaces are, and which rules they have.
    Groups(GroupChange),
    /// Of an instance's state.
    Machine(MachineChange),
}

impl Change {
    /// The change of an entry, if it is one.
    pub fn entry(&self) -> Option<&EntryChange> {
        match self {
            Self::Entry(change) => Some(change),
            Self::Groups(_) | Self::Machine(_) => None,
        }
    }

    /// What it does, as the sign of a line in a diff has it.
    pub fn effect(&self) -> Effect {
        match self {
            Self::Entry(EntryChange::Create(_)) => Effect::Adds,
            Self::Entry(EntryChange::Replace { .. }) => Effect::Alters,
            Self::Entry(EntryChange::Delete(_)) => Effect::Removes,
            Self::Groups(change) => change.effect(),
            Self::Machine(change) => change.effect(),
        }
    }
}

/// What a change does to what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Something more is there.
    Adds,
    /// Something is otherwise.
    Alters,
    /// Something is gone.
    Removes,
}

impl Effect {
    /// The sign of a line in a diff.
    pub fn sign(self) -> char {
        match self {
            Self::Adds => '+',
            Self::Alters => '~',
            Self::Removes => '-',
        }
    }
}

/// One line, as a diff has it: `+ 99 deny 203.0.113.7/32 ingress`.
impl fmt::Display for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entry(change) => change.fmt(formatter),
            Self::Groups(change) => write!(formatter, "{} {change}", change.effect().sign()),
            Self::Machine(change) => write!(formatter, "{} {change}", change.effect().sign()),
        }
    }
}

impl From<EntryChange> for Change {
    fn from(change: EntryChange) -> Self {
        Self::Entry(change)
    }
}

impl From<GroupChange> for Change {
    fn from(change: GroupChange) -> Self {
        Self::Groups(change)
    }
}

impl From<MachineChange> for Change {
    fn from(change: MachineChange) -> Self {
        Self::Machine(change)
    }
}

/// A change that one is told of, made or only planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ToldChange {
    /// The change.
    #[serde(flatten)]
    pub change: Change,
    /// AWS's number of the request that made it: `requestID` in CloudTrail. None if it is only planned, or AWS said none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<RequestId>,
}

/// One that is planned.
impl From<Change> for ToldChange {
    fn from(change: Change) -> Self {
        Self {
            change,
            request_id: None,
        }
    }
}

/// A change that is known to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeChange {
    /// The change.
    pub change: Change,
    /// When it was known to be done.
    pub at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::{Direction, Entry};

    #[test]
    fn a_change_is_told_with_the_number_by_which_it_is_found_in_cloudtrail() {
        let entry = Entry::deny(99, Direction::Ingress, "203.0.113.7/32".parse().unwrap());
        let planned = ToldChange::from(Change::from(EntryChange::Create(entry)));
        let made = ToldChange {
            request_id: RequestId::said("6f1c0e2a-0000-1111-2222-333344445555"),
            ..planned.clone()
        };
        for told in [&planned, &made] {
            let json = serde_json::to_string(told).unwrap();
            assert_eq!(serde_json::from_str::<ToldChange>(&json).unwrap(), *told, "{json}");
        }
        let json = serde_json::to_value(&made).unwrap();
        assert_eq!(json["change"], "create");
        assert_eq!(json["request-id"], "6f1c0e2a-0000-1111-2222-333344445555");
        // As reports have it that an older Quell wrote.
        let Change::Entry(change) = &planned.change else {
            unreachable!("it is one of an entry")
        };
        let before = serde_json::to_string(change).unwrap();
        assert_eq!(serde_json::from_str::<ToldChange>(&before).unwrap(), planned);
    }
}
