//! What a whole plan costs: holds on one network ACL that has room for 37 entries of ours, from a handful to 100,000.
//!
//! `cargo bench --bench plan`

use std::{
    hint::black_box,
    net::Ipv4Addr,
    time::{Duration, Instant},
};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ipnet::IpNet;
use jiff::Timestamp;
use quell::{
    cloud::{Direction, Entry, NetworkAcl, RuleAction},
    converge::{
        QuotaSource, Room, Stance, Terms,
        acl::{EntryPlan, plan},
    },
    hold::{Coverage, Hold, HoldId, OwnEntry, Remedy, Situation, Target},
};

/// A raised quota, of which the final deny, the owner's allow and one in reserve are not ours.
const QUOTA: u16 = 40;

fn plans(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("plan");
    for count in [10, 1_000, 100_000] {
        let scene = Scene::new(count);
        group.throughput(Throughput::Elements(count));
        group.bench_function(BenchmarkId::new("anew", count), |bencher| {
            bencher.iter(|| planned(&scene.fresh));
        });
        group.bench_function(BenchmarkId::new("in-place", count), |bencher| {
            bencher.iter(|| planned(&scene.settled));
        });
    }
    group.finish();
    if std::env::args().any(|argument| argument == "--bench") {
        growth();
    }
}

/// Prints how the time grows with the number of holds. The rules are the same, so it may grow a hundred times at most, and what sorting adds.
fn growth() {
    let [some, many] = [1_000, 100_000].map(|count| {
        let scene = Scene::new(count);
        let mut durations: Vec<Duration> = (0..11)
            .map(|_| {
                let begin = Instant::now();
                black_box(planned(&scene.settled));
                begin.elapsed()
            })
            .collect();
        durations.sort();
        durations[durations.len() / 2]
    });
    let times = many.as_secs_f64() / some.as_secs_f64();
    println!(
        "plan: 1,000 holds in {some:.1?}, 100,000 in {many:.1?}: {times:.0} times for 100 times as many (medians)\n"
    );
    assert!(times <= 200.0, "the time grows faster than the number of holds");
}

/// An ACL with holds.
struct Scene {
    /// Nothing of ours is there yet.
    fresh: (NetworkAcl, Situation),
    /// It is as a plan made it.
    settled: (NetworkAcl, Situation),
}

impl Scene {
    fn new(count: u64) -> Self {
        let mut acl = NetworkAcl {
            id: "acl-0a1b2c3d".parse().expect("an id"),
            vpc: "vpc-0a1b2c3d".parse().expect("an id"),
            subnets: Vec::new(),
            is_default: false,
            entries: Vec::new(),
        };
        for direction in Direction::BOTH {
            acl.entries.push(Entry {
                action: RuleAction::Allow,
                ..Entry::deny(100, direction, IpNet::default())
            });
            acl.entries.push(Entry::deny(32_767, direction, IpNet::default()));
        }
        let situation = Situation {
            holds: (0..count).map(hold).collect(),
            ..Situation::default()
        };
        let fresh = (acl, situation);
        let mut settled = fresh.clone();
        for entry in planned(&fresh).changes.iter().filter_map(|change| change.adds()) {
            settled.0.entries.push(entry.clone());
            settled.1.own.push(OwnEntry {
                entry: entry.clone(),
                confirmed: true,
                written: Timestamp::UNIX_EPOCH,
            });
        }
        settled.0.entries.sort_by_key(|entry| (entry.direction, entry.number));
        Self { fresh, settled }
    }
}

fn planned((live, situation): &(NetworkAcl, Situation)) -> EntryPlan {
    let room = Room::new(QUOTA, QuotaSource::Configured, 1);
    let now = Timestamp::UNIX_EPOCH;
    plan(live, situation, &Terms::default(), &room, &Stance::Enforce, now)
}

/// Half of the offenders are scattered, half stand close together.
fn hold(number: u64) -> Hold {
    let scattered = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33;
    let address = if number.is_multiple_of(2) {
        scattered
    } else {
        (scattered & !0xffff) | (number % 0x4000)
    };
    // From 11.0.0.0 on: what is below is never blocked.
    let address = Ipv4Addr::from((0x0b00_0000 + address % 0x5000_0000) as u32);
    Hold {
        id: HoldId(number as i64 + 1),
        target: Target {
            account: "111122223333".to_owned(),
            region: "eu-west-1".to_owned(),
            resource: "acl-0a1b2c3d".parse().expect("an id"),
        },
        remedy: Remedy::deny(std::net::IpAddr::from(address).into(), Direction::Ingress),
        reason: "a benchmark".to_owned(),
        confidence: 50 + (number % 50) as u8,
        severity: None,
        plugin: "nacl-block".to_owned(),
        alert: "stealthwatch-cloud/1".to_owned(),
        since: Timestamp::UNIX_EPOCH,
        until: None,
        offences: 1 + (number % 3) as u32,
        coverage: Coverage::Pending,
        ended: None,
    }
}

criterion_group!(benches, plans);
criterion_main!(benches);
