//! A checkpoint: how far every chain went at one time, to be kept where who can write the journal can't.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Chain, Head};

/// How far every chain went at one time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// When.
    pub at: Timestamp,
    /// The last link of each chain.
    pub heads: BTreeMap<Chain, Head>,
}
