//! Trying a plugin on recordings: does it decide as was recorded, and what does it cost?
//!
//! The evaluator is the host's own, by [`record::replay`](crate::record::replay()). One recording is a [`Trial`]; all of a folder are a [`Run`].

pub mod cost;
pub mod difference;
pub mod junit;
pub mod run;
#[cfg(test)]
mod tests;
mod text;
pub mod trial;

pub use self::{
    run::{Run, RunError, run},
    trial::{Outcome, Trial},
};
