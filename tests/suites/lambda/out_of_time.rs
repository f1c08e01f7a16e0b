//! Invocations whose time does not suffice.

use std::time::{Duration, Instant};

use anyhow::ensure;
use quell_tests::{
    attack::Attack,
    proxy::{Kind, Trouble, Whom},
    stage::{PATIENCE, TOKEN},
};
use serde_json::json;

use crate::{
    event::{of_function_url, of_queue, tick},
    function::{Function, Wanted},
};

#[tokio::test]
async fn what_does_not_fit_into_an_invocation_is_answered_in_time_and_goes_on_with_the_next_tick() -> anyhow::Result<()>
{
    let offenders: Vec<_> = (1..=8).map(|number| (format!("203.0.113.{number}"), 500)).collect();
    let offenders: Vec<_> = offenders
        .iter()
        .map(|(address, failed)| (address.as_str(), *failed))
        .collect();
    let attacks = [Attack::new(1, &offenders)];
    let function = Function::start(&Wanted {
        attacks: &attacks,
        timeout: Some(8),
        ..Wanted::default()
    })
    .await?;
    function.invoke(&tick()).await?;
    // Eight writes of two seconds each can't be done in eight seconds.
    function
        .aws
        .set(Trouble::new(Kind::Late(Duration::from_secs(2)), Whom::Writes));
    let event = of_queue(&[("m-1".to_owned(), function.on_web(&attacks[0]))]);
    let answer = function.invoke(&event).await?;
    ensure!(
        answer == json!({ "batchItemFailures": [{ "itemIdentifier": "m-1" }] }),
        "{answer}\n{}",
        function.log()
    );
    let written = function.denied()?.len();
    assert!((1..8).contains(&written), "{written}");
    // Between two writes or, on a busy machine, in the middle of one.
    let log = function.log();
    assert!(log.contains("no time is left") || log.contains("time is up"), "{log}");
    // What was begun is done and in the journal, so that another function could go on at once.
    assert_eq!(function.holds().await?.len(), 8);

    function.aws.calm();
    let deadline = Instant::now() + PATIENCE;
    while !function.unfinished().await?.is_empty() {
        function.invoke(&tick()).await?;
        ensure!(Instant::now() < deadline, "it does not go on:\n{}", function.log());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(function.denied()?.len(), 8);
    assert!(function.holds().await?.iter().all(|hold| hold.offences == 1));
    Ok(())
}

#[tokio::test]
async fn a_web_request_that_takes_too_long_is_answered_before_lambda_ends_the_function() -> anyhow::Result<()> {
    let function = Function::start(&Wanted {
        timeout: Some(8),
        ..Wanted::default()
    })
    .await?;
    function.invoke(&tick()).await?;
    // The door alone would let it take ten seconds.
    function.aws.set(Trouble::new(
        Kind::Late(Duration::from_secs(30)),
        Whom::Service("dynamodb"),
    ));
    let event = of_function_url("GET", "/holds", Some(TOKEN), "");
    let answer = function.invoke(&event).await?;
    ensure!(answer["statusCode"] == 504, "{answer}\n{}", function.log());
    Ok(())
}
