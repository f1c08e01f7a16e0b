//! History: what this host did about an address before.

use std::net::IpAddr;

use async_trait::async_trait;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{FactError, Sightings};

/// What this host did about an address before. Counts holds on every prefix that contains the address. Holds that began together, because one
/// delivery puts one on each network ACL and in each direction, count as one: how long the next hold lasts must not depend on how many subnets an
/// instance has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct History {
    /// How many holds there have been, those in force included.
    pub holds: u32,
    /// How many alerts asked for them. Of holds that began together, those of the one that most alerts asked for.
    pub offences: u32,
    /// How many of them are in force.
    pub in_force: u32,
    /// When the newest began.
    pub last_since: Option<Timestamp>,
    /// When the newest ended or will end; None if it lasts until released.
    pub last_until: Option<Timestamp>,
}

/// Where the history of addresses is kept: the journal.
#[async_trait]
pub trait HistorySource: Send + Sync {
    /// What this host did about an address before; [`History::default`] if nothing.
    async fn history(&self, address: IpAddr) -> Result<History, FactError>;

    /// Which alerts named an address before; [`Sightings::default`] if none did.
    async fn sightings(&self, address: IpAddr) -> Result<Sightings, FactError>;
}
