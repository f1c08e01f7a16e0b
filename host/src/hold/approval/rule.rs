//! Which holds wait for people.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::{Intent, Remedy};
use crate::{decision::StateChange, duration::HumanDuration};

/// What a hold does, as a rule names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HeldKind {
    /// A network ACL denies a prefix.
    Block,
    /// An instance is cut off.
    Isolate,
    /// A security group loses a rule.
    RevokeIngress,
    /// An instance is stopped.
    Stop,
    /// An instance is started.
    Start,
    /// An instance is rebooted.
    Reboot,
}

impl HeldKind {
    /// What a remedy is.
    pub fn of(remedy: &Remedy) -> Self {
        match remedy {
            Remedy::Deny(_) => Self::Block,
            Remedy::Isolate { .. } => Self::Isolate,
            Remedy::Revoke { .. } => Self::RevokeIngress,
            Remedy::SetState { change } => match change {
                StateChange::Stop => Self::Stop,
                StateChange::Start => Self::Start,
                StateChange::Reboot => Self::Reboot,
            },
        }
    }
}

/// What waits until people approve of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ApprovalRule {
    /// Its name, unique in one configuration.
    pub name: String,
    /// What it is about. Empty: everything.
    pub kinds: BTreeSet<HeldKind>,
    /// Only what changes something that has one of these tags, by key and, if it is given, value. Empty: whatever it changes.
    pub tags: Vec<(String, Option<String>)>,
    /// Only what a budget that is used up keeps back.
    pub over_budget: bool,
    /// How many people must approve: 1 or 2.
    pub people: u8,
    /// How long it waits for them.
    pub within: HumanDuration,
}

impl ApprovalRule {
    /// Whether it is about an intent, which a budget keeps back or not.
    pub fn is_about(&self, intent: &Intent, is_over_budget: bool) -> bool {
        let has = |(key, value): &(String, Option<String>)| {
            let is_one =
                |(own_key, own): &(String, String)| own_key == key && value.as_ref().is_none_or(|value| value == own);
            intent.scope.tags.iter().any(is_one)
        };
        self.over_budget == is_over_budget
            && (self.kinds.is_empty() || self.kinds.contains(&HeldKind::of(&intent.remedy)))
            && (self.tags.is_empty() || self.tags.iter().any(has))
    }

    /// Of some rules the one that an intent waits by: who asks for most people; of those the first.
    pub fn for_intent<'a>(rules: &'a [Self], intent: &Intent, is_over_budget: bool) -> Option<&'a Self> {
        let about = rules.iter().filter(|rule| rule.is_about(intent, is_over_budget));
        about.reduce(|first, rule| if rule.people > first.people { rule } else { first })
    }
}
