//! What people fear of the file and the desk. What they fear of any journal is in the suite `journal`.

mod desk;
mod file;
mod format;
mod holds;
mod pruning;
mod targets;

use jiff::Timestamp;

use super::{super::*, *};
use crate::{
    alert::Detector,
    cloud::{Direction, Entry},
};

fn target(acl: &str) -> Target {
    Target {
        account: "111122223333".to_owned(),
        region: "eu-west-1".to_owned(),
        resource: acl.parse().unwrap(),
    }
}

fn web() -> Target {
    target("acl-0a1b2c3d")
}

fn intent(prefix: &str, until: Option<i64>) -> Intent {
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

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn delivery(id: &str) -> Delivery {
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

fn id(text: &str) -> DeliveryId {
    DeliveryId::read(text)
}

fn deny(number: u16, prefix: &str) -> Entry {
    Entry::deny(number, Direction::Ingress, prefix.parse().unwrap())
}

fn everything() -> HoldFilter {
    HoldFilter {
        ended: true,
        ..HoldFilter::default()
    }
}

fn journal() -> SqliteJournal {
    SqliteJournal::in_memory().unwrap()
}

async fn situation(journal: &SqliteJournal, now: i64) -> Situation {
    journal.situation(&web(), at(now), at(0)).await.unwrap()
}

/// A lease on [`web`] that lasts until second 1,000.
async fn lease(journal: &SqliteJournal) -> Lease {
    let leasing = journal.lease(&web(), &Owner::new("one"), at(0), at(1_000)).await;
    match leasing.unwrap() {
        Leasing::Ours(lease) => lease,
        theirs @ Leasing::Theirs { .. } => panic!("{theirs:?}"),
    }
}

async fn put(journal: &SqliteJournal, intent: Intent, by: &str, now: i64) -> Hold {
    journal
        .put_in_force(&[intent], &id(by), at(now))
        .await
        .unwrap()
        .remove(0)
}
