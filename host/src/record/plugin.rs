//! What a plugin was, was given, and made of it.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Examined;
use crate::{
    decision::{ActionKind, Decision},
    digest::Digest,
    guard::{ChangedInstance, Demands},
    json::JsonText,
    report::{Answer, Failure},
};

/// One plugin and its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Written", into = "Written")]
pub struct PluginRecord {
    /// Its name in the configuration.
    pub plugin: String,
    /// The digest of its component.
    pub digest: Digest,
    /// The version of the contract between it and the host.
    pub contract: String,
    /// The kinds of action that it may ask for.
    pub may: BTreeSet<ActionKind>,
    /// What was demanded before an address is blocked.
    pub demands: Demands,
    /// Its settings: a JSON object.
    pub settings: JsonText,
    /// Its decision, or how it failed.
    pub answer: Answer,
    /// The instances that plugins which were asked before it change for the same alert. They count for its share (`guard.instances-per-hour`).
    pub changed_before: Vec<ChangedInstance>,
    /// What the guards said of each remediation, in the order of the decision.
    pub examined: Vec<Examined>,
}

/// What a plugin was, was given, and made of it: a `decision`, or a `failure`.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Written {
    /// Its name in the configuration.
    plugin: String,
    /// The digest of its component.
    digest: Digest,
    /// The version of the contract between it and the host.
    contract: String,
    /// The kinds of action that it may ask for.
    may: BTreeSet<ActionKind>,
    /// What was demanded before an address is blocked.
    #[serde(default, skip_serializing_if = "Demands::are_none")]
    demands: Demands,
    /// Its settings: a JSON object.
    settings: JsonText,
    /// What it decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    decision: Option<Decision>,
    /// How it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failure: Option<Failure>,
    /// The instances that plugins which were asked before it change for the same alert. They count for its share (`guard.instances-per-hour`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    changed_before: Vec<ChangedInstance>,
    /// What the guards said of each remediation, in the order of the decision.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    examined: Vec<Examined>,
}

impl From<PluginRecord> for Written {
    fn from(record: PluginRecord) -> Self {
        let (decision, failure) = match record.answer {
            Answer::Decided(decision) => (Some(decision), None),
            Answer::Failed(failure) => (None, Some(failure)),
        };
        Self {
            plugin: record.plugin,
            digest: record.digest,
            contract: record.contract,
            may: record.may,
            demands: record.demands,
            settings: record.settings,
            decision,
            failure,
            changed_before: record.changed_before,
            examined: record.examined,
        }
    }
}

impl TryFrom<Written> for PluginRecord {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let plugin = written.plugin;
        Ok(Self {
            answer: match (written.decision, written.failure) {
                (Some(decision), None) => Answer::Decided(decision),
                (None, Some(failure)) => Answer::Failed(failure),
                (None, None) => {
                    return Err(format!(
                        "plugin `{plugin}` has neither a `decision` nor a `failure`: write one"
                    ));
                }
                (Some(_), Some(_)) => {
                    return Err(format!(
                        "plugin `{plugin}` has a `decision` and a `failure`: leave one of them out"
                    ));
                }
            },
            plugin,
            digest: written.digest,
            contract: written.contract,
            may: written.may,
            demands: written.demands,
            settings: written.settings,
            changed_before: written.changed_before,
            examined: written.examined,
        })
    }
}
