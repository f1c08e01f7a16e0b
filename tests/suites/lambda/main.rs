//! The Lambda door.
