//! Converging: bringing one network ACL to what its holds say.
//!
//! The [`plan()`] is a pure function of the holds, the live entries, the journal's entries and the terms: which prefixes to deny (`wish`, by [`pack`]ing
//! where room is short), at which numbers (`number`), in which order of changes (`order`). The `driver` applies it, one journalled change
//! at a time, and reads back. Nothing else writes entries: inserting, extending, expiry, release, eviction and repair are all this one act.

mod capacity;
mod converger;
mod drift;
mod driver;
pub mod error;
mod full;
mod lane;
mod number;
mod order;
mod pace;
pub mod pack;
mod packed;
pub mod plan;
mod quota;
pub mod room;
mod surveyor;
pub mod terms;
#[cfg(test)]
mod testing;
mod view;
mod weight;
mod wish;
mod write;

pub use self::{
    capacity::{Capacity, SideCapacity},
    converger::{Converger, Means},
    drift::Drift,
    driver::Converged,
    error::ConvergeError,
    plan::{Aggregate, Plan, plan},
    room::{QuotaSource, Room},
    terms::{Band, Stance, Terms},
    view::SETTLING,
};
