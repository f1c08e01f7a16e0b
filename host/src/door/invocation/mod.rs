//! What invokes a Lambda function, read: events, web requests, records of a queue, commands. Pure, and without AWS's crates; [`super::lambda`] works on it.

pub mod command;
pub mod event;
pub mod request;
pub mod sources;
pub mod sqs;
