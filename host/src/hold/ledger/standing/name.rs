//! What stands by a chain is told with its name and its digest.

use std::fmt::Display;

use serde_json::Value;

use super::super::{
    super::archive::Record,
    ToldHold,
    told::{digest_of, told_pardon, told_pause},
};
use crate::digest::Digest;

/// The name of the pause among what stands.
pub(in crate::hold::ledger) const PAUSE: &str = "pause";

pub(in crate::hold::ledger) fn pardon_of(prefix: impl Display) -> String {
    format!("pardon {prefix}")
}

pub(in crate::hold::ledger) fn hold_of(id: impl Display) -> String {
    format!("hold {id}")
}

/// What stands by a row of the journal, with its digest; None if nothing does that a chain's beginning tells of.
pub fn stands(record: &Record) -> Option<(String, Digest)> {
    let digest = |value: Result<Value, _>| value.map(|value| digest_of(&value)).ok();
    match record {
        Record::Hold { hold, .. } if hold.ended.is_none() => Some((hold_of(hold.id), ToldHold::from(&**hold).digest())),
        Record::Pardon(pardon) => {
            let value = digest(serde_json::to_value(told_pardon(pardon)))?;
            Some((pardon_of(pardon.prefix.trunc()), value))
        }
        Record::Pause(pause) => Some((PAUSE.to_owned(), digest(serde_json::to_value(told_pause(pause)))?)),
        _ => None,
    }
}
