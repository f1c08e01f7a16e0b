//! What one decision costs: the host beside bare wasmtime, on the same component, the same input and the same answers to its questions, in a fresh
//! instance each time. The difference is what the limits, the log, the meter of guest time and the conversions cost.
//!
//! `cargo bench --bench decision`

mod bare;
mod input;

use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use quell::{
    builtin,
    sandbox::{Limits, Sandbox, Use},
};

fn decision(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let component = builtin::plugin("nacl-block").unwrap();
    let mut group = criterion.benchmark_group("decision");

    for (name, purpose) in [("quell/pool", Use::Daemon), ("quell/on-demand", Use::OneAtATime)] {
        let sandbox = Sandbox::new(purpose, Limits::default(), None).unwrap();
        let plugin = runtime.block_on(sandbox.load("nacl-block", component)).unwrap();
        let (request, facts) = (input::request(), Arc::new(input::facts()));
        let decided = runtime.block_on(plugin.decide(request.clone(), facts.clone())).unwrap();
        input::check(&decided.decision);
        group.bench_function(name, |bencher| {
            bencher
                .to_async(&runtime)
                .iter(async || plugin.decide(request.clone(), facts.clone()).await.unwrap());
        });
    }

    for (name, kind) in [
        ("bare/pool", bare::Kind::Pool),
        ("bare/on-demand", bare::Kind::OnDemand),
    ] {
        let bare = bare::Bare::new(kind, component);
        runtime.block_on(bare.check());
        group.bench_function(name, |bencher| {
            bencher.to_async(&runtime).iter(async || bare.decide().await);
        });
    }
    group.finish();
}

criterion_group!(benches, decision);
criterion_main!(benches);
