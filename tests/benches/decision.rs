//! What one decision costs: the host beside bare wasmtime, on the same component, the same input and the same answers to its questions, in a fresh
//! instance each time. The difference is what the limits, the log, the meter of guest time and the conversions cost.
//!
//! `cargo bench --bench decision`

mod bare;
mod input;

use std::{
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

use criterion::{Criterion, criterion_group, criterion_main};
use quell::{
    builtin,
    fact::RecordedFacts,
    sandbox::{Limits, Plugin, Request, Sandbox, Use},
};
use tokio::runtime::Runtime;

use bare::{Bare, Kind};

/// The most that the host may cost, as a multiple of bare wasmtime.
const MOST: f64 = 1.3;

fn decision(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    for (name, purpose, kind) in [
        ("pool", Use::Daemon, Kind::Pool),
        ("on-demand", Use::OneAtATime, Kind::OnDemand),
    ] {
        let host = Host::new(&runtime, purpose);
        let bare = Bare::new(kind, component());
        runtime.block_on(bare.check());

        let mut group = criterion.benchmark_group(format!("decision/{name}"));
        group.bench_function("quell", |bencher| {
            bencher.to_async(&runtime).iter(async || host.decide().await);
        });
        group.bench_function("bare", |bencher| {
            bencher.to_async(&runtime).iter(async || bare.decide().await);
        });
        group.finish();
        if !is_trial() {
            compare(name, &runtime, &host, &bare);
        }
    }
}

/// Whether this run only shows that the benchmark works, as `cargo test --benches` asks for.
fn is_trial() -> bool {
    !std::env::args().any(|argument| argument == "--bench")
}

/// Prints what the host costs beside bare wasmtime, from short rounds of both in turn: what else the machine does hits both alike.
fn compare(name: &str, runtime: &Runtime, host: &Host, bare: &Bare) {
    const ROUNDS: usize = 500;
    const DECISIONS: u32 = 20;
    let (mut hosts, mut bares) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        runtime.block_on(async {
            for _ in 0..DECISIONS {
                black_box(host.decide().await);
            }
        });
        hosts.push(begin.elapsed() / DECISIONS);
        let begin = Instant::now();
        runtime.block_on(async {
            for _ in 0..DECISIONS {
                black_box(bare.decide().await);
            }
        });
        bares.push(begin.elapsed() / DECISIONS);
    }
    let (host, bare) = (median(hosts), median(bares));
    let times = host.as_secs_f64() / bare.as_secs_f64();
    println!("decision/{name}: quell {host:.1?}, bare wasmtime {bare:.1?}: {times:.2} times (medians, in turn)\n");
    assert!(
        times <= MOST,
        "the host costs {times:.2} times bare wasmtime, more than {MOST}"
    );
}

fn median(mut durations: Vec<Duration>) -> Duration {
    durations.sort();
    durations[durations.len() / 2]
}

struct Host {
    plugin: Plugin,
    request: Request,
    facts: Arc<RecordedFacts>,
}

impl Host {
    fn new(runtime: &Runtime, purpose: Use) -> Self {
        let sandbox = Sandbox::new(purpose, Limits::default(), None).unwrap();
        let host = Self {
            plugin: runtime.block_on(sandbox.load("nacl-block", component())).unwrap(),
            request: input::request(),
            facts: Arc::new(input::facts()),
        };
        input::check(&runtime.block_on(host.decide()));
        host
    }

    async fn decide(&self) -> quell::decision::Decision {
        let decided = self.plugin.decide(self.request.clone(), self.facts.clone()).await;
        decided.unwrap().decision
    }
}

fn component() -> &'static [u8] {
    builtin::plugin("nacl-block").unwrap()
}

criterion_group!(benches, decision);
criterion_main!(benches);
