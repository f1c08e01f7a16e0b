//! Labels: by what figures are told apart. None has an address, the id of an alert or the name of an instance.

use prometheus_client::encoding::EncodeLabelSet;

use crate::{alert::Detector, converge::SideCapacity, decision::ActionKind, hold::Target};

/// Of a detector, by what came of its alerts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct OfDetector {
    pub(super) detector: String,
    pub(super) outcome: String,
}

/// Of a detector.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Detected {
    pub(super) detector: String,
}

/// Of what a plugin asked for, by the guard that refused it; empty for what passed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Examined {
    pub(super) plugin: String,
    pub(super) action: String,
    pub(super) refused_by: String,
}

/// Of a plugin, by how it failed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct PluginFailed {
    pub(super) plugin: String,
    pub(super) fault: String,
}

/// Of a budget.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct OfBudget {
    pub(super) budget: String,
}

/// Of requests, by the status of the answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Refused {
    pub(super) status: u16,
}

/// Of a call to AWS, by how it failed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct CallFailed {
    pub(super) call: String,
    pub(super) fault: String,
}

/// Of holds, by whether their targets do what they ask for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, EncodeLabelSet)]
pub(super) struct Held {
    pub(super) plugin: String,
    pub(super) action: String,
    pub(super) covered: bool,
}

/// Of a plugin.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct OfPlugin {
    pub(super) plugin: String,
}

/// Of one direction and family of a network ACL.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Side {
    pub(super) account: String,
    pub(super) region: String,
    pub(super) acl: String,
    pub(super) direction: String,
    pub(super) family: String,
}

impl OfDetector {
    pub(super) fn new(detector: Detector, outcome: &str) -> Self {
        Self {
            detector: detector.name().into(),
            outcome: outcome.into(),
        }
    }
}

impl Detected {
    pub(super) fn new(detector: Detector) -> Self {
        Self {
            detector: detector.name().into(),
        }
    }
}

impl Held {
    pub(super) fn new(plugin: &str, action: ActionKind, covered: bool) -> Self {
        Self {
            plugin: plugin.to_owned(),
            action: action.to_string(),
            covered,
        }
    }
}

impl Side {
    pub(super) fn new(target: &Target, side: &SideCapacity) -> Self {
        Self {
            account: target.account.clone(),
            region: target.region.clone(),
            acl: target.resource.as_str().to_owned(),
            direction: side.direction.to_string(),
            family: side.family.to_string(),
        }
    }
}
