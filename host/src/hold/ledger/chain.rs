//! A chain of the ledger, and how far it goes.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::super::{DeliveryId, Target};
use crate::digest::Digest;

/// Over how many chains deliveries are spread, so that functions that work at the same time seldom wait for one another.
const DELIVERY_CHAINS: u8 = 32;

/// The name of a chain: `target/111122223333/eu-west-1/acl-0a1b2c3d`, `deliveries/07` or `orders`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Chain(String);

impl Chain {
    /// Of what is done at a target: its holds and changes.
    pub fn of_target(target: &Target) -> Self {
        Self(format!("target/{target}"))
    }

    /// Of a delivery and others.
    pub fn of_delivery(id: &DeliveryId) -> Self {
        let digest = Digest::of(id.as_str().as_bytes());
        let [first, ..] = digest.as_bytes();
        Self(format!("deliveries/{:02}", first % DELIVERY_CHAINS))
    }

    /// Of what people did.
    pub fn orders() -> Self {
        Self("orders".to_owned())
    }

    /// The target whose chain it is, if it is one's.
    pub fn target(&self) -> Option<Target> {
        let mut words = self.0.strip_prefix("target/")?.splitn(3, '/');
        Some(Target {
            account: words.next()?.to_owned(),
            region: words.next()?.to_owned(),
            resource: words.next()?.parse().ok()?,
        })
    }

    /// Whether something of it stands until another link ends it. A delivery's row in the journal says the same as its last link.
    pub fn has_standing(&self) -> bool {
        !self.0.starts_with("deliveries/")
    }

    /// A name read back from the journal.
    pub fn read(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Chain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A place in a chain: a link's number and hash. Before the first link the number is 0 and the hash is all zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The number of the link.
    pub number: u64,
    /// Its hash.
    pub hash: Digest,
}

impl Head {
    /// Before the first link.
    pub const NOTHING: Self = Self {
        number: 0,
        hash: Digest::ZERO,
    };
}

/// How far a chain goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainState {
    /// Which.
    pub chain: Chain,
    /// Its last link.
    pub head: Head,
    /// The last link that was removed because it was old, so that the one after it can still be checked. [`Head::NOTHING`] if none was.
    pub anchor: Head,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_is_named_after_its_target() {
        let target = Target {
            account: "111122223333".to_owned(),
            region: "eu-west-1".to_owned(),
            resource: "acl-0a1b2c3d".parse().unwrap(),
        };
        let chain = Chain::of_target(&target);
        assert_eq!(chain.as_str(), "target/111122223333/eu-west-1/acl-0a1b2c3d");
        assert_eq!(chain.target(), Some(target));
        assert_eq!(Chain::of_delivery(&DeliveryId::read("a")).target(), None);
    }
}
