//! Drift: what is ours and not as we left it, because somebody else was there.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::acl::EntryDrift;
use crate::{
    cloud::{InterfaceId, SecurityGroupId},
    hold::group_change::listed,
};

/// Something of ours that somebody else changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Drift {
    /// An entry of a network ACL.
    Entry(EntryDrift),
    /// The groups that an interface is put back into.
    Gone(GroupsGone),
    /// Anything else.
    Part(PartDrift),
}

/// Of the groups that an interface was in before Quell isolated it some are gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct GroupsGone {
    /// The interface.
    pub interface: InterfaceId,
    /// The groups that somebody deleted.
    pub gone: Vec<SecurityGroupId>,
    /// The groups that are left, which it is put back into. If none is, it stays where it is: EC2 knows no interface without a group.
    pub left: Vec<SecurityGroupId>,
}

/// A part of a target that is neither as it was before Quell changed it nor as Quell made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PartDrift {
    /// Which part, with what it is now: `eni-0a1b2c3d is in sg-0c0c0c0c`.
    pub is: String,
    /// What it was before Quell changed it.
    pub was: String,
    /// The command that puts back what it was. None if it is brought to what its holds say again, and what somebody made of it is put back afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub put_back: Option<String>,
}

impl fmt::Display for Drift {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entry(drift) => drift.fmt(formatter),
            Self::Gone(drift) => drift.fmt(formatter),
            Self::Part(drift) => drift.fmt(formatter),
        }
    }
}

impl fmt::Display for GroupsGone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { interface, gone, left } = self;
        write!(
            formatter,
            "somebody deleted {} meanwhile, which {interface} was in: ",
            listed(gone)
        )?;
        if left.is_empty() {
            formatter.write_str("it stays isolated until somebody gives it other groups")
        } else {
            write!(formatter, "it is put back into {} alone", listed(left))
        }
    }
}

impl fmt::Display for PartDrift {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { is, was, put_back } = self;
        write!(formatter, "somebody changed this meanwhile: {is}, and was {was}")?;
        match put_back {
            None => formatter.write_str("; it is done again"),
            Some(command) => write!(formatter, "; it is left as it is, `{command}` puts back what it was"),
        }
    }
}

impl From<EntryDrift> for Drift {
    fn from(drift: EntryDrift) -> Self {
        Self::Entry(drift)
    }
}
