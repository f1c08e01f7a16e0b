//! A hold that comes of a decision.

use std::{
    collections::BTreeSet,
    fmt::{self, Display, Formatter},
};

use ipnet::IpNet;
use jiff::Timestamp;

use crate::{
    cloud::Direction,
    hold::{Intent, Target},
};

/// A hold that a decision asks for, as far as two decisions are compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct AskedHold {
    /// The network ACL.
    pub(super) target: Target,
    /// Which way.
    pub(super) direction: Direction,
    /// The prefix that is denied.
    pub(super) prefix: IpNet,
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
            direction: intent.direction,
            prefix: intent.prefix,
            until: intent.until,
        }
    }
}

impl Display for AskedHold {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let Self {
            target,
            direction,
            prefix,
            until,
        } = self;
        write!(out, "{prefix} {direction} at {target} until ")?;
        match until {
            Some(until) => write!(out, "{until:.0}"),
            None => out.write_str("released"),
        }
    }
}
