//! The hosts, and the queue that they all take alerts from.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::Context;
use jiff::SignedDuration;
use quell::{
    alert::{Decoders, Detector},
    clock::Clock,
    cloud::{
        Cloud, Clouds, RuleAction,
        simulated::{Account, SimulatedCloud},
    },
    converge::{Converger, InstanceTerms, Means, Stance, Terms},
    decision::ActionKind,
    hold::{DeliveryId, DeliveryState, DynamoJournal, Journal, Lease, Owner, ledger::Chain},
    report::Mode,
    roster::{Roster, Routed, Snapshot},
    way::{Host, Parts, Receipt},
};
use quell_tests::{
    fault::{Death, FaultyCloud, Life},
    moto::Moto,
    proxy::Ec2Proxy,
    stand,
    table::new_table,
};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::{Size, audit::LEASE, book::Book, clock::Hurried, places::Places, watched::WatchedJournal};

/// How slow the account answers.
const LATENCY: Duration = Duration::from_millis(20);
/// Of so many alerts one is delivered a second time, to another host.
const TWICE: u32 = 10;
/// How long the hosts may rest between two looks at what is left.
const REST: Duration = Duration::from_millis(500);
/// How often the schedule invokes a function while others are at work, by the hosts' clock: as `examples/deploy` has it.
const TICK: Duration = Duration::from_secs(60);

/// All of it.
pub(crate) struct Crowd {
    size: Size,
    places: Places,
    /// What they all write to.
    pub(crate) cloud: Arc<SimulatedCloud>,
    /// The table, as somebody sees it who is none of them.
    pub(crate) journal: DynamoJournal,
    /// Counts what goes to the table, and troubles it.
    pub(crate) proxy: Ec2Proxy,
    /// What the hosts did about leases.
    pub(crate) book: Arc<Book>,
    clock: Arc<dyn Clock>,
    table: String,
    plugin: Routed,
    moto: Moto,
}

/// The alerts that nobody has worked on to the end yet.
#[derive(Debug, Default)]
struct Queue(Mutex<VecDeque<u32>>);

impl Queue {
    fn locked(&self) -> MutexGuard<'_, VecDeque<u32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An alert that somebody works on. If he dies it is delivered again, as a queue does.
struct Taken<'a> {
    queue: &'a Queue,
    number: u32,
    is_done: bool,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if !self.is_done {
            self.queue.locked().push_back(self.number);
        }
    }
}

impl Crowd {
    pub(crate) async fn gather(size: Size, places: Places) -> anyhow::Result<Self> {
        let moto = tokio::task::spawn_blocking(Moto::start).await??;
        let table = new_table(&moto).await;
        let clock: Arc<dyn Clock> = Arc::new(Hurried::new());
        let cloud = Arc::new(SimulatedCloud::new(
            Account::read(&places.account())?,
            Arc::clone(&clock),
        ));
        cloud.answer_after(LATENCY);
        let settings = r#"{ "jitter-percent": 0 }"#;
        let plugin = stand::routed(stand::default_plugin().await?, settings, [ActionKind::Block]).await?;
        Ok(Self {
            size,
            places,
            cloud,
            journal: DynamoJournal::new(&moto.sdk_config(), None, &table, KEEP),
            proxy: Ec2Proxy::start(&moto.endpoint()).await?,
            book: Arc::new(Book::new(Arc::clone(&clock))),
            clock,
            table,
            plugin,
            moto,
        })
    }

