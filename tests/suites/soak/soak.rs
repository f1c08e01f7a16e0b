//! The soak: time goes by, and everything happens in it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context;
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use quell::{
    clock::{Clock, ManualClock},
    roster::Routed,
    way::{Host, order::Order},
};
use quell_tests::fault::{Death, Life};
use tempfile::TempDir;
use tokio::runtime;

use crate::{
    accounts::{self, Watched, targets},
    attackers::{self, Coming},
    figures::Figures,
    outliving::Outliving,
    people, process,
    timer::LOOK_AGAIN,
};

/// How often the journal forgets, and everything is inspected.
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// How long, how much, and by which seed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) days: i64,
    pub(crate) alerts: usize,
    /// How long a block lasts the first time.
    pub(crate) block_hours: u32,
    /// How long the journal keeps what is over.
    pub(crate) keep_hours: i64,
    pub(crate) seed: u64,
}

/// What is there while processes come and go.
pub(crate) struct Soak {
    pub(crate) span: Span,
    pub(crate) rng: Rng,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) accounts: Vec<Watched>,
    pub(crate) _folder: TempDir,
    pub(crate) journal: PathBuf,
    pub(crate) plugins: Vec<Routed>,
    /// The alerts that are still to come, the next one last.
    pub(crate) coming: Vec<Coming>,
    pub(crate) end_of_alerts: Timestamp,
    pub(crate) figures: Figures,
    pub(crate) outliving: Outliving,
    pub(crate) next_repair: Timestamp,
    pub(crate) next_hour: Timestamp,
    /// How large the journal was when it had forgotten for the first time.
    pub(crate) steady_bytes: Option<u64>,
    pub(crate) begin: Timestamp,
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
        // Behind every machine's clock, by which the ledger's records are dated: so they are old at once, and go.
        let begin: Timestamp = "2046-03-01T00:00:00Z".parse()?;
        let clock = Arc::new(ManualClock::at(begin));
        let mut rng = Rng::with_seed(span.seed);
        let folder = folder()?;
        let lasts = SignedDuration::from_hours(span.days * 24);
        Ok(Self {
            journal: folder.path().join("journal.sqlite"),
            _folder: folder,
            accounts: accounts::both(&clock)?,
            plugins: runtime()?.block_on(process::plugins(span.block_hours))?,
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

    pub(crate) fn is_attacked(&self) -> bool {
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

    pub(crate) fn account(&self, number: &str) -> &Watched {
        let of_number = |watched: &&Watched| watched.number == number;
        self.accounts
            .iter()
            .find(of_number)
            .expect("every target has its account")
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
            people::edit(&mut self.rng, account, target.acl().unwrap())?;
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
}

/// A folder for the journal, in memory where that can be had: no power is cut here, so that nobody needs to wait for a disk.
fn folder() -> std::io::Result<TempDir> {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    }
}

/// A runtime for one process.
fn runtime() -> std::io::Result<runtime::Runtime> {
    runtime::Builder::new_current_thread().enable_all().build()
}
