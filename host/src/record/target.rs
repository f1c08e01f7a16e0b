//! The plan at one target.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    converge::{Aggregate, Live},
    hold::{Change, Coverage, Remedy, Target},
    report::{Failure, HeldReport, TargetReport},
};

/// What was done, or would have been, at one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetRecord {
    /// The target.
    pub target: Target,
    /// As it was. None if it could not be read, or was not yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Live>,
    /// The changes, in order: made if the mode is to enforce, planned otherwise.
    pub changes: Vec<Change>,
    /// The entries that several holds share.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aggregates: Vec<Aggregate>,
    /// The holds that the alert asked for, and how each is covered.
    pub holds: Vec<HoldRecord>,
    /// What failed here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

/// A hold that the alert asked for, and how it is covered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HoldRecord {
    /// What it does.
    #[serde(flatten)]
    pub remedy: Remedy,
    /// The plugin that asked for it.
    pub plugin: String,
    /// When it ends by itself; None if it lasts until released.
    pub until: Option<Timestamp>,
    /// How many deliveries asked for it, this one included.
    pub offences: u32,
    /// How it is covered, or would be.
    pub coverage: Coverage,
}

impl From<&TargetReport> for TargetRecord {
    fn from(report: &TargetReport) -> Self {
        Self {
            target: report.target.clone(),
            before: report.before.clone(),
            changes: report.changes.iter().map(|told| told.change.clone()).collect(),
            aggregates: report.aggregates.clone(),
            holds: report.holds.iter().map(HoldRecord::from).collect(),
            failure: report.failure.clone(),
        }
    }
}

impl From<&HeldReport> for HoldRecord {
    fn from(HeldReport { hold, coverage }: &HeldReport) -> Self {
        Self {
            remedy: hold.remedy.clone(),
            plugin: hold.plugin.clone(),
            until: hold.until,
            offences: hold.offences,
            coverage: coverage.clone(),
        }
    }
}
