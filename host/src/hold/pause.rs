//! A pause: a person's word that nothing more is to be blocked until they say so.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Quell is paused: no entry is added. What ends is still taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// When it began.
    pub since: Timestamp,
    /// Why, in the words of the person.
    pub reason: String,
}
