//! The way of one alert from its bytes to the plan, with the facts at hand: decode, decide, guard, plan. The account, the observations and the
//! journal are in memory; nothing is written.

mod no_holds;

use std::{hint::black_box, sync::Arc};

use async_trait::async_trait;
use criterion::{Criterion, criterion_group, criterion_main};
use jiff::{SignedDuration, Timestamp};
use quell::{
    alert::{self, Alert},
    clock::ManualClock,
    cloud::simulated::{Account, SimulatedCloud},
    decision::ActionKind,
    fact::{FactError, Observation, ObservationSource},
    hold::Journal,
    report::{Mode, Outcome},
    way::Host,
};
use quell_tests::{
    recorded,
    stand::{clouds, default_plugin, host, routed},
};

use no_holds::NoHolds;

/// Observations that are there already.
struct AtHand(Vec<Observation>);

#[async_trait]
impl ObservationSource for AtHand {
    async fn observations(&self, _: &str) -> Result<Vec<Observation>, FactError> {
        Ok(self.0.clone())
    }
}

fn observations_of_the_attack() -> Vec<Observation> {
    let all = recorded::observations().expect("the examples can be read");
    let of_attack = all.get("6125").expect("the attack has observations");
    let observation = |raw: &serde_json::Value| Observation {
        id: raw["id"].to_string(),
        kind: raw["observation_name"].as_str().unwrap_or_default().to_owned(),
        time: None,
        raw: raw.to_string(),
    };
    of_attack.iter().map(observation).collect()
}

async fn whole_way(host: &Host) {
    let alert: Alert =
        alert::stealthwatch::decode(black_box(recorded::ATTACK.as_bytes())).expect("the recorded attack can be read");
    let report = host.explain(alert).await.expect("the journal works");
    assert_eq!(report.outcome, Outcome::WouldAct);
    black_box(report);
}

fn bytes_to_plan(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let clock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
    let account = Account::read(recorded::ACCOUNT).expect("the example can be read");
    let cloud = Arc::new(SimulatedCloud::new(account, clock.clone()));
    let journal: Arc<dyn Journal> = Arc::new(NoHolds);
    let plugin = runtime.block_on(async {
        let plugin = default_plugin().await.expect("the default plugin loads");
        routed(plugin, "{}", [ActionKind::Block])
            .await
            .expect("the default settings are fine")
    });
    let observations = Arc::new(AtHand(observations_of_the_attack()));
    let host = host(clouds([&cloud]), observations, &clock, &journal, Mode::Explain, plugin);
    criterion.bench_function("one alert from bytes to plan", |bencher| {
        bencher.to_async(&runtime).iter(async || {
            // The simulated account counts its calls and has EC2's limits on their rate: time must pass.
            clock.advance(SignedDuration::from_secs(1));
            cloud.forget_calls();
            whole_way(&host).await;
        });
    });
}

criterion_group!(benches, bytes_to_plan);
criterion_main!(benches);
