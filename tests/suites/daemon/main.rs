//! The daemon as an operator meets it: the program itself, as a process, against EC2 as moto plays it. Read it as the list of what users fear.
#![expect(
    clippy::unwrap_used,
    reason = "a test that can't do what it does must fail, in a helper too"
)]

mod acting;
mod ending;
mod logging;
mod plain;
mod stage;
mod starting;