    /// A host with connections of its own.
    fn host(&self, number: usize, life: &Arc<Life>) -> Host {
        let behind = self.moto.sdk_config().into_builder();
        let behind = behind.endpoint_url(self.proxy.endpoint()).build();
        let journal = Arc::new(DynamoJournal::new(&behind, None, &self.table, KEEP));
        let journal: Arc<dyn Journal> = Arc::new(WatchedJournal::new(journal, Arc::clone(&self.book)));
        let mortal: Arc<dyn Cloud> = Arc::new(FaultyCloud::mortal(self.cloud.clone(), Arc::clone(life)));
        let clouds = Arc::new(Clouds::new([mortal]).cached(&self.clock));
        Host::new(Parts {
            roster: Arc::new(Roster::new(Snapshot::new([self.plugin.clone()], stand::rules()))),
            converger: Converger::new(Means {
                clouds: Arc::clone(&clouds),
                journal: Arc::clone(&journal),
                clock: Arc::clone(&self.clock),
                terms: Terms::default(),
                lists: Arc::default(),
                instances: InstanceTerms::default(),
                stance: Stance::Enforce,
                owner: owner(number),
            }),
            clouds,
            observations: Arc::new(self.places),
            decoders: Decoders::default(),
            journal,
            clock: Arc::clone(&self.clock),
            mode: Mode::Enforce,
            queue: 10_000,
            workers: 1,
            keep: KEEP,
            counters: Arc::default(),
        })
    }

    /// Lets all hosts work until the queue is empty, with the schedule beside them, and says how many died.
    pub(crate) async fn work(&self) -> usize {
        let over = CancellationToken::new();
        let work = async {
            let died = self.work_all_off().await;
            over.cancel();
            died
        };
        let (died, ()) = tokio::join!(work, self.tick_until(&over));
        died
    }

    async fn work_all_off(&self) -> usize {
        let queue = Arc::new(Queue::default());
        let again = (0..self.size.alerts).filter(|number| number % TWICE == 0);
        queue.locked().extend((0..self.size.alerts).chain(again));
        let mut hosts = JoinSet::new();
        // Those who shall die are there first: beside all others they might never come to write.
        let first_is_over = CancellationToken::new();
        if self.size.dying == 0 {
            first_is_over.cancel();
        }
        for number in 0..self.size.hosts {
            let life = Arc::new(Life::default());
            if number < self.size.dying {
                life.ends(Some(Death {
                    at: number / 2,
                    is_done: number % 2 == 0,
                }));
            }
            let host = self.host(number, &life);
            let (queue, places, book) = (Arc::clone(&queue), self.places, Arc::clone(&self.book));
            let (is_mortal, first_is_over) = (number < self.size.dying, first_is_over.clone());
            hosts.spawn(async move {
                if !is_mortal {
                    first_is_over.cancelled().await;
                }
                // A function that is killed drops all that it is at.
                let died = tokio::select! {
                    () = life.ended() => {
                        book.died(owner(number));
                        true
                    }
                    () = work_off(&host, &queue, places) => false,
                };
                first_is_over.cancel();
                died
            });
        }
        let mut died = 0;
        while let Some(ended) = hosts.join_next().await {
            died += usize::from(ended.expect("no host panics"));
        }
        // Who died last gave back what nobody was left to take.
        let host = self.host(self.size.hosts, &Arc::default());
        work_off(&host, &queue, self.places).await;
        died
    }

    /// Lets a host that did nothing before work on one alert.
    pub(crate) async fn work_off_one(&self, number: u32) {
        let queue = Queue::default();
        queue.locked().push_back(number);
        work_off(&self.host(number as usize, &Arc::default()), &queue, self.places).await;
    }

    /// Lets the schedule invoke a function once.
    pub(crate) async fn tend_once(&self) {
        let host = self.host(self.size.hosts + 2, &Arc::default());
        host.tend().await.expect("the table answers");
    }

    /// Lets the schedule invoke a function at its intervals until the others are done.
    async fn tick_until(&self, over: &CancellationToken) {
        let host = self.host(self.size.hosts + 3, &Arc::default());
        loop {
            tokio::select! {
                () = over.cancelled() => return,
                () = self.clock.sleep(TICK) => {}
            }
            // What is begun is not cut off, and what fails comes again.
            drop(self.tick(&host).await);
        }
    }

    /// Lets a function look after all targets that are unfinished.
    async fn tick(&self, host: &Host) -> anyhow::Result<()> {
        self.book.tick_began();
        host.tend().await?;
        self.book.tick_ended();
        Ok(())
    }

