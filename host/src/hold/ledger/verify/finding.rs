//! What is not as it was written.

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

use super::super::Chain;

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

/// For a person: one line.
impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { chain, number, flaw } = self;
        write!(formatter, "{chain}")?;
        if let Some(number) = number {
            write!(formatter, " {number}")?;
        }
        formatter.write_str(": ")?;
        match flaw {
            Flaw::Changed { tells } => write!(formatter, "CHANGED: the record ({tells}) is not what its hash says"),
            Flaw::Misplaced {
                says: Some(says),
                of: None,
                tells,
            } => write!(formatter, "MOVED: the record that lies here ({tells}) is number {says}"),
            Flaw::Misplaced {
                says: Some(says),
                of: Some(of),
                tells,
            } => write!(formatter, "MOVED: the record that lies here ({tells}) is number {says} of {of}"),
            Flaw::Misplaced { says: None, .. } => write!(formatter, "CHANGED: the record can't be read"),
            Flaw::Removed { first, last } if first == last => write!(formatter, "REMOVED: record {first} is not there"),
            Flaw::Removed { first, last } => {
                write!(formatter, "REMOVED: records {first} to {last} are not there")
            }
            Flaw::Head { says, last } if last < says => {
                write!(formatter, "REMOVED: the chain had {says} records and ends with {last}")
            }
            Flaw::Head { .. } => formatter.write_str("CHANGED: the chain's head is not its last record"),
            Flaw::Anchor => formatter.write_str(
                "REMOVED: the records before the first one were not removed by Quell: no record says that they were old",
            ),
            Flaw::Checkpoint { at } => {
                write!(formatter, "REWRITTEN: the record is another than in the checkpoint of {at:.0}")
            }
            Flaw::Cut { at, last } => write!(
                formatter,
                "REMOVED: the record was there in the checkpoint of {at:.0}, and the chain ends with {last}"
            ),
            Flaw::ChainGone { at } => {
                write!(formatter, "REMOVED: the whole chain, which was there in the checkpoint of {at:.0}")
            }
            Flaw::Differs { row, what } => {
                write!(formatter, "CHANGED: {row} is not as the ledger has it: {}", what.join(", "))
            }
            Flaw::Unknown { row } => write!(formatter, "ADDED: {row} is in the journal, and the ledger knows nothing of it"),
            Flaw::Disbelieved { why } => write!(formatter, "NOT BELIEVED: {why}"),
            Flaw::Unreadable { what } => write!(formatter, "CHANGED: {what}; what lies behind it was not compared"),
            Flaw::Gone { row } => write!(formatter, "REMOVED: {row} is in the ledger, and not in the journal"),
        }
    }
}
