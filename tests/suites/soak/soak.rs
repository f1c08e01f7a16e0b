//! The soak: time goes by, and everything happens in it.

use std::{path::PathBuf, sync::Arc};

use anyhow::{Context, ensure};
use fastrand::Rng;
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use quell::{
    alert::Detector,
    clock::{Clock, ManualClock},
    converge::SETTLING,
    hold::{DeliveryId, Hold, HoldFilter, Journal},
    way::{Host, ReceiveError, Routed, order::Order},
};
use quell_tests::mortal::{Death, Life};
use tokio::runtime;

use crate::{
    accounts::{self, Watched, targets},
    attackers::{self, Coming},
    figures::Figures,
    inspection::inspect,
    journal_file,
    outliving::Outliving,
    people, process, weather,
};

/// How often the timer compares what is in force with what is there.
const REPAIR_EVERY: SignedDuration = SignedDuration::from_mins(5);
/// How often the timer looks again at what is unfinished, and the worker at what waits.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_secs(10);
/// How often the journal forgets, and everything is inspected.
const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// How long it takes at most until all is calm after bad weather.
const CALM_AFTER: usize = 30;

/// How long, how much, and by which seed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) days: i64,
    pub(crate) alerts: usize,
    /// How long the journal keeps what is over.
    pub(crate) keep_hours: i64,
    pub(crate) seed: u64,
}

/// What is there while processes come and go.
pub(crate) struct Soak {
    span: Span,
    rng: Rng,
    clock: Arc<ManualClock>,
    accounts: Vec<Watched>,
    _folder: tempfile::TempDir,
    journal: PathBuf,
    plugins: Vec<Routed>,
    /// The alerts that are still to come, the next one last.
    coming: Vec<Coming>,
    end_of_alerts: Timestamp,
    figures: Figures,
    outliving: Outliving,
    next_repair: Timestamp,
    next_hour: Timestamp,
    /// How large the journal was when it had forgotten for the first time.
    steady_bytes: Option<u64>,
    begin: Timestamp,
}

/// Why a process is not there any more.
enum Left {
    /// It is to be started again.
    Restart,
    /// Nothing is left to do.
    Over,
}

impl Soak {
    pub(crate) fn new(span: Span) -> anyhow::Result<Self> {
        let begin: Timestamp = "2026-03-01T00:00:00Z".parse()?;
        let clock = Arc::new(ManualClock::at(begin));
        let mut rng = Rng::with_seed(span.seed);
        let folder = tempfile::tempdir()?;
        let lasts = SignedDuration::from_hours(span.days * 24);
        Ok(Self {
            journal: folder.path().join("journal.sqlite"),
            _folder: folder,
            accounts: accounts::both(&clock)?,
            plugins: runtime()?.block_on(process::plugins())?,
            coming: attackers::alerts(&mut rng, span.alerts, begin, lasts),
            end_of_alerts: begin + lasts,
            figures: Figures::default(),
            outliving: Outliving::default(),
            next_repair: begin,
            next_hour: begin + HOUR,
            steady_bytes: None,
            span,
            rng,
            clock,
            begin,
        })
    }

    /// Lets one process after the other live until all is over.
    pub(crate) fn run(mut self) -> anyhow::Result<Figures> {
        loop {
            // With the runtime goes all that the process was doing.
            let left = runtime()?.block_on(self.one_process());
            match left.with_context(|| format!("at {}, {} alerts to come", self.clock.now(), self.coming.len()))? {
                Left::Over => return Ok(self.figures),
                Left::Restart => {
                    self.figures.restarts += 1;
                    self.clock.advance(SignedDuration::from_secs(self.rng.i64(1..600)));
                }
            }
        }
    }

    async fn one_process(&mut self) -> anyhow::Result<Left> {
        let life = Arc::new(Life::default());
        let keep = SignedDuration::from_hours(self.span.keep_hours);
        let (accounts, plugins) = (&self.accounts, self.plugins.clone());
        let number = self.figures.restarts;
        let host = process::start(number, &self.journal, accounts, &life, &self.clock, keep, plugins).await?;
        let until = self.clock.now() + SignedDuration::from_mins(self.rng.i64(60..480));
        if self.rng.bool() && self.is_attacked() {
            let (at, is_done) = (self.rng.usize(0..60), self.rng.bool());
            life.ends(Some(Death { at, is_done }));
        }
        self.outliving.begin();
        self.next_repair = self.clock.now();
        let lived = tokio::select! {
            lived = self.live(&host, until) => Some(lived),
            () = life.ended() => None,
        };
        lived.unwrap_or_else(|| {
            self.figures.deaths_at_a_write += 1;
            Ok(Left::Restart)
        })
    }

