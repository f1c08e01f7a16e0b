//! Many Quells at once on one table, as functions are: each its own host with its own connections, some of which die in the middle of a write.
//!
//! Every grant of a lease is written down, and so is every death: in the end no lease was in two hands, and none was in the way after its end. Requests to the table are throttled, not
//! answered and in conflict, as on AWS.
//!
//! The cloud is shared and counts what is written to it; the table is DynamoDB's as moto plays it, which is one process in Python and slow. `make many` runs the whole: 32
//! hosts, 2,000 alerts, 20 network ACLs. The short form, in every test run, is a small part of it.

mod audit;
mod book;
mod clock;
mod crowd;
mod places;
mod troubles;
mod watched;

use std::{
    collections::BTreeMap,
    env,
    time::{Duration, Instant},
};

use quell::{
    cloud::Call,
    hold::{HoldFilter, Journal},
};
use quell_tests::proxy::Passed;

use self::{
    audit::Audit,
    crowd::Crowd,
    places::Places,
    troubles::{Met, Troubles},
};

/// How many of what.
#[derive(Debug, Clone, Copy)]
struct Size {
    hosts: usize,
    /// Of the hosts.
    dying: usize,
    alerts: u32,
    acls: u32,
    /// Attackers of each network ACL: fewer than it has room for, so that each has an entry of its own.
    attackers: u32,
}

impl Size {
    fn as_asked() -> Self {
        if env::var_os("QUELL_MANY").is_some_and(|asked| asked == "whole") {
            return Self {
                hosts: 32,
                dying: 8,
                alerts: 2_000,
                acls: 20,
                attackers: 10,
            };
        }
        Self {
            hosts: 8,
            dying: 2,
            alerts: 60,
            acls: 3,
            attackers: 4,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_hosts_of_which_some_die_reach_the_right_entries_write_nothing_twice_and_lose_no_lease_past_its_end() {
    let size = Size::as_asked();
    let places = Places {
        acls: size.acls,
        attackers: size.attackers,
    };
    let crowd = Crowd::gather(size, places).await.unwrap();
    let troubles = Troubles::as_asked();
    println!("{troubles}");
    troubles.befall(&crowd.proxy, size.alerts as usize);
    let began = Instant::now();
    let died = Box::pin(crowd.work()).await;
    let worked = began.elapsed();
    crowd.tend_until_quiet().await;
    let quiet = began.elapsed();

    let holds = crowd.journal.holds(&HoldFilter::default()).await.unwrap();
    let requests = crowd.proxy.passed(0);
    let (audit, met) = (Audit::of(&crowd.book.events()), Met::of(&requests));
    println!(
        "{} hosts, {died} of which died, {} alerts on {} network ACLs: {} holds, {} entries, {} writes, {} reads of ACLs, {} requests to the table ({:.0} an alert); \
         {audit}; {met}; the alerts took {worked:.1?}, all was right after {quiet:.1?}",
        size.hosts,
        size.alerts,
        size.acls,
        holds.len(),
        crowd.entries().len(),
        crowd.cloud.writes(),
        crowd.cloud.count(Call::DescribeNetworkAcls),
        requests.len(),
        requests.len() as f64 / f64::from(size.alerts),
    );
    assert!((1..=size.dying).contains(&died), "{died} died");
    assert_eq!(
        crowd.entries(),
        places.expected(size.alerts),
        "an entry is missing, or one too many is there"
    );
    assert_eq!(holds.len(), crowd.entries().len());
    assert!(holds.iter().all(|hold| hold.coverage.is_covered()), "{holds:#?}");
    let offences: u32 = holds.iter().map(|hold| hold.offences).sum();
    assert_eq!(offences, size.alerts, "an alert was lost, or counted twice");
    assert_eq!(
        crowd.cloud.writes(),
        crowd.entries().len(),
        "something was written twice: {:#?}",
        crowd.cloud.calls()
    );
    assert!(audit.offences.is_empty(), "{:#?}", audit.offences);
    assert_eq!(
        (audit.deaths, audit.taken_over),
        (died, died),
        "each died with one lease"
    );
    assert!(
        audit.changes >= crowd.cloud.writes(),
        "a change was written that nobody began"
    );
    let left = crowd.leases_left().await;
    assert!(left.is_empty(), "{left:#?}");
    assert!(met.is_each(), "{met}: the hosts shall meet each of these");
    assert!(crowd.journal.unfinished().await.unwrap().is_empty());
    assert!(crowd.failed().await.is_empty(), "{:#?}", crowd.failed().await);
    assert!(quiet < Duration::from_secs(3_600));
}

/// The calls to the table, by what is asked for: how many, and of how many items.
fn calls(passed: &[Passed]) -> String {
    let mut calls: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for passed in passed {
        let (times, items) = calls.entry(&passed.request.action).or_default();
        *times += 1;
        *items += passed.request.items;
    }
    let lines = calls
        .iter()
        .map(|(action, (times, items))| format!("{times} {action} of {items}"));
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_alert_costs() {
    let size = Size {
        hosts: 1,
        dying: 0,
        alerts: 1,
        acls: 1,
        attackers: 1,
    };
    let places = Places { acls: 1, attackers: 1 };
    let crowd = Crowd::gather(size, places).await.unwrap();
    crowd.work_off_one(0).await;
    insta::assert_snapshot!(calls(&crowd.proxy.passed(0)), @r"
    2 BatchGetItem of 7
    1 GetItem of 1
    6 Query of 6
    6 TransactWriteItems of 36
    5 UpdateItem of 5
    ");
    let before = crowd.proxy.count();
    crowd.work_off_one(1).await;
    insta::assert_snapshot!(calls(&crowd.proxy.passed(before)), @r"
    2 BatchGetItem of 7
    1 GetItem of 1
    6 Query of 6
    4 TransactWriteItems of 23
    3 UpdateItem of 3
    ");
    // In a table that is in use each chain began long ago.
    let same_chain = (2..).find(|number| crowd::chain(*number) == crowd::chain(0)).unwrap();
    let before = crowd.proxy.count();
    crowd.work_off_one(same_chain).await;
    insta::assert_snapshot!(calls(&crowd.proxy.passed(before)), @r"
    2 BatchGetItem of 7
    1 GetItem of 1
    6 Query of 6
    4 TransactWriteItems of 22
    3 UpdateItem of 3
    ");
    let before = crowd.proxy.count();
    crowd.tend_once().await;
    insta::assert_snapshot!(calls(&crowd.proxy.passed(before)), @r"
    1 GetItem of 1
    4 Query of 4
    ");
}
