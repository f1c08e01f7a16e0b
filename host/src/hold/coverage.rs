//! Coverage: whether a target does what a hold asks for.

use std::fmt;

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether and how a target does what a hold asks for, as of the last converge.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum Coverage {
    /// The target was not brought up to this hold yet.
    #[default]
    Pending,
    /// An entry of ours denies it.
    Covered {
        /// The entry's number.
        rule: u16,
        /// The entry's prefix, if it is wider than the hold's: an aggregate of several holds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(with = "Option<String>")]
        aggregate: Option<IpNet>,
    },
    /// An entry of somebody else denies all of it already; ours would add nothing.
    CoveredByOthers {
        /// The entry's number.
        rule: u16,
    },
    /// The target is as the hold asks for.
    Done {
        /// How, in a few words: `3 interfaces in sg-0a1b2c3d`.
        how: String,
    },
    /// The target is on its way to what the hold asks for, and time brings the rest.
    UnderWay {
        /// What is waited for.
        what: String,
    },
    /// Nothing denies it, or the target is not as the hold asks for.
    NotCovered {
        /// Why not, and what would help.
        why: String,
    },
}

impl Coverage {
    /// Whether the target does what the hold asks for.
    pub fn is_covered(&self) -> bool {
        matches!(
            self,
            Self::Covered { .. } | Self::CoveredByOthers { .. } | Self::Done { .. }
        )
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pending => formatter.write_str("pending"),
            Self::Covered { rule, aggregate: None } => write!(formatter, "rule {rule}"),
            Self::Covered {
                rule,
                aggregate: Some(prefix),
            } => write!(formatter, "rule {rule} ({prefix})"),
            Self::CoveredByOthers { rule } => write!(formatter, "rule {rule}, not ours"),
            Self::Done { how } => formatter.write_str(how),
            Self::UnderWay { what } => write!(formatter, "under way: {what}"),
            Self::NotCovered { why } => write!(formatter, "NOT COVERED: {why}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hold_under_an_aggregate_says_which() {
        let coverage = Coverage::Covered {
            rule: 97,
            aggregate: Some("203.0.113.0/28".parse().unwrap()),
        };
        insta::assert_snapshot!(coverage, @"rule 97 (203.0.113.0/28)");
    }

    #[test]
    fn what_was_kept_before_there_were_aggregates_is_still_read() {
        let coverage: Coverage = serde_json::from_str(r#"{"state":"covered","rule":99}"#).unwrap();
        assert_eq!(
            coverage,
            Coverage::Covered {
                rule: 99,
                aggregate: None
            }
        );
    }
}
