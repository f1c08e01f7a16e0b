//! What one decision takes in each language: the default plugin's rule in Rust, JavaScript and Python, on the same alert, in a fresh instance each
//! time; beside the same Rust without any sandbox, and the same component in bare wasmtime.
//!
//! `make languages && cargo bench --package quell-tests --no-default-features --bench languages`

mod bare;
mod input;

use std::{hint::black_box, sync::Arc, time::Duration};

use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main, measurement::WallTime};
use nacl_block::NaclBlock;
use quell::{
    builtin,
    fact::RecordedFacts,
    kit::build::Language,
    sandbox::{Limits, Plugin, Sandbox, Use},
};
use quell_plugin::testing::{self, FakeFacts};
use quell_tests::foreign;
use tokio::runtime::Runtime;

use bare::{Bare, Kind};

fn languages(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut group = criterion.benchmark_group("languages");
    group.measurement_time(Duration::from_secs(5));

    let (request, facts) = (native_request(), native_facts());
    group.bench_function("native Rust", |bencher| {
        bencher.iter(|| black_box(testing::decide::<NaclBlock>(&request, &facts)));
    });
    let rust = builtin::plugin("nacl-block").unwrap();
    let bare = Bare::new(Kind::Pool, rust);
    runtime.block_on(bare.check());
    group.bench_function("bare wasmtime, Rust", |bencher| {
        bencher.to_async(&runtime).iter(async || bare.decide().await);
    });
    quell(&mut group, &runtime, Language::Rust, rust);
    // A trial run shows that the benchmark works; to build and compile the others takes minutes in a debug build, and the suite `languages` does.
    if std::env::args().any(|argument| argument == "--bench") {
        for language in [Language::JavaScript, Language::Python] {
            quell(
                &mut group,
                &runtime,
                language,
                &foreign::build(&foreign::example(language)).unwrap(),
            );
        }
    }
    group.finish();
}

/// A decision by the host, as the daemon makes it.
fn quell(group: &mut BenchmarkGroup<'_, WallTime>, runtime: &Runtime, language: Language, component: &[u8]) {
    let sandbox = Sandbox::new(Use::Daemon, Limits::default(), None).unwrap();
    let plugin = runtime.block_on(sandbox.load("nacl-block", component)).unwrap();
    let facts = Arc::new(input::facts());
    input::check(&runtime.block_on(decide(&plugin, &facts)));
    group.bench_function(format!("Quell, {language}"), |bencher| {
        bencher.to_async(runtime).iter(async || decide(&plugin, &facts).await);
    });
}

async fn decide(plugin: &Plugin, facts: &Arc<RecordedFacts>) -> quell::decision::Decision {
    let decided = plugin.decide(input::request(), facts.clone()).await;
    decided.unwrap().decision
}

/// The same request in the SDK's types.
fn native_request() -> quell_plugin::Request {
    let request = input::request();
    let mut alert = testing::alert(&request.alert.kind, &request.alert.source.name);
    alert.raw.clone_from(&request.alert.raw);
    testing::request(alert, &request.settings)
}

/// The same facts in the SDK's types.
fn native_facts() -> FakeFacts {
    let id = String::from(input::instance().id);
    let instance = testing::instance(&id, "subnet-0a1b2c3d", &["10.0.1.20", "192.0.2.20"]);
    let known = FakeFacts::default().with_instance(instance);
    let observations = input::observations()
        .into_iter()
        .map(|observation| testing::observation(&observation.raw));
    observations.fold(known, FakeFacts::with_observation)
}

criterion_group!(benches, languages);
criterion_main!(benches);
