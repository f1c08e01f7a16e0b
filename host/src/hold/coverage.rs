//! Coverage: whether a network ACL does what a hold asks for.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Whether and how a hold's prefix is denied, as of the last converge.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum Coverage {
    /// The ACL was not brought up to this hold yet.
    #[default]
    Pending,
    /// An entry of ours denies it.
    Covered {
        /// The entry's number.
        rule: u16,
    },
    /// An entry of somebody else denies all of it already; ours would add nothing.
    CoveredByOthers {
        /// The entry's number.
        rule: u16,
    },
    /// Nothing denies it.
    NotCovered {
        /// Why not, and what would help.
        why: String,
    },
}

impl Coverage {
    /// Whether traffic of the hold's prefix is denied.
    pub fn is_covered(&self) -> bool {
        matches!(self, Self::Covered { .. } | Self::CoveredByOthers { .. })
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pending => formatter.write_str("pending"),
            Self::Covered { rule } => write!(formatter, "rule {rule}"),
            Self::CoveredByOthers { rule } => write!(formatter, "rule {rule}, not ours"),
            Self::NotCovered { why } => write!(formatter, "NOT COVERED: {why}"),
        }
    }
}
