//! A hold that comes of a decision.

use std::{
    collections::BTreeSet,
    fmt::{self, Display, Formatter},
};

use jiff::Timestamp;

use crate::hold::{Intent, Remedy, Target};

/// A hold that a decision asks for, as far as two decisions are compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct AskedHold {
    /// What it bears on.
    pub(super) target: Target,
    /// What it does to it.
    pub(super) remedy: Remedy,
    /// When it ends by itself; None if it lasts until released.
    pub(super) until: Option<Timestamp>,
}

impl AskedHold {
    /// All that were asked for.
    pub(super) fn all(intents: Vec<Intent>) -> BTreeSet<Self> {
        intents.into_iter().map(Self::from).collect()
    }
}

impl From<Intent> for AskedHold {
    fn from(intent: Intent) -> Self {
        Self {
            target: intent.target,
            remedy: intent.remedy,
            until: intent.until,
        }
    }
}

impl Display for AskedHold {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let Self { target, remedy, until } = self;
        write!(out, "{remedy} at {target} until ")?;
        match until {
            Some(until) => write!(out, "{until:.0}"),
            None => out.write_str("released"),
        }
    }
}
