//! Alerts that SNS and EventBridge deliver by themselves.

use anyhow::ensure;
use quell::simulated_stealthwatch::SimulatedStealthwatch;
use quell_tests::{
    attack::about,
    moto::{ACCOUNT, REGION},
    recorded::{self, changed},
};
use serde_json::{Value, json};

use crate::{
    event::of_sns,
    function::{Function, Wanted},
};

/// A recorded alert, about the web server of this account.
fn about_web(function: &Function, alert: &str) -> String {
    changed(alert, &about(&function.scene.vpc, &function.scene.web))
}

#[tokio::test]
async fn three_records_give_four_deny_entries_and_one_failure_and_the_same_event_again_changes_nothing()
-> anyhow::Result<()> {
    let wanted = Wanted {
        in_a_file: true,
        ..Wanted::default()
    };
    let function = Function::start(&wanted).await?;
    let (moto, scene) = (&function.world.moto, &function.scene);
    let others = [&scene.database.acl, &scene.default_acl];
    let mut others_before = Vec::new();
    for acl in others {
        others_before.push(moto.seen_entries(acl)?);
    }

    let event = of_sns(&[
        (
            "11111111-aaaa-5bbb-8ccc-000000000001",
            about_web(&function, recorded::ATTACK),
        ),
        (
            "11111111-aaaa-5bbb-8ccc-000000000002",
            about_web(&function, recorded::TEST),
        ),
        (
            "11111111-aaaa-5bbb-8ccc-000000000003",
            recorded::ATTACK[..300].to_owned(),
        ),
    ]);
    let answer = function.invoke(&event).await?;

    ensure!(answer["errorType"] == "RecordsFailed", "{answer}\n{}", function.log());
    let message = answer["errorMessage"].as_str().unwrap_or_default();
    assert!(
        message.starts_with("1 of 3 records failed, the others are done: "),
        "{message}"
    );
    assert!(
        message.contains("sns-11111111-aaaa-5bbb-8ccc-000000000003"),
        "{message}"
    );

    let after = function.new_entries()?;
    assert_eq!(
        function.denied()?,
        [
            "192.0.2.99/32",
            "2001:db8:bad:cafe::66/128",
            "203.0.113.50/32",
            "203.0.113.7/32"
        ]
    );
    for line in &after {
        ensure!(line.contains(" deny ") && line.ends_with(" ingress"), "{line}");
    }
    for (acl, before) in others.into_iter().zip(&others_before) {
        assert_eq!(moto.seen_entries(acl)?, *before);
    }

    let again = function.invoke(&event).await?;
    assert_eq!(again["errorType"], "RecordsFailed", "{again}");
    assert_eq!(function.new_entries()?, after);

    let log = function.log();
    assert!(!log.contains(SimulatedStealthwatch::KEY), "the key is in the log");
    assert!(log.contains("4 deny entries written"), "{log}");
    assert!(log.contains("does not last"), "the journal's short life is said: {log}");
    Ok(())
}

#[tokio::test]
async fn an_event_without_failures_is_answered_record_by_record() -> anyhow::Result<()> {
    let function = Function::start(&Wanted::default()).await?;
    let message = about_web(&function, recorded::TEST);
    let answer = function
        .invoke(&of_sns(&[("11111111-aaaa-5bbb-8ccc-000000000004", message)]))
        .await?;
    ensure!(
        answer["records"][0]["outcome"] == "nothing",
        "{answer}\n{}",
        function.log()
    );
    assert_eq!(answer["records"][0]["failed"], false);
    Ok(())
}

#[tokio::test]
async fn an_event_of_another_kind_is_a_clear_error_and_the_function_lives_on() -> anyhow::Result<()> {
    let function = Function::start(&Wanted::default()).await?;
    let mut told = Vec::new();
    for event in [
        json!({}),
        json!({ "Records": [] }),
        json!({ "Records": [{ "EventSource": "aws:s3", "s3": {} }] }),
        json!({ "hello": "world" }),
    ] {
        let answer = function.invoke(&event).await?;
        told.push(format!("{}: {}", answer["errorType"], answer["errorMessage"]));
    }
    insta::assert_snapshot!(told.join("\n"), @r#"
    "UnreadableEvent": "the event is of no kind that Quell knows: it is an object with nothing in it. Quell takes events of SNS and SQS (`Records`), of EventBridge (`detail-type`), of a schedule (`{\"quell\":\"tick\"}`), of a Function URL or API Gateway (`requestContext`), and commands (`quell`)"
    "UnreadableEvent": "the event's list `Records` is empty: nothing was delivered; look at who invokes the function"
    "UnreadableEvent": "the event's records are from `aws:s3`; Quell takes those of `aws:sns` and `aws:sqs`: take that trigger away from the function"
    "UnreadableEvent": "the event is of no kind that Quell knows: it is an object with `hello`. Quell takes events of SNS and SQS (`Records`), of EventBridge (`detail-type`), of a schedule (`{\"quell\":\"tick\"}`), of a Function URL or API Gateway (`requestContext`), and commands (`quell`)"
    "#);
    let message = about_web(&function, recorded::ATTACK);
    let answer = function
        .invoke(&of_sns(&[("11111111-aaaa-5bbb-8ccc-000000000005", message)]))
        .await?;
    assert_eq!(answer["records"][0]["outcome"], "acted", "{answer}");
    Ok(())
}

/// A recorded finding as a rule of EventBridge sends it, on the scene's web server.
fn finding(function: &Function, event_id: &str) -> anyhow::Result<Value> {
    let web = &function.scene.web;
    let mut event: Value =
        serde_json::from_str(include_str!("../../../examples/alerts/guardduty-ssh-brute-force.json"))?;
    event["id"] = event_id.into();
    event["account"] = ACCOUNT.into();
    let detail = &mut event["detail"];
    detail["accountId"] = ACCOUNT.into();
    detail["region"] = REGION.into();
    let instance = &mut detail["resource"]["instanceDetails"];
    instance["instanceId"] = web.instance.as_str().into();
    for interface in instance["networkInterfaces"].as_array_mut().into_iter().flatten() {
        interface["vpcId"] = function.scene.vpc.as_str().into();
        interface["subnetId"] = web.subnet.as_str().into();
        interface["privateIpAddress"] = web.private_address.to_string().into();
    }
    Ok(event)
}

#[tokio::test]
async fn a_finding_of_guardduty_by_eventbridge_is_blocked_once_however_often_the_event_comes() -> anyhow::Result<()> {
    let wanted = Wanted {
        tables: "[[plugin]]\nname = 'guardduty-block'\nroute = [{ detector = 'guardduty' }]",
        ..Wanted::default()
    };
    let function = Function::start(&wanted).await?;
    let event = finding(&function, "c8c4daa7-a20c-2f03-0070-b7393dd542ad")?;
    let answer = function.invoke(&event).await?;
    ensure!(
        answer["records"][0]["outcome"] == "acted",
        "{answer}\n{}",
        function.log()
    );
    let after = function.new_entries()?;
    assert!(!after.is_empty());

    // EventBridge delivers at least once.
    let again = function.invoke(&event).await?;
    assert_eq!(again["records"][0]["outcome"], "seen-before", "{again}");
    // GuardDuty tells of what goes on in another event.
    let later = function
        .invoke(&finding(&function, "d8c4daa7-a20c-2f03-0070-b7393dd542ad")?)
        .await?;
    assert_eq!(later["records"][0]["failed"], false, "{later}");
    assert_eq!(function.new_entries()?, after);
    let holds = function.holds().await?;
    assert!(holds.iter().all(|hold| hold.offences == 2), "{holds:?}");
    Ok(())
}