    fn is_attacked(&self) -> bool {
        self.clock.now() < self.end_of_alerts
    }

    async fn live(&mut self, host: &Host, until: Timestamp) -> anyhow::Result<Left> {
        self.look_after(host).await?;
        self.look_for_the_outliving(host.journal()).await?;
        loop {
            self.let_time_pass(host).await?;
            self.receive(host).await?;
            self.work(host).await?;
            self.look_after(host).await?;
            if self.clock.now() >= self.next_hour {
                self.next_hour = self.clock.now() + HOUR;
                self.inspect(host).await?;
                if self.is_attacked() {
                    self.let_people_act(host).await?;
                } else if host.journal().paused().await?.is_some() {
                    host.carry_order(Order::Resume {}).await?;
                } else if host.journal().next_end().await?.is_none() && self.coming.is_empty() {
                    self.check_nothing_is_left(host).await?;
                    return Ok(Left::Over);
                }
            }
            if self.is_attacked() && self.clock.now() >= until {
                return Ok(Left::Restart);
            }
        }
    }

    /// To the next moment at which something is to be done.
    async fn let_time_pass(&mut self, host: &Host) -> anyhow::Result<()> {
        let (journal, now) = (host.journal(), self.clock.now());
        let is_busy = !journal.unfinished().await?.is_empty()
            || !journal.waiting(Timestamp::MAX, 1).await?.is_empty()
            || !self.outliving.is_none();
        let moments = [
            Some(self.next_repair),
            self.coming.last().map(|alert| alert.at),
            journal.next_end().await?,
            is_busy.then_some(now + LOOK_AGAIN),
        ];
        let next = moments.into_iter().flatten().min().unwrap_or(now + LOOK_AGAIN);
        self.clock
            .advance(next.duration_since(now).max(SignedDuration::from_millis(20)));
        Ok(())
    }

