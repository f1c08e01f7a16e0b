//! Telling detectors what was done: out of the journal, one after the other, in nobody's way.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Host, retry};
use crate::{
    feedback::{DetectorService, FeedbackError, Tellers, text},
    hold::{Feedback, FeedbackId, FeedbackState, Hold, HoldFilter, HoldId, JournalError, News, Subject},
    report::Report,
    text::with_causes,
};

/// How long until is looked again though nothing rang: for what is to be tried again.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// How long nobody else takes up what one has taken up. Longer than any request.
const TAKEN: SignedDuration = SignedDuration::from_mins(10);
/// How long until it is looked again whether holds are over that last longer, or that a person may release.
const OVER_AGAIN: SignedDuration = SignedDuration::from_mins(10);

/// How long a function tells detectors in one invocation.
const MOST_TIME: Duration = Duration::from_secs(10);

/// What came of a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    /// Nothing is to be told now.
    Nothing,
    /// A detector was told something, or should have been.
    Told,
    /// It was not yet time, or somebody else was faster.
    Passed,
}

/// Tells detectors until it is told to stop. What is under way then is cut off: it is in the journal, and the next process looks whether the detector has it.
pub async fn run(host: Arc<Host>, stop: CancellationToken) {
    let Some(pause) = host.tellers.as_ref().map(|tellers| tellers.pause) else {
        return stop.cancelled().await;
    };
    let stopped = || stop.cancelled();
    while !stop.is_cancelled() {
        let look = tokio::select! {
            look = host.tell_next() => look,
            () = stopped() => return,
        };
        let (wait, is_idle) = match look {
            Ok(Look::Passed) => continue,
            Ok(Look::Told) => (pause, false),
            Ok(Look::Nothing) => (LOOK_AGAIN, true),
            Err(error) => {
                tracing::error!(
                    "detectors could not be told what was done: {}; tried again",
                    with_causes(&error)
                );
                (LOOK_AGAIN, false)
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = host.owing.notified(), if is_idle => {}
            () = stopped() => {}
        }
    }
}

impl Host {
    /// Has detectors told what was done from here on.
    pub fn set_tellers(&mut self, tellers: Tellers) {
        self.tellers = Some(tellers);
    }

    /// Tells detectors what they are owed, until nothing is due or this time comes: for a process that does not last. What can't be told in time stays in the journal.
    ///
    /// # Errors
    /// If the journal fails.
    pub async fn tell_detectors(&self, until: Instant) -> Result<(), JournalError> {
        loop {
            match tokio::time::timeout_at(until, self.tell_next()).await {
                Ok(look) => match look? {
                    Look::Nothing => return Ok(()),
                    Look::Told | Look::Passed => {}
                },
                Err(_) => return Ok(()),
            }
        }
    }

    /// As [`Self::tell_detectors`], for a function: in a part of the time that its invocation has left. Only the log tells of what goes wrong, because nobody waits for this.
    pub async fn tell_detectors_in_time(&self) {
        let clock = &self.parts.clock;
        if self.tellers.is_none() || clock.is_time_up() {
            return;
        }
        let left = clock.deadline().map(|deadline| deadline.duration_since(clock.now()));
        let left = left.map_or(MOST_TIME, |left| Duration::try_from(left).unwrap_or_default());
        if let Err(error) = self.tell_detectors(Instant::now() + left.min(MOST_TIME)).await {
            tracing::error!(
                "detectors could not be told what was done: {}; tried again",
                with_causes(&error)
            );
        }
    }

    /// Notes in the journal what the detector of a report's alert is to be told. Twice is once.
    pub(super) async fn owe(&self, report: &Report) -> Result<(), JournalError> {
        let owed = self.owed_for(report);
        if owed.is_empty() {
            return Ok(());
        }
        self.parts.journal.owe(&owed).await?;
        self.owing.notify_one();
        Ok(())
    }

    fn owed_for(&self, report: &Report) -> Vec<Feedback> {
        let held: Vec<_> = report.targets.iter().flat_map(|target| &target.holds).collect();
        let subject = self.tellers.as_ref().and_then(|tellers| tellers.subject(&report.alert));
        let Some((subject, on_end)) = subject.filter(|_| report.mode.writes() && !held.is_empty()) else {
            return Vec::new();
        };
        let mut holds: Vec<HoldId> = held.iter().map(|held| held.hold.id).collect();
        holds.sort_unstable();
        holds.dedup();
        let now = self.parts.clock.now();
        let of = |news, not_before, text| Feedback {
            id: FeedbackId::new(report.alert.detector, &report.alert.id, news, &holds),
            subject: subject.clone(),
            news,
            holds: holds.clone(),
            settles: text::is_all_in_force(report),
            text,
            owed: now,
            attempts: 0,
            state: FeedbackState::Waiting { not_before },
        };
        let mut owed = vec![of(News::Done, now, text::done(report))];
        if on_end {
            let ends = held.iter().filter_map(|held| held.hold.until);
            owed.push(of(News::Over, over_at(ends, now), String::new()));
        }
        owed
    }

    /// Tells the one that has waited longest.
    async fn tell_next(&self) -> Result<Look, JournalError> {
        let (journal, now) = (&self.parts.journal, self.parts.clock.now());
        let Some(known) = journal.owed(now, 1).await?.into_iter().next() else {
            return Ok(Look::Nothing);
        };
        // An attempt is noted before it is made: who comes after a crash knows that it may have got there.
        let until = now.saturating_add(TAKEN).unwrap_or(Timestamp::MAX);
        if !journal.take_up(&known, until).await? {
            return Ok(Look::Passed);
        }
        let mut taken = Feedback {
            attempts: known.attempts.saturating_add(1),
            ..known.clone()
        };
        if known.news == News::Over {
            let filter = HoldFilter {
                ids: Some(known.holds.clone()),
                ended: true,
                ..HoldFilter::default()
            };
            let holds = journal.holds(&filter).await?;
            if let Some(not_before) = lasting(&holds, now) {
                let state = FeedbackState::Waiting { not_before };
                journal.stand(&Feedback { state, ..known }).await?;
                return Ok(Look::Passed);
            }
            taken.text = text::over(&holds);
        }
        let told = match self.service(&taken.subject) {
            Some(service) => service.tell(&taken).await,
            None => Err(FeedbackError::Final(
                "[feedback] has no table for its detector any more".to_owned(),
            )),
        };
        taken.state = self.state_of(&taken, told);
        journal.stand(&taken).await?;
        Ok(Look::Told)
    }

    /// Who tells the detector that this is kept by.
    fn service(&self, subject: &Subject) -> Option<Arc<dyn DetectorService>> {
        let teller = self.tellers.as_ref()?.of(subject)?;
        Some(Arc::clone(&teller.service))
    }

    /// How it stands after a try, which the log tells.
    fn state_of(&self, feedback: &Feedback, told: Result<(), FeedbackError>) -> FeedbackState {
        let (about, attempts) = (&feedback.subject, feedback.attempts);
        let error = match told {
            Ok(()) => {
                tracing::info!(%about, news = feedback.news.name(), "the detector was told what was done");
                return FeedbackState::Told;
            }
            Err(error) => error,
        };
        let again = retry::next(attempts, self.parts.clock.now()).filter(|_| error.is_passing());
        match again {
            Some(not_before) => {
                tracing::warn!(%about, attempts, %not_before, "the detector could not be told what was done: {error}; tried again");
                FeedbackState::Waiting { not_before }
            }
            None => {
                tracing::error!(%about, attempts, "the detector was NOT told what was done, and this is given up: {error}");
                FeedbackState::GivenUp { why: error.to_string() }
            }
        }
    }
}

/// When to look again, if some of these holds are in force.
fn lasting(holds: &[Hold], now: Timestamp) -> Option<Timestamp> {
    let in_force: Vec<_> = holds.iter().filter(|hold| hold.ended.is_none()).collect();
    let ends = in_force.iter().filter_map(|hold| hold.until);
    (!in_force.is_empty()).then(|| over_at(ends, now))
}

/// When to look whether holds with these ends are over: when the last of them should be, but not too late for what a person releases.
fn over_at(ends: impl Iterator<Item = Timestamp>, now: Timestamp) -> Timestamp {
    let latest = now.saturating_add(OVER_AGAIN).unwrap_or(Timestamp::MAX);
    // The timer ends them at their time; a moment later it has.
    let last = ends.max().map_or(latest, |end| {
        let a_moment = SignedDuration::from_secs(1);
        end.max(now).saturating_add(a_moment).unwrap_or(latest)
    });
    last.min(latest)
}
