//! Functions that end at any step, as they do when their time is up in the middle of it: at each request to DynamoDB and to EC2, before it is done or before its answer comes. Then the
//! queue delivers the message again, and the schedule ticks.

use std::{
    env,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use quell::hold::{EndReason, Journal};
use quell_tests::{
    attack::Attack,
    proxy::{Moment, Trouble, Whom},
    scene::Scene,
    stage::PATIENCE,
    world::World,
};
use serde_json::Value;

use crate::{
    event::{of_queue, tick},
    function::{Function, Wanted},
};

const DENIED: [&str; 2] = ["198.51.100.9/32", "203.0.113.7/32"];

fn wanted(attacks: &[Attack]) -> Wanted<'_> {
    Wanted {
        attacks,
        // A lease that is lost lasts little longer than this.
        timeout: Some(15),
        ..Wanted::default()
    }
}

fn event(function: &Function, attack: &Attack) -> Value {
    of_queue(&[("m-1".to_owned(), function.on_web(attack))])
}

/// One case: the function ends at the `at`-th request.
#[derive(Debug, Clone, Copy)]
struct Case {
    at: usize,
    moment: Moment,
}

#[tokio::test]
async fn a_function_that_ends_at_any_step_loses_no_alert_and_writes_nothing_twice() -> anyhow::Result<()> {
    let attacks = [Attack::new(1, &[("198.51.100.9", 10), ("203.0.113.7", 1000)])];
    let world = World::shared()?;
    let requests = undisturbed(&attacks).await?;
    let cases: Vec<_> = (1..)
        .zip(&requests)
        .flat_map(|(at, request)| moments(at, request))
        .collect();

    let mut killed = Vec::new();
    for (case, scene) in cases.iter().zip(Scene::build_many(&world.moto, cases.len())?) {
        let mut function = Function::in_scene(Arc::clone(&world), scene, &wanted(&attacks)).await?;
        function.invoke(&tick()).await?;
        let process = function.emulator.function()?.process()?;
        function
            .aws
            .set(Trouble::kill_at(process, Whom::All, case.at, case.moment));
        // The emulator tells it, or goes with the function.
        if let Ok(answer) = function.invoke(&event(&function, &attacks[0])).await {
            ensure!(answer["errorType"].is_string(), "{case:?} did not end it: {answer}");
        }
        function.aws.calm();
        function.restart()?;
        killed.push((case, function));
    }
    let mut failed = Vec::new();
    for (case, function) in killed {
        let mended = mended(&function, &attacks[0]).await;
        let name = || {
            format!(
                "ended at request {}, {}, {:?}",
                case.at,
                requests[case.at - 1],
                case.moment
            )
        };
        failed.extend(mended.with_context(name).err());
    }
    assert!(failed.is_empty(), "of {requests:#?}:\n{failed:#?}");
    Ok(())
}

/// Of what is written, in turn before it is done and before its answer comes; both of each in the whole play.
fn moments(at: usize, request: &str) -> Vec<Case> {
    let is_whole = env::var("QUELL_KILLED").is_ok_and(|extent| extent == "whole");
    let telling = Moment::telling(request)
        .iter()
        .filter(|moment| **moment != Moment::AfterTheAnswer);
    let telling: Vec<_> = telling.map(|moment| Case { at, moment: *moment }).collect();
    match telling.as_slice() {
        [before, after] if !is_whole => vec![if at.is_multiple_of(2) { *before } else { *after }],
        _ => telling,
    }
}

/// The requests of an invocation that nothing disturbs.
async fn undisturbed(attacks: &[Attack]) -> anyhow::Result<Vec<String>> {
    let function = Function::start(&wanted(attacks)).await?;
    function.invoke(&tick()).await?;
    let begin = function.aws.count();
    let answer = function.invoke(&event(&function, &attacks[0])).await?;
    ensure!(
        answer["batchItemFailures"] == Value::Array(Vec::new()),
        "{answer}\n{}",
        function.log()
    );
    ensure!(function.denied()? == DENIED, "{:?}", function.new_entries()?);
    Ok(function
        .aws
        .passed(begin)
        .iter()
        .map(|passed| passed.request.to_string())
        .collect())
}

/// The queue delivers the message until it is done, the schedule ticks until nothing is left to do; then all is there once. When the holds end all of it goes.
async fn mended(function: &Function, attack: &Attack) -> anyhow::Result<()> {
    settled(function, &event(function, attack), &DENIED).await?;
    let holds = function.holds().await?;
    let offences: Vec<_> = holds.iter().map(|hold| hold.offences).collect();
    ensure!(offences == [1, 1], "the holds count {offences:?} offences");
    // A duplicate that is late.
    let again = function.invoke(&event(function, attack)).await?;
    ensure!(again["batchItemFailures"] == Value::Array(Vec::new()), "{again}");

    let ids: Vec<_> = holds.iter().map(|hold| hold.id).collect();
    function
        .journal()
        .end(&ids, EndReason::Released, jiff::Timestamp::now())
        .await?;
    settled(function, &tick(), &[]).await
}

/// Invokes the function with the event, and ticks, until the journal says that nothing is left to do and exactly these prefixes are denied.
async fn settled(function: &Function, event: &Value, denied: &[&str]) -> anyhow::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        function.invoke(event).await?;
        function.invoke(&tick()).await?;
        let found = (function.unfinished().await?, function.denied()?);
        if found.0.is_empty() && found.1 == denied {
            return Ok(());
        }
        ensure!(
            Instant::now() < deadline,
            "it does not come to {denied:?}: {found:?}\n{}",
            function.log()
        );
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}
