//! An empty journal, and what the tests put into it.

use std::{
    ops::Deref,
    sync::{Arc, Weak},
    thread,
};

pub(crate) use jiff::SignedDuration;
pub(crate) use jiff::Timestamp;
pub(crate) use quell::{
    alert::Detector,
    cloud::{Direction, Entry},
    fact::History,
    hold::archive::{self, Inventory, Record},
    hold::*,
};
use quell_tests::table::new_table as table;
use quell_tests::{
    fault::{VARIABLE, seed_of_the_test},
    moto::Moto,
    proxy::{Ec2Proxy, FIRST_MISHAP, Kind, MISHAPS, Passed, Trouble, Whom},
};
use tokio::sync::Mutex;

/// A journal of one test. What is behind it lives as long.
pub(crate) struct Opened {
    journal: Arc<dyn Journal>,
    _moto: Option<Arc<Moto>>,
    proxy: Option<Ec2Proxy>,
    /// The seed of the mishaps that befall it, if they shall.
    seed: Option<u64>,
}

impl Deref for Opened {
    type Target = dyn Journal;

    fn deref(&self) -> &Self::Target {
        &*self.journal
    }
}

impl Opened {
    /// From now on the store does so many transactions, and refuses the others as if the process had died before them. Returns whether it is one that does: a file
    /// does all that is asked of it at once in one.
    pub(crate) fn cuts_off_after(&self, transactions: usize) -> bool {
        let Some(proxy) = &self.proxy else { return false };
        let refused = Trouble::new(Kind::NotPermitted, Whom::Action("TransactWriteItems"));
        proxy.set(refused.after(transactions));
        true
    }

    /// From now on the store does all that is asked of it, as well as it did before.
    pub(crate) fn is_well_again(&self) {
        if let Some(proxy) = &self.proxy {
            proxy.lift(&Kind::NotPermitted);
        }
    }

    /// The requests that went to the table so far.
    pub(crate) fn passed(&self) -> Vec<Passed> {
        self.proxy.as_ref().map_or_else(Vec::new, |proxy| proxy.passed(0))
    }

    /// The mishaps that befell them.
    pub(crate) fn mishaps(&self) -> Vec<Kind> {
        let befell = self.passed().into_iter().filter_map(|passed| passed.befell);
        befell.filter(|kind| MISHAPS.contains(kind)).collect()
    }
}

/// A case that was to meet trouble has met it, and one that failed says by which seed.
impl Drop for Opened {
    fn drop(&mut self) {
        let Some(seed) = self.seed else { return };
        let (requests, mishaps) = (self.passed().len(), self.mishaps().len());
        if thread::panicking() {
            eprintln!(
                "{mishaps} of {requests} requests were befallen by the mishaps of seed {seed}; {VARIABLE}={seed} plays them again"
            );
            return;
        }
        assert!(
            mishaps > 0 || requests < FIRST_MISHAP,
            "nothing befell any of {requests} requests: this shows nothing that it does not show without trouble"
        );
    }
}

/// In memory.
pub(crate) async fn sqlite() -> Opened {
    Opened {
        journal: Arc::new(SqliteJournal::in_memory().unwrap()),
        _moto: None,
        proxy: None,
        seed: None,
    }
}

/// In a table of its own.
pub(crate) async fn dynamo() -> Opened {
    behind(None, None).await
}

/// In a table of its own, behind a network that loses answers, in the service that throttles, fails and has others' transactions in the way: one request in four.
pub(crate) async fn dynamo_in_trouble() -> Opened {
    behind(None, Some(seed_of_the_test())).await
}

/// In a table of its own, whose pages have two items and whose batches one.
pub(crate) async fn dynamo_in_pieces() -> Opened {
    behind(Some(Kind::InPieces), None).await
}

