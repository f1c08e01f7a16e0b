//! Converging: bringing one target to what its holds say.
//!
//! Each kind of target has a pure plan of its own: [`acl`] for network ACLs, [`instance`] for instances with their interfaces, [`group`] for
//! security groups. The `driver` applies it, one journalled change at a time, and looks whether all is done. Nothing else writes: to insert, extend, expire, release, evict,
//! isolate, stop, put back and repair are all this one act.

pub mod acl;
mod converger;
mod drift;
mod driver;
pub mod error;
mod gone;
pub mod group;
pub mod instance;
mod lane;
pub mod live;
mod pace;
pub mod plan;
mod stance;
mod surveyor;
mod write;

use jiff::SignedDuration;

pub use self::{
    acl::{Aggregate, Band, Capacity, EntryPlan, QuotaSource, Room, SideCapacity, Terms, pack},
    converger::{Converger, Means},
    drift::{Drift, GroupsGone, PartDrift},
    driver::Converged,
    error::ConvergeError,
    instance::{Flows, InstanceTerms, Serving},
    live::{Gone, Live, LiveGroup, LiveInstance},
    plan::{Plan, Step},
    stance::Stance,
};

/// For how long a confirmed write of ours is believed over a read that does not show it. EC2 names no bound; it is mostly a second or two, and
/// what somebody else does meanwhile is noticed afterwards.
pub const SETTLING: SignedDuration = SignedDuration::from_secs(60);
