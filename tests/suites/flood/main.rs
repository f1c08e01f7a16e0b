//! A flood of webhook requests, a third of them malformed or slow, and a death in the middle: memory stays bounded, good alerts are decided on, and nothing is acknowledged
//! that the journal does not have.
//!
//! The daemon is the program itself, with its journal in a file. `make flood` runs the whole: 50,000 requests over 200 connections. The short form, in every test run, is
//! a thirtieth of it.

mod alerts;
mod connection;
mod daemon;

use std::{
    collections::BTreeSet,
    env,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use self::{
    alerts::{Alerts, Sent},
    connection::Connection,
    daemon::Stage,
};

/// The most memory that the daemon may come to have, in MiB.
const MOST_MEMORY: u64 = 400;
/// When a sender that was told to wait comes again: sooner than the door says, as impatient senders do.
const COME_AGAIN: Duration = Duration::from_millis(200);
/// Longer than any of this may take.
const PATIENCE: Duration = Duration::from_secs(1800);

struct Flood {
    requests: usize,
    connections: usize,
}

impl Flood {
    fn as_asked() -> Self {
        let is_whole = env::var_os("QUELL_FLOOD").is_some_and(|asked| asked == "whole");
        match is_whole {
            true => Self {
                requests: 50_000,
                connections: 200,
            },
            false => Self {
                requests: 1_800,
                connections: 40,
            },
        }
    }
}

/// What came of the requests.
#[derive(Default)]
struct Tally {
    /// The deliveries that were acknowledged.
    acknowledged: Mutex<BTreeSet<String>>,
    /// How many there are of them.
    good: AtomicUsize,
    /// How many were told to come again, and did.
    told_to_wait: AtomicUsize,
    /// How many malformed and slow ones were answered with a refusal, or cut off.
    refused: AtomicUsize,
    cut_off: AtomicUsize,
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_flood_what_was_acknowledged_is_in_the_journal_though_the_process_dies_in_the_middle() {
    let flood = Flood::as_asked();
    let stage = Stage::new().unwrap();
    let mut daemon = stage.serve().unwrap();
    let tally = Arc::new(Tally::default());
    let begun = Instant::now();
    let share = flood.requests / flood.connections;
    let senders: Vec<_> = (0..flood.connections)
        .map(|number| {
            let alerts = Alerts::of(number, share);
            tokio::spawn(send(stage.address, alerts, Arc::clone(&tally)))
        })
        .collect();

    // In the middle it dies, and comes up again.
    let good = flood.connections * (share - share.div_ceil(3));
    while tally.good.load(Ordering::Relaxed) < good / 2 {
        assert!(begun.elapsed() < PATIENCE, "the first half does not come through");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let memory = stage.peak_memory(&daemon);
    daemon.kill().unwrap();
    let acknowledged = tally.acknowledged();
    stage.assert_has_all(&acknowledged);
    daemon = stage.serve().unwrap();
    for sender in senders {
        tokio::time::timeout(PATIENCE, sender).await.unwrap().unwrap();
    }
    let sent = begun.elapsed();

    let acknowledged = tally.acknowledged();
    assert_eq!(acknowledged.len(), good, "each good alert is acknowledged in the end");
    while stage.waiting() > 0 {
        assert!(begun.elapsed() < PATIENCE, "{} alerts wait", stage.waiting());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    stage.assert_decided(&acknowledged);
    assert!(stage.holds() > 0, "the attack among them is blocked");
    let memory = memory.max(stage.peak_memory(&daemon));
    println!(
        "{} requests over {} connections in {sent:.1?}: {good} good alerts acknowledged, {} times told to come again, {} refused, {} cut off; all decided {:.1?} later; {memory} MiB at most",
        flood.requests,
        flood.connections,
        tally.told_to_wait.load(Ordering::Relaxed),
        tally.refused.load(Ordering::Relaxed),
        tally.cut_off.load(Ordering::Relaxed),
        begun.elapsed() - sent,
    );
    assert!(memory <= MOST_MEMORY, "{memory} MiB");
    let bad = tally.refused.load(Ordering::Relaxed) + tally.cut_off.load(Ordering::Relaxed);
    assert_eq!(bad, flood.requests - good, "no malformed request is acknowledged");
    daemon.terminate(Duration::from_secs(30)).unwrap();
}

impl Tally {
    fn acknowledged(&self) -> BTreeSet<String> {
        self.acknowledged.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Sends all of one connection's requests, each good one until it is acknowledged.
async fn send(address: std::net::SocketAddr, alerts: Alerts, tally: Arc<Tally>) {
    let mut connection = Connection::to(address);
    for sent in alerts {
        match sent {
            Sent::Good(body) => {
                let id = loop {
                    match connection.post(&body).await {
                        Some((202, id)) => break id,
                        Some((429 | 503, _)) => {
                            tally.told_to_wait.fetch_add(1, Ordering::Relaxed);
                            tokio::time::sleep(COME_AGAIN).await;
                        }
                        Some((status, _)) => panic!("a good alert was answered with {status}"),
                        // It broke off: the process died, or closed a connection that was idle.
                        None => tokio::time::sleep(Duration::from_millis(20)).await,
                    }
                };
                let mut acknowledged = tally.acknowledged.lock().unwrap_or_else(PoisonError::into_inner);
                acknowledged.insert(id);
                tally.good.store(acknowledged.len(), Ordering::Relaxed);
            }
            Sent::Bad(bad) => {
                let counted = match bad.send_to(address).await {
                    Some(status) => {
                        assert!(
                            (400..500).contains(&status) || status == 503,
                            "{bad:?} was answered with {status}"
                        );
                        &tally.refused
                    }
                    None => &tally.cut_off,
                };
                counted.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}