/// In a table of its own, behind a network where this befalls each request that it can befall, and mishaps by this seed some.
async fn behind(trouble: Option<Kind>, seed: Option<u64>) -> Opened {
    let moto = moto().await;
    let table = table(&moto).await;
    let proxy = Ec2Proxy::start(&moto.endpoint()).await.unwrap();
    if let Some(kind) = trouble {
        proxy.set(Trouble::new(kind, Whom::Service("dynamodb")));
    }
    if let Some(seed) = seed {
        proxy.mishaps(seed);
    }
    let config = moto.sdk_config().into_builder().endpoint_url(proxy.endpoint()).build();
    Opened {
        journal: Arc::new(DynamoJournal::new(&config, None, &table, KEEP)),
        _moto: Some(moto),
        proxy: Some(proxy),
        seed,
    }
}

/// How long what is over is kept.
const KEEP: SignedDuration = SignedDuration::from_hours(24);

/// The server that all tests of this moment share. The last of them stops it.
pub(crate) async fn moto() -> Arc<Moto> {
    static SHARED: Mutex<Weak<Moto>> = Mutex::const_new(Weak::new());
    let mut shared = SHARED.lock().await;
    if let Some(moto) = shared.upgrade() {
        return moto;
    }
    let moto = tokio::task::spawn_blocking(Moto::start).await.unwrap().unwrap();
    let moto = Arc::new(moto);
    *shared = Arc::downgrade(&moto);
    moto
}

pub(crate) fn target(acl: &str) -> Target {
    Target {
        account: "111122223333".to_owned(),
        region: "eu-west-1".to_owned(),
        resource: acl.parse().unwrap(),
    }
}

pub(crate) fn web() -> Target {
    target("acl-0a1b2c3d")
}

pub(crate) fn database() -> Target {
    target("acl-0d4e5f6a")
}

pub(crate) fn intent(prefix: &str, until: Option<i64>) -> Intent {
    Intent {
        target: web(),
        remedy: Remedy::deny(prefix.parse().unwrap(), Direction::Ingress),
        reason: "600 failed attempts".to_owned(),
        confidence: 80,
        severity: None,
        spare: Vec::new(),
        plugin: "nacl-block".to_owned(),
        alert: "stealthwatch-cloud/6125".to_owned(),
        until: until.map(at),
        scope: Default::default(),
    }
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// Begins an attempt on a delivery, which lasts for 30 seconds.
pub(crate) async fn attempt(journal: &Opened, delivery: &str, now: i64) -> Attempt {
    journal.attempt(&id(delivery), at(now), at(now + 30)).await.unwrap()
}

pub(crate) fn delivery(id: &str) -> Delivery {
    Delivery {
        id: DeliveryId::read(id),
        door: "http".to_owned(),
        detector: Detector::StealthwatchCloud,
        body: "{}".to_owned(),
        received: at(0),
        attempts: 0,
        state: DeliveryState::Waiting { not_before: at(0) },
        report: String::new(),
    }
}

pub(crate) fn id(text: &str) -> DeliveryId {
    DeliveryId::read(text)
}

pub(crate) fn deny(number: u16, prefix: &str) -> Entry {
    Entry::deny(number, Direction::Ingress, prefix.parse().unwrap())
}

pub(crate) fn everything() -> HoldFilter {
    HoldFilter {
        ended: true,
        ..HoldFilter::default()
    }
}

pub(crate) async fn situation(journal: &Opened, now: i64) -> Situation {
    journal.situation(&web(), at(now), at(0)).await.unwrap()
}

/// A lease on [`web`] that lasts until second 1,000.
pub(crate) async fn lease(journal: &Opened) -> Lease {
    let leasing = journal.lease(&web(), &Owner::new("one"), at(0), at(1_000)).await;
    match leasing.unwrap() {
        Leasing::Ours(lease) => lease,
        theirs @ Leasing::Theirs { .. } => panic!("{theirs:?}"),
    }
}

pub(crate) async fn put(journal: &Opened, intent: Intent, by: &str, now: i64) -> Hold {
    journal
        .put_in_force(&[intent], &id(by), at(now))
        .await
        .unwrap()
        .remove(0)
}

/// A text of so many bytes that hardly becomes shorter when it is packed.
pub(crate) fn noise(bytes: usize) -> String {
    let mut random = fastrand::Rng::with_seed(1);
    (0..bytes).map(|_| random.alphanumeric()).collect()
}
