//! Alerts of a queue.

use anyhow::{Context, ensure};
use quell::hold::{DeliveryId, DeliveryState, Journal};
use quell_tests::{attack::Attack, queue::Queue};
use serde_json::{Value, json};

use crate::{
    event::{in_sns, of_queue},
    function::{Function, Wanted},
    relay::{publish, relay},
};

/// Attacks by one address each, `192.0.2.101` and so on.
fn attacks(count: u32) -> Vec<Attack> {
    let attack = |number: u32| Attack::new(number, &[(format!("192.0.2.{}", 100 + number).as_str(), 500)]);
    (1..=count).map(attack).collect()
}

fn prefixes(numbers: impl IntoIterator<Item = u32>) -> Vec<String> {
    let mut prefixes: Vec<_> = numbers
        .into_iter()
        .map(|number| format!("192.0.2.{}/32", 100 + number))
        .collect();
    prefixes.sort();
    prefixes
}

fn failures(answer: &Value) -> Vec<&str> {
    let failures = answer["batchItemFailures"].as_array().into_iter().flatten();
    failures
        .filter_map(|failure| failure["itemIdentifier"].as_str())
        .collect()
}

#[tokio::test]
async fn a_poisoned_message_among_ten_fails_alone_and_the_nine_are_done_once() -> anyhow::Result<()> {
    let attacks = attacks(9);
    let function = Function::start(&Wanted {
        attacks: &attacks,
        ..Wanted::default()
    })
    .await?;
    // As SNS writes them, and raw.
    let mut bodies: Vec<_> = attacks
        .iter()
        .map(|attack| {
            let (id, alert) = (format!("m-{}", attack.id), function.on_web(attack));
            let body = match attack.id % 2 {
                0 => in_sns(&format!("sns-{}", attack.id), &alert),
                _ => alert,
            };
            (id, body)
        })
        .collect();
    bodies.insert(4, ("m-poison".to_owned(), "{\"id\": \"no alert\"".to_owned()));
    let answer = function.invoke(&of_queue(&bodies)).await?;
    ensure!(failures(&answer) == ["m-poison"], "{answer}\n{}", function.log());
    assert_eq!(function.denied()?, prefixes(1..=9));

    // Its reason is in the journal and in the log.
    let id = DeliveryId::given("sqs", "m-poison");
    let poison = function.journal().delivery(&id).await?;
    let poison = poison.filter(|delivery| delivery.state == DeliveryState::Failed);
    let report = poison.map(|delivery| delivery.report).unwrap_or_default();
    assert!(report.contains("is not JSON"), "{report}");
    assert!(
        function.log().contains("delivery sqs-m-poison can't be read"),
        "{}",
        function.log()
    );

    // The queue delivers it again, and by mistake the others as well, in another order.
    bodies.reverse();
    let (entries, offences) = (function.new_entries()?, offences(&function).await?);
    let again = function.invoke(&of_queue(&bodies)).await?;
    assert_eq!(failures(&again), ["m-poison"], "{again}");
    assert_eq!(function.new_entries()?, entries);
    assert_eq!(self::offences(&function).await?, offences);
    Ok(())
}

async fn offences(function: &Function) -> anyhow::Result<Vec<u32>> {
    Ok(function.holds().await?.iter().map(|hold| hold.offences).collect())
}

#[tokio::test]
async fn an_alert_that_fails_for_a_passing_reason_is_delivered_again_and_then_done() -> anyhow::Result<()> {
    use quell_tests::proxy::{Kind, Trouble, Whom};

    let attacks = attacks(1);
    let function = Function::start(&Wanted {
        attacks: &attacks,
        ..Wanted::default()
    })
    .await?;
    let event = of_queue(&[("m-1".to_owned(), function.on_web(&attacks[0]))]);
    function.aws.set(Trouble::new(Kind::Throttled, Whom::Ec2));
    let answer = function.invoke(&event).await?;
    assert_eq!(failures(&answer), ["m-1"], "{answer}");
    assert!(function.unfinished().await?.contains("sqs-m-1 waits"));

    function.aws.calm();
    let answer = function.invoke(&event).await?;
    ensure!(
        answer == json!({ "batchItemFailures": [] }),
        "{answer}\n{}",
        function.log()
    );
    assert_eq!(function.denied()?, prefixes([1]));
    assert_eq!(function.unfinished().await?, "");
    Ok(())
}

// A script blocks its thread, and the proxy needs one.
#[tokio::test(flavor = "multi_thread")]
async fn a_poisoned_message_among_ten_goes_to_the_dead_letters_and_its_reason_is_found_by_its_id() -> anyhow::Result<()>
{
    let attacks = attacks(9);
    let function = Function::start(&Wanted {
        attacks: &attacks,
        ..Wanted::default()
    })
    .await?;
    let dead = Queue::new(&function.world.moto).await?;
    let queue = Queue::with_dead_letters(&function.world.moto, &dead, 3).await?;
    let mut messages: Vec<_> = attacks.iter().map(|attack| function.on_web(attack)).collect();
    messages.insert(4, "{\"id\": \"no alert\"".to_owned());
    publish(&function, &queue, &messages).await?;
    assert_eq!(relay(&function, &queue).await?, 10);
    let entries = function.new_entries()?;
    assert_eq!(entries.len(), 9, "{entries:?}");
    while queue.count().await? > 0 {
        relay(&function, &queue).await?;
    }
    assert_eq!(function.new_entries()?, entries);

    let letters = dead.receive().await?;
    let bodies: Vec<_> = letters.iter().filter_map(|letter| letter.body.as_deref()).collect();
    let [body] = bodies.as_slice() else {
        anyhow::bail!("one dead letter: {bodies:?}");
    };
    let letter: Value = serde_json::from_str(body)?;
    assert_eq!(letter["Message"], messages[4].as_str());
    let id = DeliveryId::given("sns", letter["MessageId"].as_str().unwrap_or_default());
    let kept = function.journal().delivery(&id).await?.context("the journal has it")?;
    assert!(kept.report.contains("is not JSON"), "{}", kept.report);
    Ok(())
}
