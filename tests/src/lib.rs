//! What the suites share: a server that others wrote, a scene in it, and a look from outside.
//!
//! Nothing here goes through Quell's own code, so that a suite can't be blind to Quell's own mistakes.

pub mod moto;
pub mod python;
pub mod scene;
