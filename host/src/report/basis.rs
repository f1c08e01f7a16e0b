//! The basis: what plugins and guards were told, so that the same can be told again.

use std::collections::BTreeSet;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Failure;
use crate::{
    alert::Mapping,
    cloud::CloudPlace,
    decision::{About, ActionKind},
    digest::Digest,
    guard::{Demands, NeverBlock, Rules, Surroundings},
    hold::Pardon,
    json::JsonText,
};

/// What was told to all plugins and guards that heard of an alert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Basis {
    /// What time it was.
    pub now: Timestamp,
    /// The account and region that the host works in for this alert.
    pub home: CloudPlace,
    /// How the alert was read, if its detector is one that the configuration names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapping: Option<Mapping>,
    /// The guards' rules.
    pub rules: Rules,
    /// What the never-block lists have that overlaps a prefix which a decision named; or why that was not known.
    #[serde(default, skip_serializing_if = "Known::is_known_to_be_empty")]
    pub listed: Known<Vec<NeverBlock>>,
    /// The pardons in force.
    pub pardons: Known<Vec<Pardon>>,
    /// What is around each subject that a decision named, each once.
    pub surroundings: Vec<Around>,
}

/// What is around one subject of a remediation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Around {
    /// The subject.
    pub place: About,
    /// What is around it.
    pub found: Known<Surroundings>,
}

/// Something that the guards ask for and that may fail to be known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Known<T> {
    /// It is known.
    Known(T),
    /// It could not be found out.
    Unknown(Failure),
}

impl<T> Known<T> {
    /// As a result.
    pub fn as_result(&self) -> Result<&T, &Failure> {
        match self {
            Self::Known(value) => Ok(value),
            Self::Unknown(failure) => Err(failure),
        }
    }
}

impl<T> Default for Known<Vec<T>> {
    fn default() -> Self {
        Self::Known(Vec::new())
    }
}

impl<T> Known<Vec<T>> {
    /// Whether it is known that there is nothing.
    pub fn is_known_to_be_empty(&self) -> bool {
        matches!(self, Self::Known(all) if all.is_empty())
    }
}

impl<T> From<Result<T, Failure>> for Known<T> {
    fn from(result: Result<T, Failure>) -> Self {
        result.map_or_else(Self::Unknown, Self::Known)
    }
}

/// What a plugin was, and what it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// The digest of its component.
    pub digest: Digest,
    /// The version of the contract between it and the host.
    pub contract: String,
    /// Its settings: a JSON object.
    pub settings: JsonText,
    /// The kinds of action that it may ask for.
    pub may: BTreeSet<ActionKind>,
    /// What was demanded before an address is blocked.
    #[serde(default, skip_serializing_if = "Demands::are_none")]
    pub demands: Demands,
}
