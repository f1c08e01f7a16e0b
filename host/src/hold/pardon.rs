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
    /// When it ends; [`Self::WITHOUT_END`] if only somebody's word ends it.
    pub until: Timestamp,
    /// Why, in the words of the person.
    pub reason: String,
}

impl Pardon {
    /// The end of what ends by somebody's word alone: the last second that there is, which every journal can keep.
    pub const WITHOUT_END: Timestamp = Timestamp::MAX;

    /// When it ends by itself. None if it does not.
    pub fn end(&self) -> Option<Timestamp> {
        Some(self.until).filter(|until| until.as_second() < Self::WITHOUT_END.as_second())
    }

    /// How long it lasts, in words that stand behind “pardoned”.
    pub fn lasts(&self) -> String {
        self.end().map_or_else(
            || "until it is taken back".to_owned(),
            |until| format!("until {until:.0}"),
        )
    }
}
