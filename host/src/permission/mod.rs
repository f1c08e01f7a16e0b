//! Permissions: what IAM has to allow, so that Quell can do what is configured, and nothing more.
//!
//! [`declared`] says of each call which actions, resources and condition keys it needs. [`need`] says which calls a configuration leads to, by the kinds of
//! action that its plugins may ask for and by how they are carried out; [`host`] what Quell itself uses, such as its secrets and the queues of its doors. [`policy`] makes a policy of both. All of it is pure; `doctor` proves it.

mod checkpoint;
pub mod declared;
mod door;
pub mod grant;
pub mod host;
pub mod need;
pub mod policy;
pub mod table;
#[cfg(test)]
mod tests;

pub use self::{
    grant::{Condition, Grant, IamResource, Values},
    host::{HostGrant, HostResource},
    need::{Extent, Needs},
    policy::{Account, HeldPolicy, Holder, Policy, Statement, policies},
    table::Table,
};
