//! Commands: what a person asks of a deployed function, and its answers. `quell --lambda` sends the one by Invoke and reads the other.

use serde::{Deserialize, Serialize};

use crate::{
    clock::Clock,
    exit::{Classified, Exit},
    hold::{HoldFilter, Pardon},
    text::with_causes,
    way::{
        Host,
        listing::Listing,
        order::{Done, Order},
        tick::Ticked,
    },
};

/// What a function can be asked beside alerts: the value of `quell` in an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// To look after what is due, as its schedule asks.
    Tick,
    /// To carry an order out.
    Order(Order),
    /// To list holds.
    Holds(HoldFilter),
    /// To list the pardons in force.
    Pardons,
}

/// An event that is a command.
#[derive(Debug, Clone, Serialize)]
pub struct Asked<'command> {
    /// What is asked.
    pub quell: &'command Command,
}

/// What a function answers to a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// The order is carried out, maybe in part.
    Done(Done),
    /// The holds that were asked for.
    Holds(Listing),
    /// The pardons in force.
    Pardons(Vec<Pardon>),
    /// What the tick came to.
    Ticked(Ticked),
    /// It is not done, and this is why.
    Refused(Refusal),
}

/// Why a function did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Refusal {
    /// The exit code of a command that is refused so.
    pub exit: u8,
    /// The reason.
    pub message: String,
}

impl Refusal {
    /// How the command ends.
    pub fn exit(&self) -> Exit {
        let known = Exit::ALL.into_iter().find(|exit| *exit as u8 == self.exit);
        known.unwrap_or(Exit::Failed)
    }

    /// The answer of a command that is refused for this reason, and would end with this exit code.
    pub fn of(exit: Exit, message: String) -> Answer {
        tracing::warn!("a command is refused: {message}");
        Answer::Refused(Self {
            exit: exit as u8,
            message,
        })
    }
}

/// Carries an order out.
pub async fn carry(host: &Host, order: Order) -> Answer {
    match host.carry_order(order).await {
        Ok(done) => Answer::Done(done),
        Err(error) => Refusal::of(error.exit(), with_causes(&error)),
    }
}

/// Lists holds.
pub async fn holds(host: &Host, filter: &HoldFilter, clock: &dyn Clock) -> Answer {
    match Listing::read(&**host.journal(), filter, clock.now()).await {
        Ok(listing) => Answer::Holds(listing),
        Err(error) => Refusal::of(Exit::Failed, with_causes(&error)),
    }
}

/// Lists the pardons in force.
pub async fn pardons(host: &Host, clock: &dyn Clock) -> Answer {
    match host.journal().pardons(clock.now()).await {
        Ok(pardons) => Answer::Pardons(pardons),
        Err(error) => Refusal::of(Exit::Failed, with_causes(&error)),
    }
}
