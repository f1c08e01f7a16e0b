//! What a plan is, in a few characters that no other plan has.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::{Intent, Remedy, Target};
use crate::digest::Digest;

/// How many hexadecimal digits of a plan people type.
const DIGITS: usize = 10;

/// The name of what waits, as people see and type it: `p` and ten hexadecimal digits of its plan. Another plan has another one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ApprovalId(String);

/// A text that is no name of what waits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is not the name of a hold that waits, such as p3f9a2c1b07; `quell approvals` lists them")]
pub struct NotAnApprovalId;

impl ApprovalId {
    /// That of a plan.
    pub fn of(plan: &str) -> Self {
        Self(format!("p{}", plan.chars().take(DIGITS).collect::<String>()))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ApprovalId {
    type Err = NotAnApprovalId;

    fn from_str(text: &str) -> Result<Self, NotAnApprovalId> {
        let digits = text.strip_prefix('p').ok_or(NotAnApprovalId)?;
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if digits.len() == DIGITS && digits.bytes().all(is_digit) {
            return Ok(Self(text.to_owned()));
        }
        Err(NotAnApprovalId)
    }
}

impl TryFrom<String> for ApprovalId {
    type Error = NotAnApprovalId;

    fn try_from(text: String) -> Result<Self, NotAnApprovalId> {
        text.parse()
    }
}

impl From<ApprovalId> for String {
    fn from(id: ApprovalId) -> Self {
        id.0
    }
}

impl fmt::Display for ApprovalId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What is approved of: what is done to what, for how long, and which plugin decided it. In whatever order, and whatever words the plugin found for it this time.
#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct Planned<'a> {
    target: &'a Target,
    remedy: &'a Remedy,
    /// In seconds; None: until released.
    lasts: Option<i64>,
    plugin: &'a str,
}

/// The digest of a plan that was decided at a time: 64 hexadecimal digits.
pub fn plan_of(intents: &[Intent], decided: Timestamp) -> String {
    let planned = |intent| {
        let Intent {
            target,
            remedy,
            plugin,
            until,
            ..
        }: &Intent = intent;
        Planned {
            target,
            remedy,
            lasts: until.map(|until| until.duration_since(decided).as_secs()),
            plugin,
        }
    };
    let mut plan: Vec<_> = intents.iter().map(planned).collect();
    plan.sort();
    // It can't fail: these are texts and numbers.
    Digest::of(&serde_json::to_vec(&plan).unwrap_or_default()).to_string()
}
