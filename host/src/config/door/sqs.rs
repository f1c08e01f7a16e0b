//! `[[door.sqs]]`: a queue that is asked for messages.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::QueueUrl;
use crate::{
    alert::Detector,
    config::{checks::Checks, number::Bounded, path::Path, word::Region},
};

/// A queue that is asked for messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sqs {
    /// The queue.
    pub queue: QueueUrl,
    /// Its region. None: the one that the process is in.
    pub region: Option<String>,
    /// Whose alerts come. None: each message is looked at.
    pub detector: Option<Detector>,
    /// How many messages are worked on at the same time.
    pub at_once: usize,
    /// Where Quell puts what can't be read. None if that is the queue's own affair.
    pub dead_letters: Option<DeadLetters>,
}

/// Where Quell puts what can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetters {
    /// The queue.
    pub queue: QueueUrl,
    /// How often a message must have been received before.
    pub after: u32,
}

/// A queue that is asked for messages: with an SNS envelope, raw, or with EventBridge's. A message is deleted as soon as the journal has its alerts. A function is invoked with them, and of this table only `queue`, `region` and `detector` count there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "Sqs")]
pub(in crate::config) struct SqsTable {
    /// The queue's URL. A function that it invokes knows it by its account, its name and its region.
    pub(in crate::config) queue: QueueUrl,
    /// The queue's region, if its URL does not say it.
    pub(in crate::config) region: Option<Region>,
    /// Whose alerts come. Without it each message is looked at, which tells the built-in detectors and no others.
    pub(in crate::config) detector: Option<Detector>,
    /// How many messages are worked on at the same time.
    #[serde(default = "at_once")]
    pub(in crate::config) at_once: Bounded<usize, 1, 100>,
    /// The URL of the queue that gets what can't be read, with the reason as the attribute `quell-reason`. Without it the queue's own redrive policy does that, without a
    /// reason. Only together with `after`.
    pub(in crate::config) dead_letters: Option<QueueUrl>,
    /// How often a message that can't be read is received before it goes to `dead-letters`. Must be less than `maxReceiveCount`, if the queue has a redrive policy of its own.
    pub(in crate::config) after: Option<Bounded<u32, 1, 1000>>,
}

fn at_once() -> Bounded<usize, 1, 100> {
    Bounded::default_of(10)
}

impl SqsTable {
    pub(super) fn check(self, here: &Path, checks: &mut Checks<'_>) -> Option<Sqs> {
        if let Some(detector) = self.detector {
            checks.detector(&here.join("detector"), detector);
        }
        let region = match (&self.region, self.queue.region()) {
            (Some(said), Some(known)) if said.as_str() != known => {
                checks.fail(
                    &here.join("region"),
                    format!("`{here}.region` is {said}, but the queue is in {known}"),
                    "take `region` out: the queue's URL says it",
                );
                return None;
            }
            (Some(said), _) => Some(said.to_string()),
            (None, known) => known.map(str::to_owned),
        };
        let dead_letters = match (self.dead_letters, self.after) {
            (Some(queue), Some(_)) if queue == self.queue => {
                checks.fail(
                    &here.join("dead-letters"),
                    format!("`{here}.dead-letters` is the queue itself, so what can't be read would go round for ever"),
                    "name another queue",
                );
                return None;
            }
            (Some(queue), Some(after)) => Some(DeadLetters {
                queue,
                after: after.get(),
            }),
            (None, None) => None,
            (Some(_), None) => {
                checks.fail(
                    &here.join("dead-letters"),
                    format!("`dead-letters` is given in [[{here}]], and not `after`"),
                    "write `after = 5` if in doubt: how often a message that can't be read is received before",
                );
                return None;
            }
            (None, Some(_)) => {
                checks.fail(
                    &here.join("after"),
                    format!("`after` is given in [[{here}]], and no `dead-letters`"),
                    "name the queue for `dead-letters`, or take `after` out: then the queue's own redrive policy counts",
                );
                return None;
            }
        };
        Some(Sqs {
            queue: self.queue,
            region,
            detector: self.detector,
            at_once: self.at_once.get(),
            dead_letters,
        })
    }
}

/// A queue in two tables would have two detectors.
pub(super) fn check_beside(doors: &[Sqs], here: &Path, checks: &mut Checks<'_>) {
    let identity = |door: &Sqs| {
        (
            door.region.clone(),
            door.queue.account().to_owned(),
            door.queue.name().to_owned(),
        )
    };
    for (index, door) in doors.iter().enumerate() {
        if doors
            .iter()
            .take(index)
            .any(|before| identity(before) == identity(door))
        {
            checks.fail(
                &here.element(index).join("queue"),
                format!("the queue {} stands there already", door.queue),
                "name each queue once; more `at-once` works on more of its messages at the same time",
            );
        }
    }
}
