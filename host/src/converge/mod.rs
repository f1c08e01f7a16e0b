//! Converging: bringing one network ACL to what its holds say.
//!
//! The [`plan()`] is a pure function of the holds, the live entries and the journal's entries. The [`driver`] applies it, one journalled change
//! at a time, and reads back. Nothing else writes entries: inserting, extending, expiry, release and repair are all this one act.

pub mod driver;
pub mod error;
mod number;
pub mod pack;
pub mod plan;
pub mod room;

pub use self::{
    driver::{Converged, Converger},
    error::ConvergeError,
    plan::{Plan, plan},
    room::Room,
};

/// The numbers that Quell may give its entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Band {
    /// The lowest number that Quell may use, 1 or more.
    pub first: u16,
    /// The highest number that Quell may use.
    pub last: u16,
}

impl Default for Band {
    fn default() -> Self {
        // Amazon's own first rule, which allows all, has number 100: a deny works only below it.
        Self { first: 1, last: 99 }
    }
}
