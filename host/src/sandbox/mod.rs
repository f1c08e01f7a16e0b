//! The sandbox.

pub mod limits;

pub use self::limits::Limits;
