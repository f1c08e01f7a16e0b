//! The HTTP door: what senders may do to it, and what they must not. Read it as the list of what users fear.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that can't do what it does must fail, in a helper too"
)]

mod admission;
mod alerts;
mod looking;
mod open_door;
mod time;
