//! EC2's types as ours. Pure, and strict: what can't be read is an error that names it, because a rule that was left
//! out would make an ACL look better than it is.

mod acl;
mod group_rule;
mod instance;
mod interface;
mod machine;
mod security_group;
mod tag;
mod vpc;
mod written;

use std::{fmt, str::FromStr};

pub(super) use self::{
    acl::network_acl,
    group_rule::{group_rule, written_rule},
    instance::instance,
    interface::interface,
    machine::{machine, transition},
    security_group::security_group,
    tag::written_tags,
    vpc::prefixes,
    written::WrittenEntry,
};
use crate::cloud::error::Fault;

/// What EC2 sent and can't be read.
fn unreadable(message: impl fmt::Display) -> Fault {
    Fault::Other {
        code: "unreadable".to_owned(),
        message: message.to_string(),
    }
}

/// A value that has to be there.
pub(super) fn required<T>(value: Option<T>, field: &str) -> Result<T, Fault> {
    value.ok_or_else(|| unreadable(format!("`{field}` is missing")))
}

/// A text that has to be there and to be read as something.
pub(super) fn parsed<T: FromStr>(text: Option<&str>, field: &str) -> Result<T, Fault>
where
    T::Err: fmt::Display,
{
    let text = required(text, field)?;
    text.parse()
        .map_err(|error| unreadable(format!("`{field}` is `{text}`: {error}")))
}
