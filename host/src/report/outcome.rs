//! The outcome: what came of an alert, in one word.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Answer, HeldBack, Mode, PluginReport, TargetReport};
use crate::{decision::Decision, hold::Coverage};

/// What came of an alert. If several are true the first in this order is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Something failed. What could be done is done, and the rest stays in the journal.
    Failed,
    /// Holds are in force, and the network ACL follows soon, together with other alerts'.
    Pending,
    /// A hold is in force that nothing covers.
    NotCovered,
    /// A budget is used up: something passed the guards, is reported, and was not put in force.
    OverBudget,
    /// Something passed the guards and waits until people approve of it.
    AwaitsApproval,
    /// Entries were written.
    Acted,
    /// Entries would be written if the mode were to enforce, the host's or that of a plugin which only observes.
    WouldAct,
    /// All that was asked for is so already; the holds were extended.
    AlreadySo,
    /// The guards refused all that was asked for, or the alert was refused before anything was asked.
    Refused,
    /// Every plugin decided to do nothing.
    Nothing,
    /// No plugin has a route for this alert.
    NoPlugin,
}

impl Outcome {
    /// All there are.
    pub const ALL: [Self; 11] = [
        Self::Failed,
        Self::Pending,
        Self::NotCovered,
        Self::OverBudget,
        Self::AwaitsApproval,
        Self::Acted,
        Self::WouldAct,
        Self::AlreadySo,
        Self::Refused,
        Self::Nothing,
        Self::NoPlugin,
    ];

    /// What came of it all.
    pub fn of(mode: Mode, plugins: &[PluginReport], targets: &[TargetReport]) -> Self {
        let unknown = |plugin: &PluginReport| plugin.examined.iter().any(|examined| examined.failure.is_some());
        let failed = plugins
            .iter()
            .any(|plugin| plugin.failure().is_some() || unknown(plugin))
            || targets.iter().any(|target| target.failure.is_some());
        let held = || targets.iter().flat_map(|target| &target.holds);
        let changed = targets.iter().any(|target| !target.changes.is_empty());
        let asked = plugins
            .iter()
            .any(|plugin| matches!(plugin.answer, Answer::Decided(Decision::Remediate(_))));
        if plugins.is_empty() {
            Self::NoPlugin
        } else if failed {
            Self::Failed
        } else if held().any(|held| held.coverage == Coverage::Pending) {
            Self::Pending
        } else if held().any(|held| matches!(held.coverage, Coverage::NotCovered { .. })) {
            Self::NotCovered
        } else if changed && mode.writes() {
            Self::Acted
        } else if changed {
            Self::WouldAct
        } else if held().next().is_some() {
            Self::AlreadySo
        } else if plugins.iter().any(would_act) {
            Self::WouldAct
        } else if asked {
            Self::Refused
        } else {
            Self::Nothing
        }
    }

    /// The same, unless something was held back and nothing worse came of it.
    #[must_use]
    pub fn unless_held_back(self, held_back: &HeldBack) -> Self {
        let is_refused = held_back.waiting.iter().any(|waiting| waiting.refused.is_some());
        match self {
            Self::Failed | Self::Pending | Self::NotCovered => self,
            _ if is_refused || !held_back.withheld.is_empty() => Self::OverBudget,
            _ if !held_back.waiting.is_empty() => Self::AwaitsApproval,
            _ => self,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Pending => "pending",
            Self::NotCovered => "not-covered",
            Self::OverBudget => "over-budget",
            Self::AwaitsApproval => "awaits-approval",
            Self::Acted => "acted",
            Self::WouldAct => "would-act",
            Self::AlreadySo => "already-so",
            Self::Refused => "refused",
            Self::Nothing => "nothing",
            Self::NoPlugin => "no-plugin",
        }
    }
}

/// Whether something of what a plugin that only observes asks for would pass.
fn would_act(plugin: &PluginReport) -> bool {
    plugin.observes && plugin.examined.iter().any(|examined| examined.refusal().is_none())
}
