//! A tally: what was begun within the last minute and the last hour.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{ComesBack, Limits};
use crate::cloud::InstanceId;

/// How long a tally remembers.
const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// The shorter of the two times.
const MINUTE: SignedDuration = SignedDuration::from_mins(1);
/// How finely the last minute is counted, and the last hour, in seconds. A part counts until all of it is over.
const FINE: i64 = 5;
const COARSE: i64 = 60;

/// What was begun lately.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Tally {
    /// New holds, by five seconds since 1970.
    fine: BTreeMap<i64, u32>,
    /// What was begun, by minutes since 1970.
    coarse: BTreeMap<i64, Counts>,
    /// When each instance was changed last.
    instances: BTreeMap<InstanceId, Timestamp>,
    /// Since when it is used up. None: it is not.
    pub tripped: Option<Tripped>,
}

/// What was begun within a minute.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
struct Counts {
    holds: u32,
    addresses: u64,
    writes: u32,
}

/// That a budget is used up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Tripped {
    /// Since when.
    pub since: Timestamp,
    /// When it comes back; None: when a person says so.
    pub until: Option<Timestamp>,
    /// What was too much.
    pub why: String,
}

impl Tripped {
    /// That the budget of this name is used up, and how it comes back.
    pub fn told(&self, name: &str) -> String {
        let Self { since, until, why } = self;
        let back = match until {
            Some(until) => format!("comes back at {until:.0}"),
            None => format!("`quell budgets reset {name}` brings it back"),
        };
        format!("budget `{name}` is used up since {since:.0}: {why}; {back}")
    }
}

/// What one new hold adds.
#[derive(Debug, Clone, Default)]
pub(super) struct Charge {
    pub(super) addresses: u64,
    pub(super) instance: Option<InstanceId>,
}

/// What a tally comes to at a moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Spent {
    /// New holds within the last minute.
    pub holds_per_minute: u32,
    /// New holds within the last hour.
    pub holds_per_hour: u32,
    /// Addresses that new holds deny.
    pub addresses_per_hour: u64,
    /// Distinct instances that were changed.
    pub instances_per_hour: u32,
    /// Calls that wrote.
    pub writes_per_hour: u32,
}

impl Tally {
    /// What it comes to.
    pub fn spent(&self, now: Timestamp) -> Spent {
        let mut spent = Spent {
            holds_per_minute: self
                .fine
                .range(first(now, MINUTE, FINE)..)
                .map(|(_, holds)| holds)
                .sum(),
            ..Spent::default()
        };
        for (_, counts) in self.coarse.range(first(now, HOUR, COARSE)..) {
            spent.holds_per_hour = spent.holds_per_hour.saturating_add(counts.holds);
            spent.addresses_per_hour = spent.addresses_per_hour.saturating_add(counts.addresses);
            spent.writes_per_hour = spent.writes_per_hour.saturating_add(counts.writes);
        }
        let is_recent = |at: &&Timestamp| now.duration_since(**at) < HOUR;
        let instances = self.instances.values().filter(is_recent).count();
        spent.instances_per_hour = u32::try_from(instances).unwrap_or(u32::MAX);
        spent
    }

    /// Since when it is used up, if it is still.
    pub fn tripped_at(&self, now: Timestamp) -> Option<&Tripped> {
        let tripped = self.tripped.as_ref();
        tripped.filter(|tripped| tripped.until.is_none_or(|until| until > now))
    }

