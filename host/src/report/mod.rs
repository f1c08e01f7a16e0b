//! The report: the whole way of one alert, told once and read by all who want to know.
//!
//! The log line, `quell explain`, the answer of the HTTP door and the demo are views of this one record.

pub mod acl_table;
mod basis;
mod examined;
mod held_back;
pub mod hold_table;
pub mod left;
pub mod outcome;
mod plugin_fault;
pub mod style;
pub mod summary;
pub mod text;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    alert::Alert,
    converge::{Aggregate, Live},
    decision::Decision,
    fact::Asked,
    guard::ChangedInstance,
    hold::{Coverage, DeliveryId, Disagreement, Hold, Target, ToldChange},
    sandbox::{Cost, LogLine},
};

pub use self::{
    basis::{Around, Basis, Given, Known},
    examined::ExaminedRemediation,
    held_back::{HeldBack, UsedUp, Waiting},
    outcome::Outcome,
    plugin_fault::PluginFault,
};

/// How far an alert may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// All the way.
    Enforce,
    /// Everything but holds and writes.
    Observe,
    /// As [`Self::Observe`], and not even the delivery is kept: a person wants to know.
    Explain,
}

impl Mode {
    /// Whether holds are put in force and entries written.
    pub fn writes(self) -> bool {
        self == Self::Enforce
    }
}

/// The whole way of one alert.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Report {
    /// The delivery that it came with. None if it came through no door.
    pub delivery: Option<DeliveryId>,
    /// How far it could go.
    pub mode: Mode,
    /// In one word, what came of it.
    pub outcome: Outcome,
    /// In one sentence, what came of it.
    pub summary: String,
    /// The alert.
    pub alert: Alert,
    /// Why the alert was refused as a whole, before any plugin was asked. None if it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
    /// What plugins and guards were told. None if nobody was asked, or if the report is of a Quell that did not keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
    /// What was asked of the sources of facts, each question once, in order.
    pub facts: Vec<Asked>,
    /// What each plugin that it was routed to made of it.
    pub plugins: Vec<PluginReport>,
    /// Where plugins asked for the same with different ends.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disagreements: Vec<Disagreement>,
    /// What passed the guards and was not put in force.
    #[serde(default, skip_serializing_if = "HeldBack::is_empty")]
    pub held_back: HeldBack,
    /// What was done, or would be, at each target.
    pub targets: Vec<TargetReport>,
}

impl Report {
    /// Of an alert that was refused as a whole: nobody was asked, and nothing was done.
    pub fn refused(delivery: Option<&DeliveryId>, mode: Mode, alert: &Alert, why: String) -> Self {
        Self {
            delivery: delivery.cloned(),
            mode,
            outcome: Outcome::Refused,
            summary: format!("{} on {}; refused: {why}", alert.kind, alert.source.name),
            alert: alert.clone(),
            refusal: Some(why),
            basis: None,
            facts: Vec::new(),
            plugins: Vec::new(),
            disagreements: Vec::new(),
            held_back: HeldBack::default(),
            targets: Vec::new(),
        }
    }
}

/// What one plugin made of an alert.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PluginReport {
    /// The plugin's name in the configuration.
    pub plugin: String,
    /// Whether it only observes: nothing comes of what it decides.
    #[serde(default, skip_serializing_if = "is_false")]
    pub observes: bool,
    /// The plugin that it was asked in place of, because that one could not decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<String>,
    /// The plugin whose answer counts in place of this one's, because this one could not decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fell_back_to: Option<String>,
    /// What it was and was given. None if it was not asked, or if the report is of a Quell that did not keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<Given>,
    /// Its answer, or how it failed.
    pub answer: Answer,
    /// How it failed, in one word. None if it decided, or if the report is of a Quell that did not keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<PluginFault>,
    /// What it wrote to the log.
    pub log: Vec<LogLine>,
    /// What the call cost, however it ended.
    pub cost: Cost,
    /// The instances that plugins which were asked before it change for the same alert. They count for its share (`guard.instances-per-hour`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed_before: Vec<ChangedInstance>,
    /// What the guards said of each remediation, in the order of the decision.
    pub examined: Vec<ExaminedRemediation>,
}

impl PluginReport {
    /// Whether it failed without being asked: it could not be loaded, or rests.
    pub fn was_not_asked(&self) -> bool {
        self.given.is_none() && matches!(self.answer, Answer::Failed(_))
    }

    /// How it failed, if it did and nobody stood in for it.
    pub fn failure(&self) -> Option<&Failure> {
        match &self.answer {
            Answer::Failed(failure) if self.fell_back_to.is_none() => Some(failure),
            _ => None,
        }
    }
}

fn is_false(value: &bool) -> bool {
    !value
}

/// A plugin's answer, or how it failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// It decided.
    Decided(Decision),
    /// It did not.
    Failed(Failure),
}

/// Something that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Failure {
    /// What failed, with its causes.
    pub message: String,
    /// Whether it may go better later, with nothing changed but time.
    pub passing: bool,
}

/// What was done, or would be, at one target.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TargetReport {
    /// The target.
    pub target: Target,
    /// As it was. None if it could not be read.
    pub before: Option<Live>,
    /// As it is after the changes; None if none were made.
    pub after: Option<Live>,
    /// The changes, in order: made if the mode is to enforce, planned otherwise.
    pub changes: Vec<ToldChange>,
    /// The entries that several holds share, for want of room, and how many addresses they deny that no hold asks for.
    #[serde(default)]
    pub aggregates: Vec<Aggregate>,
    /// The holds that this alert asked for, and how each is covered.
    pub holds: Vec<HeldReport>,
    /// What failed here. The holds stay, and are tried again.
    pub failure: Option<Failure>,
}

/// A hold and how it is covered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HeldReport {
    /// The hold. If it is only planned its id is 0.
    pub hold: Hold,
    /// How it is covered, or would be.
    pub coverage: Coverage,
}
