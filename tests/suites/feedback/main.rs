//! Feedback: detectors are told what was done, once, later if need be, and never in the way of what is done.

mod over;
#[cfg(feature = "aws")]
mod security_hub;
mod stealthwatch;
mod stood;
mod trouble;
