//! `[feedback]`: what detectors are told of what was done about their alerts. Nothing, unless a table below it says so.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{checks::Checks, number::Bounded, path::Path, word::Region};
use crate::duration::HumanDuration;

/// What detectors are told of what was done about their alerts, after it was done and out of its way. A detector that has no table here is told nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Feedback {
    /// How often a detector is told something in a minute at most, one after the other.
    pub per_minute: Bounded<u32, 1, 600>,
    /// How long one request may take.
    pub timeout: HumanDuration,
    /// What Stealthwatch Cloud is told, at the API of [stealthwatch-cloud].
    pub stealthwatch_cloud: Option<StealthwatchFeedback>,
    /// What Security Hub is told.
    pub security_hub: Option<SecurityHubFeedback>,
}

impl Default for Feedback {
    fn default() -> Self {
        Self {
            per_minute: Bounded::default_of(30),
            timeout: HumanDuration::from_secs(10),
            stealthwatch_cloud: None,
            security_hub: None,
        }
    }
}

/// What Stealthwatch Cloud is told about an alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct StealthwatchFeedback {
    /// Whether a comment says what was done, on what, until when, and what is not covered.
    pub comment: bool,
    /// Whether the alert is closed, if all that was asked for is in force.
    pub close: bool,
    /// How the alert is judged when it is closed.
    pub merit: Option<Merit>,
    /// The tags that the alert gets, in place of those that it has.
    pub tags: Vec<String>,
    /// Whether another comment says that all of it is over.
    pub on_end: bool,
}

impl Default for StealthwatchFeedback {
    fn default() -> Self {
        Self {
            comment: true,
            close: false,
            merit: None,
            tags: Vec::new(),
            on_end: false,
        }
    }
}

/// How an alert is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Merit {
    /// It was helpful.
    Helpful,
    /// It was not.
    NotHelpful,
}

impl Merit {
    /// Its number at the API.
    pub fn number(self) -> u8 {
        match self {
            Self::Helpful => 8,
            Self::NotHelpful => 9,
        }
    }
}

/// What Security Hub is told about a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct SecurityHubFeedback {
    /// Whether the finding's note says what was done. It takes the place of the note that is there.
    pub note: bool,
    /// The workflow status that the finding gets, if all that was asked for is in force.
    pub workflow: Option<Workflow>,
    /// Whether the note says in the end that all of it is over.
    pub on_end: bool,
    /// The region in which Security Hub is told, in place of the finding's own: where findings of all regions are put together.
    pub region: Option<Region>,
}

impl Default for SecurityHubFeedback {
    fn default() -> Self {
        Self {
            note: true,
            workflow: None,
            on_end: false,
            region: None,
        }
    }
}

/// A workflow status of Security Hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Workflow {
    /// Its owner was told.
    Notified,
    /// It was settled.
    Resolved,
}

impl Workflow {
    /// Its name in Security Hub's own format.
    pub fn name(self) -> &'static str {
        match self {
            Self::Notified => "NOTIFIED",
            Self::Resolved => "RESOLVED",
        }
    }

    /// The number of the status in OCSF that says the same: 2 is "in progress", 4 is "resolved".
    pub fn ocsf_status(self) -> i32 {
        match self {
            Self::Notified => 2,
            Self::Resolved => 4,
        }
    }
}

impl Feedback {
    pub(super) fn check(&self, has_stealthwatch: bool, here: &Path, checks: &mut Checks<'_>) {
        checks.positive(&here.join("timeout"), self.timeout);
        if let Some(told) = &self.stealthwatch_cloud {
            let here = here.join("stealthwatch-cloud");
            if !has_stealthwatch {
                checks.fail(
                    &here,
                    format!("[{here}] is given, and no [stealthwatch-cloud] that says where its API is"),
                    "add [stealthwatch-cloud] with `base-url`, `user` and a key, or take the feedback out",
                );
            }
            if !told.comment && !told.close && told.tags.is_empty() && !told.on_end {
                checks.fail(
                    &here,
                    format!("[{here}] says nothing that is to be told"),
                    "write `comment = true` or `close = true`, or take the table out",
                );
            }
            if told.merit.is_some() && !told.close {
                checks.fail(
                    &here.join("merit"),
                    format!(
                        "`merit` is given in [{here}] without `close = true`: an alert is judged when it is closed"
                    ),
                    "write `close = true` as well, or take `merit` out",
                );
            }
        }
        if let Some(told) = &self.security_hub
            && !told.note
            && told.workflow.is_none()
        {
            let here = here.join("security-hub");
            checks.fail(
                &here,
                format!("[{here}] says nothing that is to be told"),
                "write `note = true` or a `workflow`, or take the table out",
            );
        }
    }
}
