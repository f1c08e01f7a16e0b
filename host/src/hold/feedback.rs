//! Feedback: what a detector is to be told of what was done about its alert.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::HoldId;
use crate::alert::Detector;

/// Tells one piece of feedback from another. The same alert with the same holds has the same, however often it comes: otherwise a detector that sends an alert again because
/// it was commented on would be commented on for ever.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FeedbackId(String);

impl FeedbackId {
    /// For what is to be said of these holds to the detector of this alert.
    pub fn new(detector: Detector, alert: &str, news: News, holds: &[HoldId]) -> Self {
        let mut numbers: Vec<_> = holds.iter().map(|hold| hold.0).collect();
        numbers.sort_unstable();
        let mut digest = Sha256::new();
        digest.update(detector.name());
        digest.update([0]);
        digest.update(alert);
        digest.update([0]);
        digest.update(news.name());
        for number in numbers {
            digest.update(number.to_be_bytes());
        }
        let digest = digest.finalize();
        Self(digest.iter().take(10).map(|byte| format!("{byte:02x}")).collect())
    }

    /// An id read back from the journal.
    pub fn read(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FeedbackId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What there is to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum News {
    /// What was done.
    Done,
    /// That all of it is over. Told as soon as none of the holds is in force.
    Over,
}

impl News {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Over => "over",
        }
    }
}

/// Where a detector keeps what it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Subject {
    /// An alert of Stealthwatch Cloud.
    Alert {
        /// Its number.
        id: String,
    },
    /// A finding in Security Hub, in its own format.
    Finding {
        /// `Id`.
        id: String,
        /// `ProductArn`.
        product: String,
        /// Where it was imported.
        region: String,
    },
    /// A finding in Security Hub, in OCSF.
    OcsfFinding {
        /// `metadata.uid`.
        uid: String,
        /// Where it was imported.
        region: String,
    },
}

impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alert { id } => write!(formatter, "alert {id} of Stealthwatch Cloud"),
            Self::Finding { id, .. } => write!(formatter, "finding {id} in Security Hub"),
            Self::OcsfFinding { uid, .. } => write!(formatter, "finding {uid} in Security Hub"),
        }
    }
}

/// What a detector is to be told, or was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feedback {
    /// Its id.
    pub id: FeedbackId,
    /// About what.
    pub subject: Subject,
    /// What there is to tell.
    pub news: News,
    /// The holds that it is about.
    pub holds: Vec<HoldId>,
    /// Whether all that was asked for is in force, so that the detector may take it for settled.
    pub settles: bool,
    /// What is said. Of what is over it is made when it is.
    pub text: String,
    /// Since when it is owed.
    pub owed: Timestamp,
    /// How often it was begun to be told.
    pub attempts: u32,
    /// How it stands.
    pub state: FeedbackState,
}

/// How a piece of feedback stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum FeedbackState {
    /// To be told, not before this time.
    Waiting {
        /// The earliest time.
        not_before: Timestamp,
    },
    /// The detector has it.
    Told,
    /// Given up.
    GivenUp {
        /// What went wrong the last time.
        why: String,
    },
}

impl FeedbackState {
    /// Its name in the journal.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Waiting { .. } => "waiting",
            Self::Told => "told",
            Self::GivenUp { .. } => "given-up",
        }
    }

    /// When it may be told, if it waits.
    pub fn not_before(&self) -> Option<Timestamp> {
        match self {
            Self::Waiting { not_before } => Some(*not_before),
            Self::Told | Self::GivenUp { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_alert_with_the_same_holds_is_told_once_and_with_others_again() {
        let id = |news, holds: &[i64]| {
            let holds: Vec<_> = holds.iter().copied().map(HoldId).collect();
            FeedbackId::new(Detector::StealthwatchCloud, "6125", news, &holds)
        };
        assert_eq!(id(News::Done, &[1, 2]), id(News::Done, &[2, 1]));
        assert_ne!(id(News::Done, &[1, 2]), id(News::Done, &[1, 3]));
        assert_ne!(id(News::Done, &[1, 2]), id(News::Over, &[1, 2]));
    }
}
