//! Doors: whether anybody could come in.

use std::{error::Error, io};

use super::{Finding, Verdict};
use crate::{door::DoorError, text::with_causes};

/// A door through which somebody could come in.
pub fn can_be_used(what: String, seen: String) -> Finding {
    Finding::of_machine(what, Verdict::Fine, seen)
}

/// A topic whose messages are believed without a signature.
pub fn is_unchecked(topic: &str) -> Finding {
    let why = "signatures are not checked (door.sns.signatures): whoever has the token of [http] can invent alerts; take `signatures = \"unchecked\"` out";
    Finding::of_machine(format!("topic {topic}"), Verdict::Note, why)
}

/// A door that can't be used, and why. A port that is taken is most often the daemon's, which runs meanwhile.
pub fn can_not_be_used(what: String, error: &(dyn Error + 'static)) -> Finding {
    match error.downcast_ref() {
        Some(DoorError::Listen { address, key, source }) if source.kind() == io::ErrorKind::AddrInUse => {
            let why = format!("{address} is taken ({key}): by the Quell that runs, or by another program");
            Finding::of_machine(what, Verdict::Note, why)
        }
        _ => Finding::of_machine(what, Verdict::Missing, with_causes(error)),
    }
}
