//! Tags.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A tag of an AWS resource.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Tag {
    /// Its key, 1 to 127 characters. Keys that begin with `aws:` are Amazon's own, and nobody else can set them.
    pub key: String,
    /// Its value, up to 256 characters. It may be empty.
    pub value: String,
}

impl Tag {
    /// A tag.
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            value: value.into(),
        }
    }
}

impl Tag {
    /// The key of the tag by which a security group of Quell's own is known. Its value says what the group is for.
    pub const OWN_GROUP: &str = "quell:role";
}
