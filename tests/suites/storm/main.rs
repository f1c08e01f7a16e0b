//! Storms: many alerts on one network ACL become few writes, nothing is lost, and memory stays bounded.
//!
//! In real time, with the journal in a file and an account that answers as slowly as Amazon's. `make storm` runs the whole: 10,000 alerts from 3,000 addresses in ten
//! seconds. The short form, in every test run, is a tenth of it.

mod attackers;

use std::{
    env,
    sync::Arc,
    time::{Duration, Instant},
};

use quell::{
    alert::Detector,
    clock::{Clock, SystemClock},
    cloud::{
        AclId, Call,
        simulated::{Account, SimulatedCloud},
    },
    decision::ActionKind,
    hold::{Coverage, DeliveryId, HoldFilter, Journal, SqliteJournal},
    report::Mode,
    way::{Host, Parts, ReceiveError, timer, worker},
};
use quell_tests::{
    recorded,
    stand::{WEB_ACL, clouds, default_plugin, parts, routed},
};
use tokio_util::sync::CancellationToken;

use self::attackers::Attackers;

/// How slow the account answers: what EC2 takes from the same region.
const LATENCY: Duration = Duration::from_millis(40);
/// How long a storm lasts.
const LASTS: Duration = Duration::from_secs(10);
/// The most writes that a storm on one network ACL may cost.
const MOST_WRITES: usize = 60;
/// The most memory that this process may come to have, in MiB: of it 40 are the sandbox and the test itself.
const MOST_MEMORY: u64 = 400;

/// A storm: so many alerts about so many attackers.
struct Storm {
    alerts: u32,
    attackers: Attackers,
}

impl Storm {
    fn as_asked() -> Self {
        let is_whole = env::var_os("QUELL_STORM").is_some_and(|asked| asked == "whole");
        let share = if is_whole { 1 } else { 10 };
        Self {
            alerts: 10_000 / share,
            attackers: Attackers(3_000 / share),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_alerts_on_one_acl_becomes_few_writes_and_ends_with_the_right_entries() {
    let Storm { alerts, attackers } = Storm::as_asked();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let cloud = Arc::new(SimulatedCloud::new(
        Account::read(recorded::ACCOUNT).unwrap(),
        clock.clone(),
    ));
    cloud.answer_after(LATENCY);
    let folder = tempfile::tempdir().unwrap();
    let journal: Arc<dyn Journal> = Arc::new(SqliteJournal::open(&folder.path().join("journal.sqlite")).unwrap());
    let plugin = routed(default_plugin().await.unwrap(), "{}", [ActionKind::Block]);
    let parts = parts(
        clouds([&cloud]),
        Arc::new(attackers),
        &clock,
        &journal,
        Mode::Enforce,
        [plugin.await.unwrap()],
    );
    let converger = parts.converger.clone();
    let host = Arc::new(Host::new(Parts { queue: 2_000, ..parts }));
    let stop = CancellationToken::new();
    let tasks = [
        tokio::spawn(worker::run(host.clone(), stop.clone())),
        tokio::spawn(timer::run(host.clone(), stop.clone())),
    ];

    let began = Instant::now();
    for number in 0..alerts {
        let due = LASTS * number / alerts;
        tokio::time::sleep(due.saturating_sub(began.elapsed())).await;
        send(&host, number, &attackers.alert(number)).await;
    }
    let sent = began.elapsed();

    let target = wait_until_worked(&journal, alerts).await;
    while !journal.unfinished().await.unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let right = began.elapsed() - sent;
    let (acl, plan) = converger.dry_run(&target).await.unwrap();
    assert!(plan.is_empty(), "{:?}", plan.changes());

    let holds = journal.holds(&HoldFilter::default()).await.unwrap();
    let covered = holds.iter().filter(|hold| hold.coverage.is_covered()).count();
    println!(
        "{alerts} alerts about {} addresses in {sent:.1?}: {} writes, {} reads of the ACL, {covered} of {} holds covered by {} entries, right {right:.1?} after the last, {} MiB at most",
        attackers.0,
        cloud.writes(),
        cloud.count(Call::DescribeNetworkAcls),
        holds.len(),
        acl.acl().unwrap().entries.len() - recorded_entries(&cloud),
        peak_memory(),
    );
    assert_eq!(holds.len(), attackers.0 as usize, "an attacker was lost");
    assert!(holds.iter().all(|hold| hold.coverage != Coverage::Pending));
    let offences: u32 = holds.iter().map(|hold| hold.offences).sum();
    assert_eq!(offences, alerts, "an alert was lost");
    assert!(cloud.writes() <= MOST_WRITES, "{} writes", cloud.writes());
    assert!(peak_memory() <= MOST_MEMORY, "{} MiB", peak_memory());

    stop.cancel();
    for task in tasks {
        task.await.unwrap();
    }
}

/// Sends an alert, again and again while the queue is full, as a detector does.
async fn send(host: &Host, number: u32, alert: &str) {
    let id = || DeliveryId::given("storm", &number.to_string());
    while let Err(error) = host
        .receive("storm", Detector::StealthwatchCloud, id(), alert.as_bytes())
        .await
    {
        assert!(matches!(error, ReceiveError::Full { .. }), "{error}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Waits until the last delivery is worked on, and gives the one target.
async fn wait_until_worked(journal: &Arc<dyn Journal>, alerts: u32) -> quell::hold::Target {
    let far = jiff::Timestamp::MAX;
    while !journal.waiting(far, 1).await.unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let targets = journal.targets().await.unwrap();
    assert_eq!(targets.len(), 1, "after {alerts} alerts: {targets:?}");
    targets[0].clone()
}

/// How many entries the ACL had in the beginning.
fn recorded_entries(cloud: &SimulatedCloud) -> usize {
    let fresh = SimulatedCloud::new(Account::read(recorded::ACCOUNT).unwrap(), Arc::new(SystemClock));
    let acl: AclId = WEB_ACL.parse().unwrap();
    assert!(cloud.peek(&acl).is_some());
    fresh.peek(&acl).map_or(0, |acl| acl.entries.len())
}

/// The most memory that this process has had so far, in MiB. 0 where the system does not tell.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1024
}
