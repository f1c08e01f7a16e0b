//! What a function tells detectors of what it did: afterwards, by the schedule if the detector fails, and never in the way. moto does not know what is asked of Security Hub, so that a
//! strict server of our own takes it.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use quell::simulated_stealthwatch::Fault;
use quell_tests::{
    attack::Attack,
    moto::{ACCOUNT, REGION},
    proxy::{Kind, Trouble, Whom},
    recorded,
    security_hub::StrictSecurityHub,
    stage::PATIENCE,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{
    event::{of_queue, tick},
    function::{Function, Wanted},
    schedule::ticked_until,
};

/// The finding's id, as the recorded one has it in this account.
const FINDING: &str = "arn:aws:guardduty:eu-west-1:123456789012:detector/0123456789abcdef0123456789abcdef/finding/2ac9d1f06f6a4b58a7b1c52dd0e3f671";

/// Security Hub gets a note and a status.
const SECURITY_HUB: &str = r#"
    [[plugin]]
    name = "guardduty-block"
    route = [{ detector = "security-hub" }]
    [feedback]
    timeout = "2s"
    [feedback.security-hub]
    workflow = "RESOLVED"
"#;

/// Where the function finds Security Hub.
fn at(endpoint: String) -> [(&'static str, String); 1] {
    [("AWS_ENDPOINT_URL_SECURITYHUB", endpoint)]
}

async fn telling_security_hub(endpoint: String) -> anyhow::Result<Function> {
    Function::start(&Wanted {
        tables: SECURITY_HUB,
        environment: &at(endpoint),
        ..Wanted::default()
    })
    .await
}

/// A finding about the web server, in a message of a queue.
fn finding(function: &Function) -> Value {
    let told = recorded::told_of(recorded::FINDING, ACCOUNT, REGION, &function.scene);
    of_queue(&[("m-1".to_owned(), told)])
}

fn is_done(answer: &Value, function: &Function) -> anyhow::Result<()> {
    ensure!(
        *answer == json!({ "batchItemFailures": [] }),
        "{answer}\n{}",
        function.log()
    );
    Ok(())
}

#[tokio::test]
async fn security_hub_gets_its_note_when_the_entry_is_written_and_once() -> anyhow::Result<()> {
    let hub = StrictSecurityHub::start([FINDING]).await?;
    let function = telling_security_hub(hub.endpoint()).await?;
    // What is told before it is done would be there before the answer to the write is.
    function
        .aws
        .set(Trouble::new(Kind::Late(Duration::from_secs(1)), Whom::Writes));
    let event = finding(&function);
    let told_early = async {
        let begun = Instant::now();
        while function.aws.writes(0) == 0 {
            ensure!(begun.elapsed() < PATIENCE, "nothing is written:\n{}", function.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(hub.changes().len())
    };
    let (answer, told_early) = tokio::join!(function.invoke(&event), told_early);
    is_done(&answer?, &function)?;
    assert_eq!(told_early?, 0);
    assert_eq!(function.denied()?, ["203.0.113.7/32"]);

    let [change] = hub
        .changes()
        .try_into()
        .map_err(|changes: Vec<Value>| anyhow::anyhow!("{changes:?}"))?;
    assert_eq!(change["FindingIdentifiers"][0]["Id"], FINDING);
    assert_eq!(change["Workflow"]["Status"], "RESOLVED");
    let note = change["Note"]["Text"].as_str().context("there is a note")?;
    assert!(note.contains("203.0.113.7/32 ingress denied at"), "{note}");
    assert_eq!(hub.regions(), [REGION]);
    function.invoke(&event).await?;
    function.invoke(&tick()).await?;
    assert_eq!(hub.changes().len(), 1);
    Ok(())
}

#[tokio::test]
async fn where_security_hub_fails_the_alert_is_done_all_the_same_and_the_schedule_tells_it_later() -> anyhow::Result<()>
{
    let hub = StrictSecurityHub::start([FINDING]).await?;
    let function = telling_security_hub(hub.endpoint()).await?;
    hub.fails_with(503);
    is_done(&function.invoke(&finding(&function)).await?, &function)?;
    assert_eq!(function.denied()?, ["203.0.113.7/32"]);
    assert_eq!(function.unfinished().await?, "");
    ensure!(!hub.regions().is_empty(), "it was not asked:\n{}", function.log());
    hub.works();
    ticked_until(&function, &tick(), async || Ok(!hub.changes().is_empty())).await?;
    function.invoke(&tick()).await?;
    assert_eq!(hub.changes().len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_security_hub_that_never_answers_keeps_no_alert_and_no_tick_from_being_done() -> anyhow::Result<()> {
    // Connections are taken, and nobody reads what is asked.
    let silent = TcpListener::bind(("127.0.0.1", 0)).await?;
    let function = telling_security_hub(format!("http://{}", silent.local_addr()?)).await?;
    is_done(&function.invoke(&finding(&function)).await?, &function)?;
    assert_eq!(function.denied()?, ["203.0.113.7/32"]);
    let ticked = function.invoke(&tick()).await?;
    assert_eq!(ticked["ticked"]["complete"], true, "{ticked}\n{}", function.log());
    let log = function.log();
    assert!(log.contains("the detector could not be told what was done"), "{log}");
    Ok(())
}

#[tokio::test]
async fn stealthwatch_cloud_gets_its_comment_by_the_schedule_if_it_fails_when_the_alert_is_done() -> anyhow::Result<()>
{
    let attacks = [Attack::new(1, &[("203.0.113.7", 500)])];
    let function = Function::start(&Wanted {
        attacks: &attacks,
        tables: "[feedback.stealthwatch-cloud]\nclose = true",
        ..Wanted::default()
    })
    .await?;
    let api = &function.stealthwatch;
    // The same API is asked for the observations first, so that it may fail only when the entry is written.
    function
        .aws
        .set(Trouble::new(Kind::Late(Duration::from_millis(500)), Whom::Writes));
    let fails_later = async {
        let begun = Instant::now();
        while function.aws.writes(0) == 0 {
            ensure!(begun.elapsed() < PATIENCE, "nothing is written:\n{}", function.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        api.set_fault(Fault::Echo(500));
        Ok(())
    };
    let event = of_queue(&[("m-1".to_owned(), function.on_web(&attacks[0]))]);
    let (answer, fails) = tokio::join!(function.invoke(&event), fails_later);
    fails?;
    is_done(&answer?, &function)?;
    assert_eq!(function.denied()?, ["203.0.113.7/32"]);
    let alert = || api.alert("1").context("the API has the alert");
    assert_eq!((alert()?.comments.len(), alert()?.resolved), (0, false));

    api.clear_fault();
    ticked_until(&function, &tick(), async || Ok(alert()?.resolved)).await?;
    function.invoke(&tick()).await?;
    let comments = alert()?.comments;
    assert_eq!(comments.len(), 1, "{comments:?}");
    assert!(comments[0].contains("203.0.113.7/32 ingress denied at"), "{comments:?}");
    Ok(())
}
