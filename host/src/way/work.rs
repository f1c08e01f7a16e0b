//! Working on one delivery, from the journal to the network ACL and back.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::join;

use super::{
    Host, place,
    receive::{unkept_report, unread_report},
    retry,
};
use crate::{
    alert::Alert,
    cloud::{Cause, Cloud},
    hold::{Attempt, Delivery, DeliveryState, JournalError, Pardon},
    report::{Failure, Known, Mode, Outcome, PluginReport, Report, summary::summary},
    text::with_causes,
};

/// For how long nobody else begins to work on a delivery. Work mostly takes less than a second; when it takes longer, and another begins too, nothing is done twice.
const CLAIM: SignedDuration = SignedDuration::from_secs(30);

/// What came of working on a delivery.
#[derive(Debug)]
pub struct Worked {
    /// How it stands in the journal now.
    pub state: DeliveryState,
    /// The whole way of the alert. None if it was given up before it began, waits because another process works on it, or was settled by another.
    pub report: Option<Report>,
}

impl Host {
    /// Works on one delivery and settles it; on one that is settled already it does nothing. Two at the same time do no harm: holds count a delivery once and converging twice changes nothing.
    pub async fn work(&self, delivery: &Delivery) -> Result<Worked, JournalError> {
        let journal = &self.parts.journal;
        let now = self.parts.clock.now();
        let until = now.saturating_add(CLAIM).unwrap_or(Timestamp::MAX);
        // Neither says anything of the other.
        let (attempt, pardons) = join!(journal.attempt(&delivery.id, now, until), self.pardons_in_force(now));
        let attempts = match attempt? {
            Attempt::Ours(attempts) => attempts,
            Attempt::Theirs { until } => {
                tracing::debug!(delivery = %delivery.id, "another process works on it, at most until {until:.0}");
                return Ok(Worked {
                    state: DeliveryState::Waiting { not_before: until },
                    report: None,
                });
            }
            Attempt::Settled(state) => {
                tracing::debug!(delivery = %delivery.id, "another process was faster: it is {}", state.name());
                return Ok(Worked { state, report: None });
            }
        };
        if attempts > retry::ATTEMPTS {
            return self
                .give_up(
                    delivery,
                    &format!("given up: {} attempts were begun and none ended", attempts - 1),
                )
                .await;
        }
        let alert = match self.parts.decoders.decode(delivery.detector, delivery.body.as_bytes()) {
            Ok(alert) => Arc::new(alert),
            Err(error) => return self.give_up(delivery, &with_causes(&error)).await,
        };
        let report = self.go(&alert, Some(delivery), pardons, self.parts.mode).await?;
        if !report.targets.is_empty() {
            self.held.notify_one();
        }
        let state = self.state_after(&report, attempts);
        if !matches!(state, DeliveryState::Waiting { .. }) {
            self.owe(&report).await?;
        }
        let text = serde_json::to_string(&report).unwrap_or_default();
        match journal.settle(&delivery.id, state, &text).await {
            // It is done all the same, and must not be done again for that.
            Err(error @ JournalError::TooLong { .. }) => {
                let why = format!("{}; not kept: {}", report.summary, with_causes(&error));
                tracing::error!(delivery = %delivery.id, "{why}");
                journal
                    .settle(&delivery.id, state, &unkept_report(&report, &why))
                    .await?;
            }
            settled => settled?,
        }
        self.tell(&report, state);
        self.record(&report).await;
        Ok(Worked {
            state,
            report: Some(report),
        })
    }

    async fn give_up(&self, delivery: &Delivery, why: &str) -> Result<Worked, JournalError> {
        let state = DeliveryState::Failed;
        let report = unread_report(why);
        self.parts.journal.settle(&delivery.id, state, &report).await?;
        self.parts.counters.given_up(delivery.detector);
        tracing::error!(delivery = %delivery.id, "{why}");
        Ok(Worked { state, report: None })
    }

    /// Goes the whole way of an alert and writes nothing, neither to AWS nor to the journal.
    pub async fn explain(&self, alert: Alert) -> Result<Report, JournalError> {
        let pardons = self.pardons_in_force(self.parts.clock.now()).await;
        self.go(&Arc::new(alert), None, pardons, Mode::Explain).await
    }

    async fn go(
        &self,
        alert: &Arc<Alert>,
        delivery: Option<&Delivery>,
        pardons: Known<Vec<Pardon>>,
        mode: Mode,
    ) -> Result<Report, JournalError> {
        let cloud = match place::cloud_of(&alert.place, &self.parts.clouds) {
            Ok(cloud) => cloud,
            Err(why) => {
                let id = delivery.map(|delivery| &delivery.id);
                return Ok(Report::refused(id, mode, alert, why));
            }
        };
        let cause = Cause::of_alert(alert.detector, &alert.id);
        cause.scope(self.go_on(alert, cloud, delivery, pardons, mode)).await
    }

