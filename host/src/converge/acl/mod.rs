//! Network ACLs: which entries deny what the holds on one ask for.
//!
//! The plan is a pure function of the holds, the live entries, the journal's entries and the terms: which prefixes to deny (`wish`, by [`pack`]ing
//! where room is short), at which numbers (`number`), in which order of changes (`order`).

mod block_hold;
mod capacity;
mod drift;
mod full;
mod number;
mod order;
pub mod pack;
mod packed;
mod plan;
mod quota;
mod room;
mod seen;
mod terms;
#[cfg(test)]
mod testing;
mod view;
mod weight;
mod wish;

pub use self::{
    capacity::{Capacity, SideCapacity},
    drift::EntryDrift,
    plan::{Aggregate, EntryPlan, plan},
    room::{QuotaSource, Room},
    terms::{Band, Terms},
};
pub(super) use self::{drift::drift, full::FullAcls, quota::Quotas, seen::SeenAcls, view::view};
use super::{SETTLING, Stance};
use block_hold::BlockHold;
