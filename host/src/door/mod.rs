//! Doors: the ways in for alerts. A door knows how alerts travel, and nothing of detectors.

pub mod http;
#[cfg(feature = "aws")]
pub mod lambda;
pub mod message;
pub mod sns;
