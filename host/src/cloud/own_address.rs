//! Public addresses that belong to the account.

use std::collections::BTreeMap;

use ipnet::IpNet;

/// A public address that belongs to the account, or a prefix of such.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OwnAddress {
    /// The address alone, or the prefix.
    pub prefix: IpNet,
    /// What has it, such as `interface eni-0a1b2c3d`.
    pub of: String,
}

impl OwnAddress {
    /// Each prefix once, in their order; of several that have it the first says what.
    pub(super) fn each_once(all: impl IntoIterator<Item = Self>) -> Vec<Self> {
        let mut by_prefix = BTreeMap::new();
        for own in all {
            by_prefix.entry(own.prefix).or_insert(own.of);
        }
        let own = by_prefix.into_iter().map(|(prefix, of)| Self { prefix, of });
        own.collect()
    }
}
