//! A world of one network ACL, its owners, and one Quell process after the other.

use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use ipnet::IpNet;
use jiff::{SignedDuration, Timestamp};
use proptest::{prop_assert, prop_assert_eq, test_runner::TestCaseError};
use quell::{
    clock::{Clock, ManualClock},
    cloud::{
        Cloud, Clouds, Direction, Entry, NetworkAcl,
        simulated::{Account, SimulatedCloud},
    },
    converge::{ConvergeError, Converged, Converger, Means, SETTLING, Stance, Terms},
    guard::never_block::overlaps,
    hold::{
        Coverage, DeliveryId, EndReason, Hold, HoldFilter, Intent, Journal, Owner, Pardon, Pause, SqliteJournal, Target,
    },
};

use quell_tests::{
    mortal::{Life, Mortal},
    shut::{actions, is_shut},
};

use crate::{
    case::{Asked, Case, Crash, Edit, Turn},
    watch::Watch,
};

const ACL: &str = "acl-0b111111111111111";

/// How often a converge is tried again, beside once for each call that was made to fail: a read that lags may take some.
const PATIENCE: usize = 12;

pub(crate) struct World {
    account: Arc<SimulatedCloud>,
    life: Arc<Life>,
    mortal: Arc<Mortal>,
    clock: Arc<ManualClock>,
    journal: Arc<dyn Journal>,
    target: Target,
    terms: Terms,
    converger: Converger,
    watch: Arc<Mutex<Watch>>,
    /// What must stay reachable, by what was asked so far.
    spare: Vec<IpNet>,
    pardoned: Vec<IpNet>,
    deliveries: usize,
    processes: usize,
    failures: usize,
    /// Whether the operator's word on the quota is right.
    is_quota_right: bool,
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
            acl: ACL.parse().unwrap(),
        };
        for entry in &case.others {
            if is_free(&account.peek(&target.acl).unwrap(), entry) {
                // An ACL that is full takes no more.
                let _full = account.put_entry_as_someone_else(&target.acl, entry);
            }
        }
        let watch = Arc::new(Mutex::new(Watch::begin(account.peek(&target.acl).unwrap())));
        let seen = Arc::clone(&watch);
        account.on_write(Box::new(move |acl| seen.lock().unwrap().written(acl)));

        let life = Arc::new(Life::default());
        let mortal = Arc::new(Mortal::new(Arc::clone(&account), Arc::clone(&life)));
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
            failures: 0,
            is_quota_right: case.believed_more == Some(0),
        }
    }

    /// Plays a turn until all is calm, and looks at what came of it.
    pub(crate) async fn play(&mut self, turn: &Turn) -> Result<(), TestCaseError> {
        self.account.forget_calls();
        let processes = self.processes;
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
        // What was done a moment ago is seen now.
        self.clock.advance(SETTLING + SignedDuration::from_secs(1));
        let converged = self.converge_at_last(turn.crash).await?;
        self.life.ends(None);
        // A process does not know what AWS said of room to the one before it, and plans other aggregates until it has asked for itself.
        let has_unlearnt = !self.is_quota_right && self.processes > processes;
        if turn.is_hasty || has_unlearnt {
            self.watch().forgive();
        }
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
        let live = self.account.peek(&self.target.acl).unwrap().entries;
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

    fn watch(&self) -> MutexGuard<'_, Watch> {
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
        if self.terms.never != turn.never {
            self.terms.never.clone_from(&turn.never);
            self.restart(true).await;
        }
    }

    async fn ask(&mut self, asked: &[Asked]) {
        let now = self.clock.now();
        let until = |minutes| now + SignedDuration::from_mins(minutes);
        let intent = |asked: &Asked| Intent {
            target: self.target.clone(),
            prefix: asked.prefix,
            direction: asked.direction,
            reason: "a test".to_owned(),
            confidence: asked.confidence,
            severity: None,
            spare: asked.spare.into_iter().collect(),
            plugin: "test".to_owned(),
            alert: "test/1".to_owned(),
            until: asked.minutes.map(until),
        };
        for asked in asked {
            self.deliveries += 1;
            let delivery = DeliveryId::given("test", &self.deliveries.to_string());
            self.journal
                .put_in_force(&[intent(asked)], &delivery, now)
                .await
                .unwrap();
        }
        self.spare.extend(asked.iter().filter_map(|asked| asked.spare));
        // The host's guards let no block of what is spared pass, but the engine has to know by itself.
        let never = [&self.spare, &self.pardoned, &self.terms.never];
        let never = never.into_iter().flatten().copied().collect();
        self.watch().never(never);
    }

    /// Somebody edits the ACL. What AWS takes from nobody is not done.
    fn edit(&self, edit: &Edit) {
        let mut watch = self.watch();
        let (ours, theirs) = (watch.ours(), watch.theirs().to_vec());
        let own_writing: Vec<_> = theirs.into_iter().filter(|entry| !entry.is_final()).collect();
        let acl = &self.target.acl;
        let put = |entry: &Entry| self.account.put_entry_as_someone_else(acl, entry).is_ok();
        let remove = |entry: &Entry| {
            self.account
                .remove_entry_as_someone_else(acl, entry.direction, entry.number)
                .unwrap();
        };
        let live = || self.account.peek(acl).unwrap();
        match edit {
            Edit::Put(entry) if is_free(&live(), entry) && put(entry) => {
                watch.edited(live(), |theirs| theirs.push(entry.clone()));
            }
            Edit::RemoveOurs(at) if !ours.is_empty() => {
                remove(at.get(&ours));
                watch.edited(live(), |_| ());
            }
            Edit::TakeOurs(at, entry) if !ours.is_empty() => {
                let Entry { number, direction, .. } = *at.get(&ours);
                let entry = Entry {
                    number,
                    direction,
                    ..entry.clone()
                };
                if put(&entry) {
                    watch.edited(live(), |theirs| theirs.push(entry));
                }
            }
            Edit::RemoveTheirs(at) if !own_writing.is_empty() => {
                let gone = at.get(&own_writing);
                remove(gone);
                watch.edited(live(), |theirs| theirs.retain(|entry| entry != gone));
            }
            _ => {}
        }
    }

    /// Converges as the timer does, until it works.
    async fn converge_at_last(&mut self, crash: Option<Crash>) -> Result<Arc<Converged>, TestCaseError> {
        let tries = self.failures + PATIENCE;
        for _ in 0..tries {
            self.journal.expire(self.clock.now()).await.unwrap();
            match self.try_to_converge().await? {
                Tried::Converged(converged) => return Ok(converged),
                Tried::Failed => {}
                Tried::Died => self.restart(crash.is_none_or(|crash| crash.breaks_leases)).await,
            }
            self.clock.advance(SignedDuration::from_secs(20));
        }
        Err(TestCaseError::fail(format!("not converged after {tries} tries")))
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

    /// Looks whether the ACL is what the journal says, now that all is calm.
    async fn judge(&self, converged: &Converged) -> Result<(), TestCaseError> {
        let now = self.clock.now();
        let live = self.account.peek(&self.target.acl).unwrap();
        prop_assert_eq!(&converged.after, &live, "not what it believes");
        let mut holds = self.journal.holds(&HoldFilter::default()).await.unwrap();
        holds.retain(|hold| hold.is_live(now));
        prop_assert_eq!(converged.coverage.len(), holds.len());
        let mut covered = Vec::new();
        for hold in &holds {
            self.judge_hold(hold, &live)?;
            if hold.coverage.is_covered() {
                covered.push((hold.prefix, hold.direction));
            }
        }
        let mut watch = self.watch();
        watch.calm(&covered)?;

        let situation = self.journal.situation(&self.target, now, now).await.unwrap();
        let mut own: Vec<_> = situation.own.into_iter().map(|own| own.entry).collect();
        own.sort_by_key(|entry| (entry.direction, entry.number));
        prop_assert_eq!(&own, &watch.ours(), "the journal's own entries");
        let never = [&self.spare, &self.pardoned, &self.terms.never];
        for entry in &own {
            let denied = never
                .iter()
                .copied()
                .flatten()
                .find(|never| overlaps(**never, entry.prefix));
            prop_assert!(denied.is_none(), "{entry:?} denies {denied:?}, which is never blocked");
            let is_whole = |hold: &Hold| (hold.direction, hold.prefix) == (entry.direction, entry.prefix);
            let is_told = converged.aggregates.iter().any(|aggregate| {
                (aggregate.rule, aggregate.direction, aggregate.prefix) == (entry.number, entry.direction, entry.prefix)
            });
            prop_assert!(
                holds.iter().any(is_whole) || is_told,
                "{entry:?} is for nobody and not told"
            );
        }
        judge_traffic(&live, &own)
    }

    fn judge_hold(&self, hold: &Hold, live: &NetworkAcl) -> Result<(), TestCaseError> {
        let Hold {
            prefix,
            direction,
            coverage,
            ..
        } = hold;
        prop_assert!(
            !coverage.is_covered() || is_shut(live, *direction, *prefix),
            "{prefix} {direction} is open, and said to be covered: {coverage}"
        );
        match coverage {
            Coverage::Pending => prop_assert!(false, "{prefix} {direction} is pending"),
            Coverage::Covered { rule, aggregate } => {
                let entry = Entry::deny(*rule, *direction, aggregate.unwrap_or(*prefix));
                prop_assert!(
                    live.entries.contains(&entry),
                    "{prefix} is said to be covered by {entry:?}"
                );
            }
            Coverage::CoveredByOthers { .. } | Coverage::NotCovered { .. } => {}
        }
        Ok(())
    }
}

