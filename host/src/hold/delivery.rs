//! A delivery: some bytes that came through a door once.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::alert::Detector;

/// Tells one delivery from another; the same delivery sent again has the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeliveryId(String);

impl DeliveryId {
    /// The id that the sender gave it, such as SNS's `MessageId`.
    pub fn given(by: &str, id: &str) -> Self {
        Self(format!("{by}-{id}"))
    }

    /// For a sender that gives no id: a digest of what was sent, and of whose alert it is said to be. A detector that tells of an alert again sends other
    /// bytes (its times move on), so equal bytes are the same delivery, by whichever door they come. Said to be another detector's they are another alert: what
    /// came of one says nothing of the other.
    pub fn of(detector: Detector, bytes: &[u8]) -> Self {
        // No name has a zero in it, so none runs on into the bytes.
        let digest = Sha256::new()
            .chain_update(detector.name())
            .chain_update([0])
            .chain_update(bytes)
            .finalize();
        let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Self(format!("body-{hex}"))
    }

    /// The id of one of several alerts in a delivery, from 1.
    pub fn numbered(&self, number: usize) -> Self {
        Self(format!("{}-{number}", self.0))
    }

    /// An id read back from the journal or a path.
    pub fn read(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DeliveryId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Some bytes that came through a door, and what became of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// The door, such as `http` or `lambda`.
    pub door: String,
    /// Whose alert it is said to be.
    pub detector: Detector,
    /// What was sent.
    pub body: String,
    /// When it came first.
    pub received: Timestamp,
    /// How often it was worked on.
    pub attempts: u32,
    /// What became of it.
    pub state: DeliveryState,
    /// What was found and done, or why not: the JSON of a report, or of a reason. Empty while waiting for its first try.
    pub report: String,
}

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum DeliveryState {
    /// To be worked on, not before this time.
    Waiting {
        /// The earliest time.
        not_before: Timestamp,
    },
    /// Worked on to the end.
    Done,
    /// Given up: can't be read, or failed too often. Kept for people; the same delivery sent again is tried again.
    Failed,
}

impl DeliveryState {
    /// Its name in the journal.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting { .. } => "waiting",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// What admitting a delivery found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It is new, or failed before and is now tried again.
    Admitted {
        /// When it came first.
        received: Timestamp,
    },
    /// It was seen before, and this is how it stands. Nothing is to be done.
    SeenBefore(DeliveryState),
    /// As many deliveries wait as may wait. It was not taken; the sender should come again later.
    Full,
}

/// What came of beginning to work on a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// Work may begin. So many attempts there have been, this one included.
    Ours(u32),
    /// Another works on it, and has until then to settle it.
    Theirs {
        /// When anybody may begin again.
        until: Timestamp,
    },
    /// It is settled for good, by whoever was faster, and this is how: there is nothing to work on.
    Settled(DeliveryState),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_to_the_wrong_detectors_door_is_not_seen_before_at_the_right_one() {
        let body = b"{\"id\":1}";
        let at_the_right = DeliveryId::of(Detector::GuardDuty, body);
        assert_ne!(at_the_right, DeliveryId::of(Detector::SecurityHub, body));
        assert_eq!(at_the_right, DeliveryId::of(Detector::GuardDuty, body));
        insta::assert_snapshot!(at_the_right, @"body-2932ed365f69542d7fe864a0e5a5a772");
    }

    #[test]
    fn a_detectors_name_does_not_run_on_into_what_it_sent() {
        let named = |name: &str| name.parse::<Detector>().unwrap();
        assert_ne!(
            DeliveryId::of(named("sensor"), b"-1 alert"),
            DeliveryId::of(named("sensor-1"), b" alert")
        );
        assert_ne!(
            DeliveryId::of(named("sensor"), b"-1\0alert"),
            DeliveryId::of(named("sensor-1"), b"alert")
        );
    }
}