    /// Lets the schedule invoke a function again and again until nothing waits and no target is unfinished.
    pub(crate) async fn tend_until_quiet(&self) {
        let host = self.host(self.size.hosts + 1, &Arc::default());
        loop {
            // Who is not answered in time comes again.
            if matches!(self.tend_and_look(&host).await, Ok(true)) {
                return;
            }
            tokio::time::sleep(REST).await;
        }
    }

    /// Does what the schedule would, and says whether nothing is left to be done.
    async fn tend_and_look(&self, host: &Host) -> anyhow::Result<bool> {
        self.tick(host).await?;
        for delivery in &self.journal.waiting(self.clock.now(), 100).await? {
            host.work(delivery).await?;
        }
        let later = self.journal.waiting(jiff::Timestamp::MAX, 1).await?;
        Ok(later.is_empty() && self.journal.unfinished().await?.is_empty())
    }

    /// What is denied at which network ACL.
    pub(crate) fn entries(&self) -> BTreeSet<(String, String)> {
        let mut entries = BTreeSet::new();
        for id in self.places.acls() {
            let acl = self.cloud.peek(&id.parse().expect("it is an id")).expect("it is there");
            let denied = acl
                .entries
                .iter()
                .filter(|entry| entry.action == RuleAction::Deny && entry.number < 100);
            entries.extend(denied.map(|entry| (id.clone(), entry.prefix.to_string())));
        }
        entries
    }

    /// The leases that are in somebody's hands although all had the time to end. Those of the dead end by themselves.
    pub(crate) async fn leases_left(&self) -> Vec<Lease> {
        let latest = self.leases().await.into_iter().map(|lease| lease.until).max();
        if let Some(latest) = latest {
            let left = latest.duration_since(self.clock.now()).min(LEASE);
            self.clock.sleep(Duration::try_from(left).unwrap_or_default()).await;
        }
        self.leases().await
    }

    async fn leases(&self) -> Vec<Lease> {
        let leases = self.journal.leases(self.clock.now()).await;
        leases.expect("the table answers")
    }

    /// The alerts that were given up.
    pub(crate) async fn failed(&self) -> Vec<String> {
        let mut failed = Vec::new();
        for number in 0..self.size.alerts {
            let delivery = self.journal.delivery(&id(number)).await.expect("the table answers");
            match delivery {
                Some(delivery) if delivery.state == DeliveryState::Done => {}
                other => failed.push(format!("{number}: {other:?}")),
            }
        }
        failed
    }
}

/// How long what is over is kept.
const KEEP: SignedDuration = SignedDuration::from_hours(24);

/// Who a host is.
fn owner(number: usize) -> Owner {
    Owner::new(format!("function {number}"))
}

fn id(number: u32) -> DeliveryId {
    DeliveryId::given("many", &number.to_string())
}

/// The chain of the ledger that tells of an alert.
pub(crate) fn chain(number: u32) -> Chain {
    Chain::of_delivery(&id(number))
}

/// Takes alerts from the queue and works on each, as a function does, until there are none.
async fn work_off(host: &Host, queue: &Queue, places: Places) {
    loop {
        let next = queue.locked().pop_front();
        let Some(number) = next else { return };
        let mut taken = Taken {
            queue,
            number,
            is_done: false,
        };
        match work_on(host, number, places).await {
            // What waits now is in the journal, and a matter of the schedule.
            Ok(()) => taken.is_done = true,
            // The function fails, and its message is delivered again.
            Err(_) => tokio::time::sleep(REST).await,
        }
    }
}

async fn work_on(host: &Host, number: u32, places: Places) -> anyhow::Result<()> {
    let (id, alert) = (id(number), places.alert(number));
    let received = host.receive("many", Detector::StealthwatchCloud, id.clone(), alert.as_bytes());
    let delivery = match received.await? {
        Receipt::Admitted(admitted) => admitted.delivery,
        Receipt::SeenBefore(DeliveryState::Done) => return Ok(()),
        Receipt::SeenBefore(_) => host.journal().delivery(&id).await?.context("it was admitted")?,
    };
    host.work(&delivery).await?;
    Ok(())
}
