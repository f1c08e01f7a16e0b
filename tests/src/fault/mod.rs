//! The fault layer: trouble around a host, which any end-to-end test can switch on.
//!
//! [`Weather`] is bad luck by a seed: latency, by which calls overtake each other, calls that are refused, and calls that are done without an answer. It befalls an account
//! ([`FaultyCloud`]), a journal ([`FaultyJournal`]), and whatever goes through [`crate::proxy::Ec2Proxy`]. [`Life`] ends a process at a write that a test chooses.

mod cloud;
mod journal;
mod life;
mod weather;

pub use self::{
    cloud::FaultyCloud,
    journal::FaultyJournal,
    life::{Death, Life},
    weather::{VARIABLE, Weather, seed_of_the_test, weathers},
};
pub(crate) use weather::Befalls;
