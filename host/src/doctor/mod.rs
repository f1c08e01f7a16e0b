//! The doctor: proves that Quell may do what is configured, and says what else is missing. It changes nothing.
//!
//! Permissions are proven by the calls themselves: a read by doing it, a write by EC2's dry run. The rest is what setting up a host would stumble
//! over, and what only shows when it is needed: an isolation group that is not there, a network ACL without room.

pub mod clock;
pub mod door;
pub mod finding;
pub mod group;
pub mod household;
pub mod never_block;
pub mod permission;
pub mod room;
pub mod sns;
pub mod stealthwatch;
mod subject;
#[cfg(feature = "aws")]
pub mod table;
#[cfg(test)]
mod tests;
mod text;

pub use self::finding::{Area, Checkup, Finding, Verdict};
