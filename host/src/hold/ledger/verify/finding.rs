//! What is not as it was written.

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

use super::super::Chain;
use crate::alert::printable::printable;

/// One thing that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Finding {
    /// In which chain.
    pub chain: Chain,
    /// At which place of it, if it is at one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    /// What.
    #[serde(flatten)]
    pub flaw: Flaw,
}

/// What can be wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "found", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Flaw {
    /// A link is not what its hash says.
    Changed {
        /// What it tells now.
        tells: String,
    },
    /// Another link lies there than belongs there.
    Misplaced {
        /// Which number it says that it has; None if it says none.
        says: Option<u64>,
        /// Which chain it says that it is of, if it is another.
        #[serde(skip_serializing_if = "Option::is_none")]
        of: Option<Chain>,
        /// What it tells.
        tells: String,
    },
    /// Links are not there.
    Removed {
        /// The first of them.
        first: u64,
        /// The last of them.
        last: u64,
    },
    /// The chain ends with another link than its head says.
    Head {
        /// What the head says.
        says: u64,
        /// The last link.
        last: u64,
    },
    /// The chain does not go on from what was removed because it was old: no link says that.
    Anchor,
    /// The chain is not what it was when a checkpoint was made.
    Checkpoint {
        /// When that was.
        at: Timestamp,
    },
    /// The chain ends before the place where it was when a checkpoint was made.
    Cut {
        /// When that was.
        at: Timestamp,
        /// The last link.
        last: u64,
    },
    /// The whole chain is gone, which was there when a checkpoint was made.
    ChainGone {
        /// When that was.
        at: Timestamp,
    },
    /// A row of the journal is otherwise than the ledger says.
    Differs {
        /// Which row.
        row: String,
        /// What differs in it.
        what: Vec<String>,
    },
    /// A row of the journal of which the ledger does not know.
    Unknown {
        /// Which row.
        row: String,
    },
    /// A checkpoint is not believed.
    Disbelieved {
        /// Why.
        why: String,
    },
    /// A row of the journal can't be read.
    Unreadable {
        /// What it has.
        what: String,
    },
    /// A row that must be in the journal by the ledger, and is not.
    Gone {
        /// Which row.
        row: String,
    },
}

impl Finding {
    /// Found in a chain, at a place of it.
    pub fn new(chain: &Chain, number: Option<u64>, flaw: Flaw) -> Self {
        Self {
            chain: chain.clone(),
            number,
            flaw,
        }
    }
}

/// For a person: one line. Whoever changed a journal chose what stands in it, also the names of chains.
impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { chain, number, flaw } = self;
        let number = number.map(|number| format!(" {number}")).unwrap_or_default();
        formatter.write_str(&printable(&format!("{chain}{number}: {flaw}")))
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { tells } => write!(formatter, "CHANGED: the record ({tells}) is not what its hash says"),
            Self::Misplaced {
                says: Some(says),
                of: None,
                tells,
            } => write!(formatter, "MOVED: the record that lies here ({tells}) is number {says}"),
            Self::Misplaced {
                says: Some(says),
                of: Some(of),
                tells,
            } => write!(formatter, "MOVED: the record that lies here ({tells}) is number {says} of {of}"),
            Self::Misplaced { says: None, .. } => write!(formatter, "CHANGED: the record can't be read"),
            Self::Removed { first, last } if first == last => write!(formatter, "REMOVED: record {first} is not there"),
            Self::Removed { first, last } => {
                write!(formatter, "REMOVED: records {first} to {last} are not there")
            }
            Self::Head { says, last } if last < says => {
                write!(formatter, "REMOVED: the chain had {says} records and ends with {last}")
            }
            Self::Head { .. } => formatter.write_str("CHANGED: the chain's head is not its last record"),
            Self::Anchor => formatter.write_str(
                "REMOVED: the records before the first one were not removed by Quell: no record says that they were old",
            ),
            Self::Checkpoint { at } => {
                write!(formatter, "REWRITTEN: the record is another than in the checkpoint of {at:.0}")
            }
            Self::Cut { at, last } => write!(
                formatter,
                "REMOVED: the record was there in the checkpoint of {at:.0}, and the chain ends with {last}"
            ),
            Self::ChainGone { at } => {
                write!(formatter, "REMOVED: the whole chain, which was there in the checkpoint of {at:.0}")
            }
            Self::Differs { row, what } => {
                write!(formatter, "CHANGED: {row} is not as the ledger has it: {}", what.join(", "))
            }
            Self::Unknown { row } => write!(formatter, "ADDED: {row} is in the journal, and the ledger knows nothing of it"),
            Self::Disbelieved { why } => write!(formatter, "NOT BELIEVED: {why}"),
            Self::Unreadable { what } => write!(formatter, "CHANGED: {what}; what lies behind it was not compared"),
            Self::Gone { row } => write!(formatter, "REMOVED: {row} is in the ledger, and not in the journal"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_chain_that_would_move_the_cursor_is_shown_as_an_escape() {
        let flaw = Flaw::Misplaced {
            says: Some(1),
            of: Some(Chain::read("orders\u{1b}[2J")),
            tells: "paused".to_owned(),
        };
        let finding = Finding::new(&Chain::read("a\nb"), Some(2), flaw);
        assert_eq!(
            finding.to_string(),
            r"a\nb 2: MOVED: the record that lies here (paused) is number 1 of orders\u{1b}[2J"
        );
    }
}