    /// What would be too much if this were begun; None if nothing would.
    pub(super) fn excess(&self, charge: &Charge, limits: &Limits, now: Timestamp) -> Option<String> {
        let spent = self.spent(now);
        let is_new = |id: &InstanceId| self.instances.get(id).is_none_or(|at| now.duration_since(*at) >= HOUR);
        let more = u32::from(charge.instance.as_ref().is_some_and(is_new));
        let counts: [(&str, &str, u64, u64, Option<u64>); 4] = [
            (
                "new holds within a minute",
                "holds-per-minute",
                spent.holds_per_minute.into(),
                1,
                of(limits.holds_per_minute),
            ),
            (
                "new holds within an hour",
                "holds-per-hour",
                spent.holds_per_hour.into(),
                1,
                of(limits.holds_per_hour),
            ),
            (
                "addresses within an hour",
                "addresses-per-hour",
                spent.addresses_per_hour,
                charge.addresses,
                limits.addresses_per_hour,
            ),
            (
                "instances within an hour",
                "instances-per-hour",
                spent.instances_per_hour.into(),
                more.into(),
                of(limits.instances_per_hour),
            ),
        ];
        let too_many = counts.into_iter().find_map(|(what, key, spent, more, most)| {
            let most = most?;
            let is_too_much = more > 0 && spent.saturating_add(more) > most;
            is_too_much.then(|| format!("{spent} {what} and {more} more, of at most {most} ({key})"))
        });
        too_many.or_else(|| too_many_writes(&spent, limits))
    }

    /// Counts a new hold.
    pub(super) fn add(&mut self, charge: &Charge, now: Timestamp) {
        self.forget(now);
        *self.fine.entry(part(now, FINE)).or_default() += 1;
        let counts = self.coarse.entry(part(now, COARSE)).or_default();
        counts.holds = counts.holds.saturating_add(1);
        counts.addresses = counts.addresses.saturating_add(charge.addresses);
        if let Some(instance) = &charge.instance {
            self.instances.insert(instance.clone(), now);
        }
    }

    /// Counts calls that wrote, and says whether they were too many just now.
    pub fn add_writes(&mut self, writes: u32, limits: &Limits, comes_back: ComesBack, now: Timestamp) -> bool {
        self.forget(now);
        let counts = self.coarse.entry(part(now, COARSE)).or_default();
        counts.writes = counts.writes.saturating_add(writes);
        match too_many_writes(&self.spent(now), limits) {
            Some(why) if self.tripped_at(now).is_none() => {
                self.trip(why, comes_back, now);
                true
            }
            _ => false,
        }
    }

    /// Notes that it is used up.
    pub(super) fn trip(&mut self, why: String, comes_back: ComesBack, now: Timestamp) {
        let until = match comes_back {
            ComesBack::ByHand => None,
            ComesBack::After(time) => {
                let time = SignedDuration::try_from(time.0).unwrap_or(SignedDuration::MAX);
                Some(now.saturating_add(time).unwrap_or(Timestamp::MAX))
            }
        };
        self.tripped = Some(Tripped { since: now, until, why });
    }

    /// As if nothing had been spent.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// When nothing that it says matters any more.
    pub fn over(&self, now: Timestamp) -> Timestamp {
        let counts = now.saturating_add(HOUR).unwrap_or(Timestamp::MAX);
        match self.tripped_at(now) {
            Some(Tripped { until: None, .. }) => Timestamp::MAX,
            Some(Tripped { until: Some(until), .. }) => counts.max(*until),
            None => counts,
        }
    }

    fn forget(&mut self, now: Timestamp) {
        self.fine = self.fine.split_off(&first(now, MINUTE, FINE));
        self.coarse = self.coarse.split_off(&first(now, HOUR, COARSE));
        self.instances.retain(|_, at| now.duration_since(*at) < HOUR);
        if self.tripped_at(now).is_none() {
            self.tripped = None;
        }
    }
}

fn of(limit: Option<u32>) -> Option<u64> {
    limit.map(u64::from)
}

/// Writes are counted after they are made: what is used up keeps the next hold back.
fn too_many_writes(spent: &Spent, limits: &Limits) -> Option<String> {
    let most = limits.writes_per_hour.filter(|most| spent.writes_per_hour >= *most)?;
    let writes = spent.writes_per_hour;
    Some(format!(
        "{writes} calls that write within an hour, of at most {most} (writes-per-hour)"
    ))
}

/// The part that a time lies in.
fn part(at: Timestamp, seconds: i64) -> i64 {
    at.as_second().div_euclid(seconds)
}

/// The first part that counts: the one in which the time began.
fn first(now: Timestamp, time: SignedDuration, seconds: i64) -> i64 {
    part(now.saturating_sub(time).unwrap_or(Timestamp::MIN), seconds)
}