    /// Goes on in the account and region that the alert is for.
    async fn go_on(
        &self,
        alert: &Arc<Alert>,
        cloud: &Arc<dyn Cloud>,
        delivery: Option<&Delivery>,
        pardons: Known<Vec<Pardon>>,
        mode: Mode,
    ) -> Result<Report, JournalError> {
        let now = self.parts.clock.now();
        let arrival = delivery.map(|delivery| delivery.received);
        let delivery = delivery.map(|delivery| &delivery.id);
        let facts = self.facts(alert, cloud, arrival);
        let roster = self.parts.roster.now();
        if let Some(arrival) = arrival
            && roster.needs_sightings()
        {
            self.sight(alert, &*facts, arrival, now).await?;
        }
        let considered = {
            let _place = self.deciding.acquire().await;
            self.consider(alert, cloud, &facts, pardons, now, &roster).await
        };
        let (targets, held_back) = match delivery {
            Some(delivery) if mode.writes() => {
                let intents = considered.intents.clone();
                let (holds, mut held_back) = self.put_in_force(intents, &roster, delivery, now).await?;
                drop(considered.turn);
                let ends: Vec<_> = holds.iter().filter_map(|hold| hold.until).collect();
                let (targets, ()) = join!(self.carry_out(holds), self.tell_ends(ends));
                let charged = self.charge_writes(&targets, &considered.intents, &roster.budgets, now);
                held_back.used_up.extend(charged.await);
                (targets, held_back)
            }
            _ => {
                let (passing, held_back) = self.would_hold_back(considered.intents, &roster, now).await?;
                (self.preview(&passing, now).await, held_back)
            }
        };
        Ok(Report {
            delivery: delivery.cloned(),
            mode,
            outcome: Outcome::of(mode, &considered.plugins, &targets).unless_held_back(&held_back),
            summary: summary(mode, alert, &considered.plugins, &targets, &held_back),
            alert: Alert::clone(alert),
            refusal: None,
            basis: Some(considered.basis),
            facts: facts.asked(),
            plugins: considered.plugins,
            disagreements: considered.disagreements,
            held_back,
            targets,
        })
    }

    /// The one place where what came of alerts is told to the log and counted.
    fn tell(&self, report: &Report, state: DeliveryState) {
        self.parts.counters.decided(report);
        if state == DeliveryState::Failed {
            self.parts.counters.given_up(report.alert.detector);
        }
        write_line(report, state);
    }

    /// Done, to be tried again, or given up.
    fn state_after(&self, report: &Report, attempts: u32) -> DeliveryState {
        if report.outcome != Outcome::Failed {
            return DeliveryState::Done;
        }
        let again =
            retry::next(attempts, self.parts.clock.now()).filter(|_| failures(report).any(|failure| failure.passing));
        again.map_or(DeliveryState::Failed, |not_before| DeliveryState::Waiting {
            not_before,
        })
    }
}

/// All that failed on an alert's way.
pub fn failures(report: &Report) -> impl Iterator<Item = &Failure> {
    let of_plugins = report.plugins.iter().filter_map(PluginReport::failure);
    let of_guards = report
        .plugins
        .iter()
        .flat_map(|plugin| &plugin.examined)
        .filter_map(|examined| examined.failure.as_ref());
    of_plugins
        .chain(of_guards)
        .chain(report.targets.iter().filter_map(|target| target.failure.as_ref()))
}

/// The one line that every alert has in the log.
fn write_line(report: &Report, state: DeliveryState) {
    let delivery = report.delivery.as_ref().map(tracing::field::display);
    let (alert, outcome, state) = (&report.alert, report.outcome.name(), state.name());
    let changes: usize = report.targets.iter().map(|target| target.changes.len()).sum();
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(
                delivery,
                detector = alert.detector.name(),
                alert = alert.id,
                outcome,
                state,
                changes,
                "{}",
                report.summary
            )
        };
    }
    match report.outcome {
        Outcome::Failed => line!(error),
        Outcome::NotCovered | Outcome::NoPlugin | Outcome::OverBudget | Outcome::AwaitsApproval => line!(warn),
        // Somebody sends alerts here that this configuration has no place for.
        Outcome::Refused if report.refusal.is_some() => line!(warn),
        _ => line!(info),
    }
}
