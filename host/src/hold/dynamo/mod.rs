//! The shared journal: one DynamoDB table, for many processes at once.
//!
//! Every method is one transaction, or a few of which each leaves things in order: what was read is written on the condition that nobody else wrote it
//! meanwhile, who comes too late reads again. Repeating a method does no harm, so an answer that was lost is no trouble. All reads are consistent, and
//! nothing on an alert's way reads more than it asks for.

mod archive;
mod changes;
mod deliveries;
mod ends;
mod examine;
mod fault;
mod feedback;
mod history;
mod holds;
mod images;
mod item;
mod journal;
mod key;
mod leases;
mod ledger;
mod list;
mod memory;
mod notes;
mod own;
mod packed;
mod pardons;
mod pauses;
mod prune;
mod situation;
mod table;
mod targets;
mod texts;
mod transaction;
mod tries;

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use aws_config::{Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_dynamodb::{
    Client,
    config::{Builder, retry::RetryPartition},
    types::AttributeValue,
};
use jiff::{SignedDuration, Timestamp};

pub use self::examine::TableState;
use self::{fault::Failure, item::unreadable, table::Table};
use super::HoldId;

/// How many calls one method makes at a time.
const AT_ONCE: usize = 16;
/// How often a call is tried, the first time included. DynamoDB throttles for seconds when a table grows into its load.
const MAX_ATTEMPTS: u32 = 8;
/// How long the SDK waits at first before it tries a call again; then longer each time, at random.
const FIRST_WAIT: Duration = Duration::from_millis(25);
/// How long one call may take, all its tries together, and how long one try.
const CALL_TIMEOUT: Duration = Duration::from_secs(15);
const TRY_TIMEOUT: Duration = Duration::from_secs(3);

/// A journal in one table, whose keys are the texts `pk` and `sk` and whose TTL attribute is `expires`.
#[derive(Clone, Debug)]
pub struct DynamoJournal {
    table: Arc<Lasting>,
}

/// The table, and how long what is over lasts in it.
#[derive(Debug)]
struct Lasting {
    table: Table,
    keep: SignedDuration,
    /// The lengths of prefixes that are known to be noted.
    lengths: Mutex<BTreeSet<String>>,
}

impl DynamoJournal {
    /// The journal in a table. What is over is kept so long. Nothing is called yet: a table that is missing shows with the first call.
    pub fn new(config: &SdkConfig, region: Option<&str>, table: &str, keep: SignedDuration) -> Self {
        let timeouts = TimeoutConfig::builder()
            .operation_timeout(CALL_TIMEOUT)
            .operation_attempt_timeout(TRY_TIMEOUT)
            .build();
        let retries = RetryConfig::standard()
            .with_max_attempts(MAX_ATTEMPTS)
            .with_initial_backoff(FIRST_WAIT);
        let mut builder = Builder::from(config)
            .retry_config(retries)
            .timeout_config(timeouts)
            // What others of this process may still try again is no matter of the journal's.
            .retry_partition(RetryPartition::new(format!("journal {}", transaction::token())));
        if let Some(region) = region {
            builder = builder.region(Region::new(region.to_owned()));
        }
        Self {
            table: Arc::new(Lasting {
                table: Table::new(Client::from_conf(builder.build()), table),
                keep,
                lengths: Mutex::default(),
            }),
        }
    }
}

impl DynamoJournal {
    /// The same journal, of which nothing is written any more: whatever would is an error.
    #[must_use]
    pub fn read_only(&self) -> Self {
        Self {
            table: Arc::new(Lasting {
                table: self.table.table.read_only(),
                keep: self.table.keep,
                lengths: Mutex::default(),
            }),
        }
    }
}

impl Lasting {
    /// When what is over at a time may be removed, in seconds since 1970.
    fn expires(&self, over: Timestamp) -> i64 {
        over.saturating_add(self.keep).unwrap_or(Timestamp::MAX).as_second()
    }

    fn lengths(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.lengths.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// So many numbers that no other holds have, the lowest first.
    async fn next_hold_ids(&self, count: usize) -> Result<Vec<HoldId>, Failure> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        loop {
            // The mark tells a count whose answer was lost from another one.
            let mark = transaction::token();
            let call = self
                .table
                .update(&key::last_hold())
                .update_expression("ADD last_hold :count SET mark = :mark")
                .condition_expression("attribute_not_exists(mark) OR mark <> :mark")
                .expression_attribute_values(":count", AttributeValue::N(count.to_string()))
                .expression_attribute_values(":mark", AttributeValue::S(mark.clone()));
            let counter = match self.table.updated(call).await? {
                Some(counter) => Some(counter),
                None => self.table.get(&key::last_hold()).await?,
            };
            // Another may have counted since: then that number is his.
            if let Some(counter) = counter.filter(|counter| counter.text("mark") == Some(&mark)) {
                let last = counter.number("last_hold");
                let last = last.ok_or_else(|| unreadable("number of the last hold", ""))?;
                let first = last.saturating_sub(count).saturating_add(1);
                return Ok((first..=last).map(HoldId).collect());
            }
        }
    }
}
