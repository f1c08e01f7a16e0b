//! Ends at the second, by a delay queue at moto.

use std::time::Instant;

use anyhow::{Context, ensure};
use jiff::{RoundMode, SignedDuration, Timestamp, TimestampRound, Unit};
use quell::{door::message, ends::LONGEST};
use quell_tests::{attack::Attack, python, queue::Queue, stage::PATIENCE, world::World};
use serde_json::json;

use crate::{
    event::of_queue,
    function::{Function, Wanted},
};

// A script blocks its thread, and the proxy needs one.
#[tokio::test(flavor = "multi_thread")]
async fn a_hold_ends_when_word_of_it_comes_back_out_of_the_delay_queue_and_no_tick_is_needed() -> anyhow::Result<()> {
    let world = World::shared()?;
    let environment = world.moto.environment();
    let name = format!("quell-ends-{}", std::process::id());
    let queue = python::run("ends_queue.py", &["make", &name], &environment)?;
    let attacks = [Attack::new(1, &[("203.0.113.7", 500)])];
    let function = Function::start(&Wanted {
        settings: "block-seconds = 8",
        tables: &format!("[ends]\nqueue = '{}'", queue.trim()),
        attacks: &attacks,
        ..Wanted::default()
    })
    .await?;
    let examined = function.quell.run(&["doctor"])?;
    ensure!(
        examined.stdout.contains(&format!("{} is there", queue.trim())),
        "{examined:?}"
    );
    let event = of_queue(&[("m-1".to_owned(), function.on_web(&attacks[0]))]);
    let answer = function.invoke(&event).await?;
    ensure!(
        answer == json!({ "batchItemFailures": [] }),
        "{answer}\n{}",
        function.log()
    );
    let until = function.holds().await?.first().and_then(|hold| hold.until);

    let deadline = Instant::now() + PATIENCE;
    loop {
        let messages = python::run("ends_queue.py", &["receive", queue.trim()], &environment)?;
        let messages: Vec<(String, String)> = serde_json::from_str(&messages)?;
        for message in messages {
            ensure!(
                until.is_some_and(|until| until <= Timestamp::now()),
                "{message:?} comes before {until:?}"
            );
            let answer = function.invoke(&of_queue(&[message])).await?;
            ensure!(
                answer == json!({ "batchItemFailures": [] }),
                "{answer}\n{}",
                function.log()
            );
        }
        if function.holds().await?.is_empty() {
            break;
        }
        ensure!(
            Instant::now() < deadline,
            "no word of it comes back:\n{}",
            function.log()
        );
    }
    assert!(function.denied()?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_delay_queue_that_is_not_there_keeps_no_alert_from_being_done() -> anyhow::Result<()> {
    let attacks = [Attack::new(1, &[("203.0.113.7", 500)])];
    let function = Function::start(&Wanted {
        tables: "[ends]\nqueue = 'https://sqs.eu-west-1.amazonaws.com/123456789012/quell-nowhere'",
        attacks: &attacks,
        ..Wanted::default()
    })
    .await?;
    let event = of_queue(&[("m-1".to_owned(), function.on_web(&attacks[0]))]);
    let answer = function.invoke(&event).await?;
    ensure!(
        answer == json!({ "batchItemFailures": [] }),
        "{answer}\n{}",
        function.log()
    );
    assert_eq!(function.denied()?, ["203.0.113.7/32"]);
    let log = function.log();
    assert!(log.contains("could not be sent to the delay queue"), "{log}");
    Ok(())
}

/// The messages that the function sent after the first so many requests, each with its delay in seconds. What was sent once more because the queue was slow is there once.
fn sent(function: &Function, after: usize) -> Vec<(String, i64)> {
    let passed = function.aws.passed(after).into_iter();
    let sent = passed.filter(|passed| passed.request.action == "SendMessage");
    let mut sent: Vec<_> = sent
        .filter_map(|sent| sent.request.message.zip(sent.request.delay))
        .collect();
    sent.dedup();
    sent
}

#[tokio::test]
async fn word_of_an_end_that_is_far_away_is_sent_once_more_with_the_longest_delay_and_ends_nothing()
-> anyhow::Result<()> {
    let world = World::shared()?;
    let queue = Queue::new(&world.moto).await?;
    let attacks = [Attack::new(1, &[("203.0.113.7", 500)])];
    let function = Function::start(&Wanted {
        settings: "block-seconds = 3600\njitter-percent = 0",
        tables: &format!("[ends]\nqueue = '{}'", queue.url),
        attacks: &attacks,
        ..Wanted::default()
    })
    .await?;
    let begin = function.aws.count();
    let event = of_queue(&[("m-1".to_owned(), function.on_web(&attacks[0]))]);
    let answer = function.invoke(&event).await?;
    ensure!(
        answer == json!({ "batchItemFailures": [] }),
        "{answer}\n{}",
        function.log()
    );
    let before = (function.holds().await?, function.new_entries()?);
    let until = before.0.first().and_then(|hold| hold.until);
    let until = until.context("the hold ends by itself")?;
    let whole = TimestampRound::new().smallest(Unit::Second).mode(RoundMode::Ceil);
    let word = (message::end(until.round(whole)?), LONGEST.as_secs());
    assert_eq!(sent(&function, begin), std::slice::from_ref(&word));
    let kept = queue.delayed().await?;
    assert!(kept > 0, "{}", function.log());

    // A quarter of an hour later the queue brings it. And somebody brings word of an end that no hold has, which goes nowhere from here.
    let (begin, writes) = (function.aws.count(), function.aws.writes(0));
    let strange = message::end(until - SignedDuration::from_mins(30));
    for (id, body) in [("m-2", &word.0), ("m-3", &strange)] {
        let answer = function.invoke(&of_queue(&[(id.to_owned(), body.clone())])).await?;
        ensure!(
            answer == json!({ "batchItemFailures": [] }),
            "{answer}\n{}",
            function.log()
        );
    }
    assert_eq!(sent(&function, begin), [word]);
    assert!(queue.delayed().await? > kept, "{}", function.log());
    assert_eq!(queue.count().await?, 0);
    assert_eq!((function.holds().await?, function.new_entries()?), before);
    assert_eq!(function.aws.writes(0), writes);
    Ok(())
}
