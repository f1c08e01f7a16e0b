//! A world of one network ACL, its owners, and one Quell process after the other.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use ipnet::IpNet;
use jiff::{SignedDuration, Timestamp};
use proptest::{prop_assert, prop_assert_eq, test_runner::TestCaseError};
use quell::{
    clock::{Clock, ManualClock},
    cloud::{
        Cloud, Clouds, Entry, NetworkAcl,
        simulated::{Account, SimulatedCloud},
    },
    converge::{ConvergeError, Converged, Converger, InstanceTerms, Means, SETTLING, Stance, Terms},
    guard::NeverBlock,
    hold::{DeliveryId, EndReason, HoldFilter, Intent, Journal, Owner, Pardon, Pause, Remedy, SqliteJournal, Target},
};

use quell_tests::{
    denial,
    fault::{FaultyCloud, Life},
};

use crate::{
    case::{Asked, Case, Crash, Turn},
    watch::Watch,
};

const ACL: &str = "acl-0b111111111111111";

/// How often a converge is tried again, beside once for each call that was made to fail: a read that lags may take some.
const PATIENCE: usize = 12;

pub(crate) struct World {
    pub(crate) account: Arc<SimulatedCloud>,
    pub(crate) life: Arc<Life>,
    pub(crate) mortal: Arc<FaultyCloud>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) target: Target,
    pub(crate) terms: Terms,
    pub(crate) converger: Converger,
    pub(crate) watch: Arc<Mutex<Watch>>,
    /// What must stay reachable, by what was asked so far.
    pub(crate) spare: Vec<IpNet>,
    pub(crate) pardoned: Vec<IpNet>,
    pub(crate) deliveries: usize,
    pub(crate) processes: usize,
    /// How many there had been when the turn began.
    pub(crate) processes_before: usize,
    pub(crate) failures: usize,
    /// How many tries to converge did not end well so far.
    pub(crate) tries_failed: usize,
    /// Whether Quell can't know what is there: others undid what it believes, or it got no answer to a write and reads lag behind.
    pub(crate) is_blind: bool,
    /// Whether the operator's word on the quota is right.
    pub(crate) is_quota_right: bool,
}

/// What a try to converge came to.
enum Tried {
    Converged(Arc<Converged>),
    Failed,
    Died,
}

impl World {
    pub(crate) fn new(case: &Case) -> Self {
        let account = format!(
            r#"
            account = "111122223333"
            region = "eu-west-1"
            rule-quota = {}
            [[vpc]]
            id = "vpc-0a1b2c3d4e5f60718"
            prefixes = ["10.0.0.0/16", "2001:db8:ffff::/56"]
            [[network-acl]]
            id = "{ACL}"
            default = true
            vpc = "vpc-0a1b2c3d4e5f60718"
            entries = [
                {{ number = 100, direction = "ingress", action = "allow", prefix = "0.0.0.0/0" }},
                {{ number = 101, direction = "ingress", action = "allow", prefix = "::/0" }},
                {{ number = 100, direction = "egress", action = "allow", prefix = "0.0.0.0/0" }},
                {{ number = 101, direction = "egress", action = "allow", prefix = "::/0" }},
            ]
            "#,
            case.rule_quota
        );
        let clock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
        let account = Arc::new(SimulatedCloud::new(Account::read(&account).unwrap(), clock.clone()));
        let target = Target {
            account: "111122223333".to_owned(),
            region: "eu-west-1".to_owned(),
            resource: ACL.parse().unwrap(),
        };
        for entry in &case.others {
            if is_free(&account.peek(target.acl().unwrap()).unwrap(), entry) {
                // An ACL that is full takes no more.
                let _full = account.put_entry_as_someone_else(target.acl().unwrap(), entry);
            }
        }
        let watch = Arc::new(Mutex::new(Watch::begin(account.peek(target.acl().unwrap()).unwrap())));
        let seen = Arc::clone(&watch);
        account.on_write(Box::new(move |acl| seen.lock().unwrap().written(acl)));

        let life = Arc::new(Life::default());
        let mortal = Arc::new(FaultyCloud::mortal(account.clone(), Arc::clone(&life)));
        let journal: Arc<dyn Journal> = Arc::new(SqliteJournal::in_memory().unwrap());
        let terms = Terms {
            quota: case.believed_more.map(|more| case.rule_quota + more),
            reserve: case.reserve,
            ..Terms::default()
        };
        Self {
            converger: converger(&mortal, &journal, &clock, &terms, 0),
            account,
            life,
            mortal,
            clock,
            journal,
            target,
            terms,
            watch,
            spare: Vec::new(),
            pardoned: Vec::new(),
            deliveries: 0,
            processes: 1,
            processes_before: 1,
            failures: 0,
            tries_failed: 0,
            is_blind: false,
            is_quota_right: case.believed_more == Some(0),
        }
    }

