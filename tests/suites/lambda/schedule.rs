//! The schedule: a function's timer and worker.

use std::time::{Duration, Instant};

use anyhow::ensure;
use quell_tests::{
    attack::Attack,
    proxy::{Kind, Trouble, Whom},
    stage::PATIENCE,
};
use serde_json::{Value, json};

use crate::{
    event::{of_queue, tick},
    function::{Function, Wanted},
};

/// Long enough to see the entry before it goes.
const SHORT: &str = "block-seconds = 8";

fn attack() -> Attack {
    Attack::new(1, &[("203.0.113.7", 500)])
}

/// Ticks until it is so.
pub(crate) async fn ticked_until(
    function: &Function,
    tick: &Value,
    is_so: impl AsyncFn() -> anyhow::Result<bool>,
) -> anyhow::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let answer = function.invoke(tick).await?;
        ensure!(answer["ticked"]["complete"] == true, "{answer}\n{}", function.log());
        if is_so().await? {
            return Ok(());
        }
        ensure!(Instant::now() < deadline, "it never becomes so:\n{}", function.log());
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

#[tokio::test]
async fn a_tick_ends_what_ended_whoever_sends_it() -> anyhow::Result<()> {
    let attacks = [attack()];
    let function = Function::start(&Wanted {
        settings: SHORT,
        attacks: &attacks,
        ..Wanted::default()
    })
    .await?;
    for (id, tick) in [("m-1", tick()), ("m-2", json!({ "quell": "tick" }))] {
        let event = of_queue(&[(id.to_owned(), function.on_web(&attacks[0]))]);
        let answer = function.invoke(&event).await?;
        ensure!(
            answer == json!({ "batchItemFailures": [] }),
            "{answer}\n{}",
            function.log()
        );
        ensure!(function.log().contains("1 deny entry written"), "{}", function.log());
        let is_over = async || Ok(function.denied()?.is_empty() && function.holds().await?.is_empty());
        ticked_until(&function, &tick, is_over).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_tick_works_on_what_waits_and_repairs_what_somebody_changed() -> anyhow::Result<()> {
    let attacks = [attack()];
    let function = Function::start(&Wanted {
        attacks: &attacks,
        ..Wanted::default()
    })
    .await?;
    function.aws.set(Trouble::new(Kind::Throttled, Whom::Ec2));
    let event = of_queue(&[("m-1".to_owned(), function.on_web(&attacks[0]))]);
    function.invoke(&event).await?;
    assert!(function.denied()?.is_empty());
    function.aws.calm();
    // Its next try is due in some seconds, and the queue never delivers it again.
    ticked_until(
        &function,
        &tick(),
        async || Ok(function.denied()? == ["203.0.113.7/32"]),
    )
    .await?;
    assert_eq!(function.unfinished().await?, "");
    Ok(())
}