/// Looks whether traffic that no entry of ours is about goes as it would without us.
fn judge_traffic(live: &NetworkAcl, own: &[Entry]) -> Result<(), TestCaseError> {
    let mut without_us = live.clone();
    without_us.entries.retain(|entry| !own.contains(entry));
    for host in (0..=48).step_by(3) {
        let remotes = [
            format!("203.0.113.{host}"),
            format!("203.0.114.{host}"),
            format!("2001:db8::{host:x}"),
            format!("2001:db8:0:{host:x}::1"),
        ];
        for remote in remotes.map(|text| text.parse().unwrap()) {
            for direction in Direction::BOTH {
                let is_about =
                    |entry: &Entry| entry.direction == direction && entry.prefix.contains(&IpNet::from(remote));
                if !own.iter().any(is_about) {
                    prop_assert_eq!(
                        actions(live, direction, remote),
                        actions(&without_us, direction, remote),
                        "somebody else's traffic changed: {}",
                        remote
                    );
                }
            }
        }
    }
    Ok(())
}

/// Whether nobody has the number of an entry.
fn is_free(acl: &NetworkAcl, entry: &Entry) -> bool {
    let place = (entry.direction, entry.number);
    !acl.entries.iter().any(|other| (other.direction, other.number) == place)
}

fn converger(
    mortal: &Arc<Mortal>,
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
        stance: Stance::Enforce,
        owner: Owner::new(format!("process {process}")),
    })
}