    /// Plays a turn until all is calm, and looks at what came of it.
    pub(crate) async fn play(&mut self, turn: &Turn) -> Result<(), TestCaseError> {
        self.account.forget_calls();
        let is_unanswered = turn.failures.iter().any(|failure| failure.is_done);
        self.is_blind = turn.is_hasty || (is_unanswered && turn.lag_seconds > 0);
        self.processes_before = self.processes;
        self.clock.advance(SignedDuration::from_mins(turn.minutes));
        self.account.answer_stale(turn.lag());
        self.configure(turn).await;
        self.ask(&turn.asked).await;
        for edit in &turn.edits {
            self.edit(edit);
        }
        // `ReplaceNetworkAclEntry` and `DeleteNetworkAclEntry` go by the number alone: who takes one of ours in the very moment in which we use it loses it
        // again, and nothing can be done about that. So what others did is shown by the next read at least.
        let shown_after = SignedDuration::try_from(turn.lag()).unwrap() + SignedDuration::from_secs(1);
        let settled_after = SETTLING + SignedDuration::from_secs(1);
        self.clock
            .advance(if turn.is_hasty { shown_after } else { settled_after });
        for failure in &turn.failures {
            self.failures += 1;
            let (call, fault) = (failure.call, failure.fault.clone());
            match failure.is_done {
                true => self.account.fail_next_after_it_is_done(call, fault),
                false => self.account.fail_next(call, fault),
            }
        }
        self.life.ends(turn.crash.map(|crash| crash.death));
        self.converge_at_last(turn.crash).await?;
        let converged = self.converge_until_calm(turn.crash).await?;
        self.life.ends(None);
        self.judge(&converged).await
    }

    /// Ends all holds, and looks whether anything is left.
    pub(crate) async fn end(&mut self) -> Result<(), TestCaseError> {
        self.account.answer_stale(Duration::ZERO);
        self.clock.advance(SignedDuration::from_hours(6));
        self.journal.expire(self.clock.now()).await.unwrap();
        let left = self.journal.holds(&HoldFilter::default()).await.unwrap();
        prop_assert!(left.iter().all(|hold| hold.until.is_none()), "{left:?}");
        let ids: Vec<_> = left.iter().map(|hold| hold.id).collect();
        self.journal
            .end(&ids, EndReason::Released, self.clock.now())
            .await
            .unwrap();
        self.converge_at_last(None).await?;
        self.clock.advance(SETTLING + SignedDuration::from_secs(1));
        self.converge_at_last(None).await?;
        self.watch().calm(&[])?;
        let live = self.account.peek(self.target.acl().unwrap()).unwrap().entries;
        prop_assert!(self.watch().ours().is_empty(), "something of ours is left: {live:?}");
        let situation = self
            .journal
            .situation(&self.target, self.clock.now(), self.clock.now())
            .await;
        prop_assert_eq!(
            situation.unwrap().own,
            Vec::new(),
            "the journal believes that something of ours is left"
        );
        prop_assert_eq!(self.journal.targets().await.unwrap(), Vec::new());
        prop_assert_eq!(self.journal.unfinished().await.unwrap(), Vec::new());
        Ok(())
    }

    /// The calls of the last turn, for who looks why it went wrong.
    pub(crate) fn calls(&self) -> String {
        let calls = self.account.calls();
        calls.iter().map(|call| format!("  {call}\n")).collect()
    }

    /// The entries of ours.
    pub(crate) fn ours(&self) -> Vec<Entry> {
        self.watch().ours()
    }

