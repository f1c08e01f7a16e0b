//! What the suites share: a stand for a whole host on a simulated account, evil guests, the real binary, and parts that others wrote, with a look at
//! them from outside that does not go through Quell's own code.

#[cfg(feature = "aws")]
pub mod attack;
#[cfg(feature = "aws")]
pub mod emulator;
pub mod everything;
pub mod foreign;
pub mod guest;
pub mod mortal;
#[cfg(feature = "aws")]
pub mod moto;
pub mod process;
#[cfg(feature = "aws")]
pub mod proxy;
pub mod python;
#[cfg(feature = "aws")]
pub mod queue;
pub mod recorded;
#[cfg(feature = "aws")]
pub mod scene;
#[cfg(feature = "aws")]
pub mod seen;
pub mod shut;
#[cfg(feature = "aws")]
pub mod stage;
pub mod stand;
#[cfg(feature = "aws")]
pub mod suspect;
#[cfg(feature = "aws")]
pub mod table;
#[cfg(feature = "aws")]
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
