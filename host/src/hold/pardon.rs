//! A pardon: a person's word that a prefix is not to be blocked for a time.

use ipnet::IpNet;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A prefix that is not blocked until a time, whatever asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Pardon {
    /// The prefix.
    #[schemars(with = "String")]
    pub prefix: IpNet,
    /// When it was given.
    pub since: Timestamp,
    /// When it ends.
    pub until: Timestamp,
    /// Why, in the words of the person.
    pub reason: String,
}
