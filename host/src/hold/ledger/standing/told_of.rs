//! What the ledger tells of a row of the journal, and in which link it did so last.

use serde_json::Value;

use super::super::Chain;
use crate::digest::Digest;

/// What the ledger tells of a hold.
pub(super) struct ToldOfHold {
    pub(super) chain: Chain,
    pub(super) number: u64,
    pub(super) digest: Digest,
    /// In full, unless only its digest is known.
    pub(super) value: Option<Value>,
    pub(super) in_force: bool,
    pub(super) was_seen: bool,
}

/// What the ledger tells of a delivery.
pub(super) struct ToldOfDelivery {
    pub(super) chain: Chain,
    pub(super) was_seen: bool,
    pub(super) number: u64,
    pub(super) body: Option<String>,
    pub(super) state: String,
    pub(super) report: String,
}

/// What the ledger tells of a change.
#[derive(Default)]
pub(super) struct ToldOfChange {
    pub(super) chain: Option<Chain>,
    pub(super) number: u64,
    pub(super) begun: Option<Digest>,
    pub(super) end: Option<(String, Option<String>, Option<String>)>,
}
