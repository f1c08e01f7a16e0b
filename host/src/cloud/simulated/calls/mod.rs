//! What each call does to the account, and what it refuses with EC2's own codes. The clock, the token buckets and failures that were arranged are dealt
//! with before.

mod acl;
mod balancing;
mod group;
mod interface;
mod machine;
mod scaling;

use std::fmt;

use crate::cloud::error::Fault;

fn not_found(code: &str, what: &str, id: impl fmt::Display) -> Fault {
    Fault::NotFound {
        code: code.to_owned(),
        message: format!("The {what} '{id}' does not exist"),
    }
}