    pub(crate) fn watch(&self) -> MutexGuard<'_, Watch> {
        self.watch.lock().unwrap()
    }

    /// What people say to Quell beside what they ask to be blocked.
    async fn configure(&mut self, turn: &Turn) {
        let now = self.clock.now();
        for prefix in std::mem::replace(&mut self.pardoned, turn.pardoned.clone()) {
            self.journal.end_pardon(prefix).await.unwrap();
        }
        for prefix in &turn.pardoned {
            let pardon = Pardon {
                prefix: *prefix,
                since: now,
                until: now + SignedDuration::from_hours(24 * 30),
                reason: String::new(),
            };
            self.journal.pardon(&pardon).await.unwrap();
        }
        if turn.is_paused {
            let reason = String::new();
            self.journal.pause(&Pause { since: now, reason }).await.unwrap();
        } else {
            self.journal.resume().await.unwrap();
        }
        let never: Vec<NeverBlock> = turn.never.iter().copied().map(Into::into).collect();
        if self.terms.never != never {
            self.terms.never = never;
            self.restart(true).await;
        }
    }

    async fn ask(&mut self, asked: &[Asked]) {
        let now = self.clock.now();
        let until = |minutes| now + SignedDuration::from_mins(minutes);
        let intent = |asked: &Asked| Intent {
            target: self.target.clone(),
            remedy: Remedy::deny(asked.prefix, asked.direction),
            reason: "a test".to_owned(),
            confidence: asked.confidence,
            severity: None,
            spare: asked.spare.into_iter().collect(),
            plugin: "test".to_owned(),
            alert: "test/1".to_owned(),
            until: asked.minutes.map(until),
            scope: Default::default(),
        };
        // Two deliveries, so that who is in both has offended again.
        for asked in asked.chunks(asked.len().div_ceil(2).max(1)) {
            self.deliveries += 1;
            let delivery = DeliveryId::given("test", &self.deliveries.to_string());
            let intents: Vec<_> = asked.iter().map(intent).collect();
            self.journal.put_in_force(&intents, &delivery, now).await.unwrap();
        }
        self.spare.extend(asked.iter().filter_map(|asked| asked.spare));
        // The host's guards let no block of what is spared pass, but the engine has to know by itself.
        let never = self.terms.never.iter().map(|never| never.prefix);
        let never = [&self.spare, &self.pardoned]
            .into_iter()
            .flatten()
            .copied()
            .chain(never)
            .collect();
        self.watch().never(never);
    }

    /// Converges as the timer does, until it works.
    async fn converge_at_last(&mut self, crash: Option<Crash>) -> Result<Arc<Converged>, TestCaseError> {
        let tries = self.failures + PATIENCE;
        for _ in 0..tries {
            self.journal.expire(self.clock.now()).await.unwrap();
            match self.try_to_converge().await? {
                Tried::Converged(converged) => {
                    self.look_back(&converged).await?;
                    return Ok(converged);
                }
                Tried::Failed => {}
                Tried::Died => self.restart(crash.is_none_or(|crash| crash.breaks_leases)).await,
            }
            // What it wrote is judged by what it wanted, which nobody was told. Time passes, and another try may want something else.
            self.watch().forgive();
            self.tries_failed += 1;
            self.clock.advance(SignedDuration::from_secs(20));
        }
        Err(TestCaseError::fail(format!("not converged after {tries} tries")))
    }

    /// Looks whether a write of this converge opened what it said to be covered.
    async fn look_back(&mut self, converged: &Converged) -> Result<(), TestCaseError> {
        // A process does not know what AWS said of room to the one before it, and plans other aggregates until it has asked for itself.
        let has_unlearnt = !self.is_quota_right && self.processes > self.processes_before;
        if self.is_blind || has_unlearnt {
            self.watch().forgive();
        }
        let covered: BTreeSet<_> = converged
            .coverage
            .iter()
            .filter(|(_, coverage)| coverage.is_covered())
            .map(|(id, _)| *id)
            .collect();
        let mut holds = self.journal.holds(&HoldFilter::default()).await.unwrap();
        holds.retain(|hold| covered.contains(&hold.id));
        let covered: Vec<_> = holds
            .iter()
            .map(denial)
            .map(|denial| (denial.prefix, denial.direction))
            .collect();
        self.watch().calm(&covered)
    }

    /// Converges until all that was done is seen and nothing is left to do.
    async fn converge_until_calm(&mut self, crash: Option<Crash>) -> Result<Arc<Converged>, TestCaseError> {
        for _ in 0..self.failures + PATIENCE {
            let failed = self.tries_failed;
            self.clock.advance(SETTLING + SignedDuration::from_secs(1));
            let converged = self.converge_at_last(crash).await?;
            if converged.changes.is_empty() && self.tries_failed == failed {
                return Ok(converged);
            }
        }
        Err(TestCaseError::fail("it never comes to rest"))
    }

    async fn try_to_converge(&self) -> Result<Tried, TestCaseError> {
        let tried = tokio::select! {
            tried = self.converger.converge(&self.target) => tried,
            () = self.life.ended() => return Ok(Tried::Died),
        };
        match tried {
            Ok(converged) => Ok(Tried::Converged(converged)),
            Err(
                ConvergeError::Read { .. }
                | ConvergeError::Change { .. }
                | ConvergeError::Unsteady { .. }
                | ConvergeError::Busy { .. },
            ) => Ok(Tried::Failed),
            Err(other) => Err(TestCaseError::fail(format!("{other:?}"))),
        }
    }

    async fn restart(&mut self, breaks_leases: bool) {
        if breaks_leases {
            self.journal.break_leases().await.unwrap();
        }
        self.converger = converger(&self.mortal, &self.journal, &self.clock, &self.terms, self.processes);
        self.processes += 1;
    }
}

/// Whether nobody has the number of an entry.
pub(crate) fn is_free(acl: &NetworkAcl, entry: &Entry) -> bool {
    let place = (entry.direction, entry.number);
    !acl.entries.iter().any(|other| (other.direction, other.number) == place)
}

fn converger(
    mortal: &Arc<FaultyCloud>,
    journal: &Arc<dyn Journal>,
    clock: &Arc<ManualClock>,
    terms: &Terms,
    process: usize,
) -> Converger {
    let cloud: Arc<dyn Cloud> = mortal.clone();
    Converger::new(Means {
        clouds: Arc::new(Clouds::new([cloud])),
        journal: Arc::clone(journal),
        clock: clock.clone(),
        terms: terms.clone(),
        lists: Arc::default(),
        instances: InstanceTerms::default(),
        stance: Stance::Enforce,
        owner: Owner::new(format!("process {process}")),
    })
}