    /// Takes in what has come.
    async fn receive(&mut self, host: &Host) -> anyhow::Result<()> {
        while let Some(alert) = self.coming.pop_if(|alert| alert.at <= self.clock.now()) {
            let times = 1 + usize::from(self.rng.u8(0..50) == 0);
            for _ in 0..times {
                let id = DeliveryId::given("soak", &alert.delivery.to_string());
                match host
                    .receive("soak", Detector::StealthwatchCloud, id, alert.body.as_bytes())
                    .await
                {
                    Ok(_) => {}
                    Err(ReceiveError::Full { .. }) => {
                        self.come_again(alert.clone());
                        return Ok(());
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            self.figures.alerts += 1;
            self.figures.sent_twice += times - 1;
        }
        Ok(())
    }

    /// Who is told that the queue is full comes again.
    fn come_again(&mut self, alert: Coming) {
        let at = self.clock.now() + SignedDuration::from_secs(20);
        self.coming.push(Coming { at, ..alert });
        self.coming
            .sort_by_key(|alert| std::cmp::Reverse((alert.at, alert.delivery)));
    }

    /// What the worker does: works on what waits, many at the same time.
    async fn work(&mut self, host: &Host) -> anyhow::Result<()> {
        loop {
            let waiting = host.journal().waiting(self.clock.now(), 36).await?;
            if waiting.is_empty() {
                return Ok(());
            }
            for worked in join_all(waiting.iter().map(|delivery| host.work(delivery))).await {
                worked?;
            }
        }
    }

    /// What the timer does.
    async fn look_after(&mut self, host: &Host) -> anyhow::Result<()> {
        let now = self.clock.now();
        let ends = host.journal().next_end().await?.is_some_and(|end| end <= now);
        let mut converged = host.tend().await?;
        if self.clock.now() >= self.next_repair {
            self.next_repair = self.clock.now() + REPAIR_EVERY;
            converged.extend(host.repair().await?);
            if self.is_attacked() && self.rng.u8(0..4) == 0 {
                let account = self.rng.usize(0..self.accounts.len());
                weather::turns(&mut self.rng, &self.accounts[account].account);
            }
        }
        self.figures.drift_repaired += converged.iter().map(|converged| converged.drift.len()).sum::<usize>();
        // Only what ends can leave something behind.
        if ends || !self.outliving.is_none() {
            self.look_for_the_outliving(host.journal()).await?;
        }
        Ok(())
    }

    async fn look_for_the_outliving(&mut self, journal: &Arc<dyn Journal>) -> anyhow::Result<()> {
        let (holds, now) = (all_in_force(journal).await?, self.clock.now());
        for target in targets() {
            let ours = self.account(&target.account).ours(&target.acl);
            self.outliving.look(&target, &ours, &holds, now)?;
        }
        self.figures.longest_overdue_seconds = self.outliving.longest_seconds;
        Ok(())
    }

    fn account(&self, number: &str) -> &Watched {
        let of_number = |watched: &&Watched| watched.number == number;
        self.accounts
            .iter()
            .find(of_number)
            .expect("every target has its account")
    }

    /// Waits until all is calm, as it is a minute after the last change, and looks at everything.
    async fn inspect(&mut self, host: &Host) -> anyhow::Result<()> {
        self.clock.advance(SETTLING + SignedDuration::from_secs(1));
        for _ in 0..CALM_AFTER {
            self.look_after(host).await?;
            let targets = host.journal().targets().await?.len();
            let repaired = host.repair().await?;
            self.figures.drift_repaired += repaired.iter().map(|converged| converged.drift.len()).sum::<usize>();
            let is_calm = repaired.len() == targets && repaired.iter().all(|converged| converged.changes.is_empty());
            let is_overdue = host
                .journal()
                .next_end()
                .await?
                .is_some_and(|end| end <= self.clock.now());
            if is_calm && !is_overdue && host.journal().unfinished().await?.is_empty() {
                break;
            }
            self.clock.advance(LOOK_AGAIN);
        }
        let seen = inspect(&**host.journal(), &self.accounts, self.clock.now()).await?;
        let figures = &mut self.figures;
        figures.inspections += 1;
        figures.most_holds = figures.most_holds.max(seen.holds);
        figures.most_not_covered = figures.most_not_covered.max(seen.not_covered);
        figures.most_entries_on_one_acl = figures.most_entries_on_one_acl.max(seen.most_entries);
        for watched in &self.accounts {
            figures.writes += watched.account.writes();
            figures.calls_that_failed += watched.account.calls().iter().filter(|call| call.failed).count();
            watched.account.forget_calls();
        }
        self.prune(host).await
    }

    /// What the timer does once an hour.
    async fn prune(&mut self, host: &Host) -> anyhow::Result<()> {
        host.prune().await?;
        let now = self.clock.now();
        let keep = SignedDuration::from_hours(self.span.keep_hours);
        journal_file::check(&self.journal, now - keep)?;
        let rows = journal_file::rows(&self.journal)?;
        ensure!(rows.leases == 0, "a lease was not given back: {rows:?}");
        let bytes = journal_file::bytes(&self.journal)?;
        self.figures.journal_bytes = self.figures.journal_bytes.max(bytes);
        self.figures.most_deliveries_kept = self.figures.most_deliveries_kept.max(rows.deliveries);
        if now.duration_since(self.begin) > keep * 3 / 2 {
            let steady = *self.steady_bytes.get_or_insert(bytes);
            ensure!(
                bytes <= steady * 2,
                "the journal grows: from {steady} to {bytes} bytes, {rows:?}"
            );
        }
        Ok(())
    }

    async fn let_people_act(&mut self, host: &Host) -> anyhow::Result<()> {
        if self.rng.u8(0..2) == 0 {
            let targets = targets();
            let target = &targets[self.rng.usize(0..targets.len())];
            let at = self
                .accounts
                .iter()
                .position(|watched| watched.number == target.account);
            let account = &self.accounts[at.context("every target has its account")?];
            people::edit(&mut self.rng, account, &target.acl)?;
            self.figures.edits_by_hand += 1;
            // Who takes one of our numbers in the very moment in which we write by it loses it again: AWS has no write with a condition.
            self.clock.advance(SignedDuration::try_from(2 * accounts::LAG)?);
        }
        if self.rng.u8(0..4) == 0 && people::order(&mut self.rng, host).await?.is_some() {
            self.figures.orders += 1;
            self.look_for_the_outliving(host.journal()).await?;
        }
        Ok(())
    }

    /// After the last end: nothing of ours, all of others', and a journal that forgets everything.
    async fn check_nothing_is_left(&mut self, host: &Host) -> anyhow::Result<()> {
        for watched in &self.accounts {
            watched.check()?;
        }
        for target in targets() {
            let ours = self.account(&target.account).ours(&target.acl);
            ensure!(ours.is_empty(), "{target}: left are {ours:?}");
        }
        self.figures.holds_in_all = journal_file::holds_in_all(&self.journal)?;
        self.clock.advance(SignedDuration::from_hours(self.span.keep_hours + 1));
        host.tend().await?;
        host.prune().await?;
        let rows = journal_file::rows(&self.journal)?;
        ensure!(rows.is_empty(), "the journal keeps {rows:?}");
        Ok(())
    }
}

async fn all_in_force(journal: &Arc<dyn Journal>) -> anyhow::Result<Vec<Hold>> {
    Ok(journal.holds(&HoldFilter::default()).await?)
}

/// A runtime for one process.
fn runtime() -> std::io::Result<runtime::Runtime> {
    runtime::Builder::new_current_thread().enable_all().build()
}
