//! Findings: what was looked at, and how it is.

use std::fmt;

use serde::Serialize;

use super::text;
use crate::cloud::CloudPlace;

/// All that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Checkup(pub Vec<Finding>);

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it belongs to.
    pub area: Area,
    /// Where in AWS. None if it is a matter of this machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<CloudPlace>,
    /// What was looked at, such as `ec2:StopInstances`.
    pub what: String,
    /// How it is.
    pub verdict: Verdict,
    /// How that is known, or what is wrong and the remedy.
    pub why: String,
}

/// What a finding belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Area {
    /// Something that IAM has to allow.
    Permission,
    /// Something in the account.
    Account,
    /// Something on this machine.
    Machine,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// As it has to be.
    Fine,
    /// Nothing that is needed, but to be known.
    Note,
    /// Nobody can prove it without doing it.
    NotProvable,
    /// There is nothing to try it on.
    NothingToTryOn,
    /// Nobody knows: the answer was neither yes nor no.
    Unknown,
    /// Needed, and not there.
    Missing,
}

impl Verdict {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fine => "yes",
            Self::Note => "note",
            Self::NotProvable => "not provable",
            Self::NothingToTryOn => "nothing to try it on",
            Self::Unknown => "unknown",
            Self::Missing => "MISSING",
        }
    }
}

impl Finding {
    /// Something on this machine.
    pub(super) fn of_machine(what: impl Into<String>, verdict: Verdict, why: impl Into<String>) -> Self {
        Self {
            area: Area::Machine,
            at: None,
            what: what.into(),
            verdict,
            why: why.into(),
        }
    }

    /// Something in an account.
    pub(super) fn of_account(
        at: &CloudPlace,
        what: impl Into<String>,
        verdict: Verdict,
        why: impl Into<String>,
    ) -> Self {
        Self {
            area: Area::Account,
            at: Some(at.clone()),
            ..Self::of_machine(what, verdict, why)
        }
    }

    /// Something that IAM has to allow.
    pub(super) fn of_permission(
        at: &CloudPlace,
        what: impl Into<String>,
        verdict: Verdict,
        why: impl Into<String>,
    ) -> Self {
        Self {
            area: Area::Permission,
            ..Self::of_account(at, what, verdict, why)
        }
    }
}

impl Checkup {
    /// What is needed and not there.
    pub fn missing(&self) -> impl Iterator<Item = &Finding> {
        self.0.iter().filter(|finding| finding.verdict == Verdict::Missing)
    }
}

/// A table, and below it what is missing.
impl fmt::Display for Checkup {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        text::write(formatter, self)
    }
}
