//! Holds, pardons and pauses as the ledger tells them: with nothing that is written anew without an event, and with times that every store keeps alike.

use serde::Serialize;
use serde_json::Value;

use super::{
    super::{Hold, Pardon, Pause},
    Chain,
    canonical::canonical,
    to_the_millisecond,
};
use crate::digest::Digest;

/// A hold as the ledger tells it: all of it but how it is covered, which each converge writes anew, and with times to the millisecond.
#[derive(Debug, Clone)]
pub struct ToldHold {
    value: Value,
    chain: Chain,
}

impl From<&Hold> for ToldHold {
    fn from(hold: &Hold) -> Self {
        let mut told = hold.clone();
        told.since = to_the_millisecond(told.since);
        told.until = told.until.map(to_the_millisecond);
        if let Some(ended) = &mut told.ended {
            ended.at = to_the_millisecond(ended.at);
        }
        // A hold always has a form in JSON: its keys are texts.
        let mut value = serde_json::to_value(&told).unwrap_or_default();
        if let Some(fields) = value.as_object_mut() {
            fields.remove("coverage");
        }
        Self {
            value,
            chain: Chain::of_target(&hold.target),
        }
    }
}

impl ToldHold {
    /// What it says.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The chain that it belongs to.
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The digest of what it says.
    pub fn digest(&self) -> Digest {
        digest_of(&self.value)
    }
}

/// A pardon as the ledger tells it.
pub(super) fn told_pardon(pardon: &Pardon) -> Pardon {
    Pardon {
        prefix: pardon.prefix.trunc(),
        since: to_the_millisecond(pardon.since),
        until: to_the_millisecond(pardon.until),
        ..pardon.clone()
    }
}

/// A pause as the ledger tells it.
pub(super) fn told_pause(pause: &Pause) -> Pause {
    Pause {
        since: to_the_millisecond(pause.since),
        ..pause.clone()
    }
}

/// The digest of a value's one text.
pub(super) fn digest_of(value: &Value) -> Digest {
    Digest::of(canonical(value).as_bytes())
}

impl Serialize for ToldHold {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}
