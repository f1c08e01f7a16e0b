//! Public addresses that belong to the account.

use std::{collections::BTreeMap, net::IpAddr};

/// A public address that belongs to the account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OwnAddress {
    /// The address.
    pub address: IpAddr,
    /// What has it, such as `interface eni-0a1b2c3d`.
    pub of: String,
}

impl OwnAddress {
    /// Each address once, by address; of several that have it the first says what.
    pub(super) fn each_once(all: impl IntoIterator<Item = Self>) -> Vec<Self> {
        let mut by_address = BTreeMap::new();
        for own in all {
            by_address.entry(own.address).or_insert(own.of);
        }
        let own = by_address.into_iter().map(|(address, of)| Self { address, of });
        own.collect()
    }
}
