//! What the suites share: a stand for a whole host on a simulated account, evil guests, the real binary, and parts that others wrote, with a look at
//! them from outside that does not go through Quell's own code.

pub mod around;
pub mod attack;
pub mod emulator;
pub mod everything;
pub mod fault;
pub mod figures;
pub mod foreign;
pub mod fuzz;
pub mod guest;
pub mod moto;
pub mod plain;
pub mod process;
pub mod proxy;
pub mod python;
#[cfg(feature = "aws")]
pub mod queue;
pub mod recorded;
pub mod scene;
#[cfg(feature = "aws")]
pub mod security_hub;
pub mod seen;
pub mod shut;
pub mod stage;
pub mod stand;
pub mod suspect;
#[cfg(feature = "aws")]
pub mod table;
pub mod transcript;
pub mod world;

use quell::hold::{Denial, Hold};

/// What a hold denies.
///
/// # Panics
/// If it does something else.
#[must_use]
pub fn denial(hold: &Hold) -> Denial {
    hold.remedy.denial().expect("it denies a prefix")
}
