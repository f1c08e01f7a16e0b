//! The real bootstrap under AWS's Lambda Runtime Interface Emulator, against moto's EC2 over HTTP, looked at with boto3.

use std::collections::BTreeMap;

use anyhow::ensure;
use quell::simulated_stealthwatch::SimulatedStealthwatch;
use quell_tests::{
    emulator::Emulator,
    moto::{ACCOUNT, Moto, REGION},
    recorded::{self, changed},
    scene::Scene,
    seen::SeenEntry,
    stage::aws_tables,
};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A function, and everything around it.
struct Function {
    moto: Moto,
    scene: Scene,
    emulator: Emulator,
    folder: TempDir,
    _stealthwatch: SimulatedStealthwatch,
}

impl Function {
    async fn start() -> anyhow::Result<Self> {
        let moto = Moto::start()?;
        let scene = Scene::build(&moto)?;
        let stealthwatch = SimulatedStealthwatch::start(recorded::observations()?).await?;
        let folder = tempfile::tempdir()?;
        let config = format!(
            r#"
            {}
            [stealthwatch-cloud]
            base-url = "{}"
            user = "{}"
            key-env = "QUELL_STEALTHWATCH_KEY"
            [journal]
            path = "journal.sqlite"
            [sandbox]
            cache = "cache"
            "#,
            aws_tables(""),
            stealthwatch.base_url(),
            SimulatedStealthwatch::USER,
        );
        let file = folder.path().join("quell.toml");
        std::fs::write(&file, config)?;
        let mut environment = moto.environment();
        environment.push(("QUELL_STEALTHWATCH_KEY", SimulatedStealthwatch::KEY.to_owned()));
        environment.push(("QUELL_CONFIG", file.display().to_string()));
        Ok(Self {
            emulator: Emulator::start(folder.path(), &environment)?,
            moto,
            scene,
            folder,
            _stealthwatch: stealthwatch,
        })
    }

    /// A recorded alert, about the web server of this account.
    fn about_web(&self, alert: &str) -> String {
        let web = &self.scene.web;
        let namespace = format!("awsv2:{ACCOUNT}:{REGION}:{}", self.scene.vpc);
        let info = json!({ "name": web.instance, "created": "2025-06-05T19:02:24Z", "namespace": namespace,
                           "ips": [web.private_address], "hostnames": [] });
        changed(
            alert,
            &[
                ("source_name", json!(web.instance)),
                ("source_info", info),
                ("ips_when_created", json!([web.private_address])),
            ],
        )
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("emulator.log")).unwrap_or_default()
    }
}

/// One SNS event with these messages, as Lambda gets it.
fn event(messages: &[(&str, String)]) -> Value {
    let record = |(id, message): &(&str, String)| {
        json!({
            "EventVersion": "1.0",
            "EventSource": "aws:sns",
            "EventSubscriptionArn": format!("arn:aws:sns:{REGION}:{ACCOUNT}:stealthwatch-cloud:0a1b"),
            "Sns": {
                "Type": "Notification",
                "MessageId": id,
                "TopicArn": format!("arn:aws:sns:{REGION}:{ACCOUNT}:stealthwatch-cloud"),
                "Subject": null,
                "Message": message,
                "Timestamp": "2026-01-14T22:41:08.000Z",
                "SignatureVersion": "1",
                "Signature": "EXAMPLE",
                "SigningCertUrl": "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0.pem",
                "UnsubscribeUrl": "https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe",
                "MessageAttributes": {}
            }
        })
    };
    json!({ "Records": messages.iter().map(record).collect::<Vec<_>>() })
}

fn new_entries(before: &[SeenEntry], after: Vec<SeenEntry>) -> BTreeMap<String, SeenEntry> {
    let new = after.into_iter().filter(|entry| !before.contains(entry));
    new.filter_map(|entry| Some((entry.cidr_block.clone().or(entry.ipv6_cidr_block.clone())?, entry)))
        .collect()
}

#[tokio::test]
async fn three_records_give_four_deny_entries_and_one_failure_and_the_same_event_again_changes_nothing()
-> anyhow::Result<()> {
    let function = Function::start().await?;
    let (moto, scene) = (&function.moto, &function.scene);
    let others = [&scene.database.acl, &scene.default_acl];
    let web_before = moto.seen_entries(&scene.web.acl)?;
    let mut others_before = Vec::new();
    for acl in others {
        others_before.push(moto.seen_entries(acl)?);
    }

    let attack = (
        "11111111-aaaa-5bbb-8ccc-000000000001",
        function.about_web(recorded::ATTACK),
    );
    let test = (
        "11111111-aaaa-5bbb-8ccc-000000000002",
        function.about_web(recorded::TEST),
    );
    let broken = (
        "11111111-aaaa-5bbb-8ccc-000000000003",
        recorded::ATTACK[..300].to_owned(),
    );
    let event = event(&[attack, test, broken]);
    let answer = function.emulator.invoke(&event).await?;

    assert_eq!(answer["errorType"], "RecordsFailed", "{answer}\n{}", function.log());
    let message = answer["errorMessage"].as_str().unwrap_or_default();
    assert!(
        message.starts_with("1 of 3 records failed, the others are done: "),
        "{message}"
    );
    assert!(
        message.contains("sns-11111111-aaaa-5bbb-8ccc-000000000003"),
        "{message}"
    );

    let web_after = moto.seen_entries(&scene.web.acl)?;
    let new = new_entries(&web_before, web_after.clone());
    let prefixes: Vec<_> = new.keys().map(String::as_str).collect();
    assert_eq!(
        prefixes,
        [
            "192.0.2.99/32",
            "2001:db8:bad:cafe::66/128",
            "203.0.113.50/32",
            "203.0.113.7/32"
        ]
    );
    for entry in new.values() {
        ensure!(entry.rule_number < 100 && !entry.egress, "{entry:?}");
        assert_eq!((entry.rule_action.as_str(), entry.protocol.as_str()), ("deny", "-1"));
    }
    assert_eq!(web_after.len(), web_before.len() + 4);
    for (acl, before) in others.into_iter().zip(&others_before) {
        assert_eq!(moto.seen_entries(acl)?, *before);
    }

    let again = function.emulator.invoke(&event).await?;
    assert_eq!(again["errorType"], "RecordsFailed", "{again}");
    assert_eq!(moto.seen_entries(&scene.web.acl)?, web_after);

    let log = function.log();
    assert!(!log.contains(SimulatedStealthwatch::KEY), "the key is in the log");
    assert!(log.contains("4 deny entries written"), "{log}");
    assert!(log.contains("does not last"), "the journal's short life is said: {log}");
    Ok(())
}

#[tokio::test]
async fn an_event_without_failures_is_answered_record_by_record() -> anyhow::Result<()> {
    let function = Function::start().await?;
    let message = function.about_web(recorded::TEST);
    let answer = function
        .emulator
        .invoke(&event(&[("11111111-aaaa-5bbb-8ccc-000000000004", message)]))
        .await?;
    assert_eq!(
        answer["records"][0]["outcome"],
        "nothing",
        "{answer}\n{}",
        function.log()
    );
    assert_eq!(answer["records"][0]["failed"], false);
    Ok(())
}

#[tokio::test]
async fn an_event_that_is_not_of_sns_is_a_clear_error_and_the_function_lives_on() -> anyhow::Result<()> {
    let function = Function::start().await?;
    let mut told = Vec::new();
    for event in [
        json!({}),
        json!({ "Records": [] }),
        json!({ "Records": [{ "EventSource": "aws:s3", "s3": {} }] }),
    ] {
        let answer = function.emulator.invoke(&event).await?;
        told.push(format!("{}: {}", answer["errorType"], answer["errorMessage"]));
    }
    insta::assert_snapshot!(told.join("\n"), @r#"
    "UnreadableEvent": "the event is not that of an SNS trigger: it must be a JSON object with a list `Records`; subscribe the function to the SNS topic, or look at who invokes it: missing field `Records` at line 1 column 2"
    "UnreadableEvent": "the event's list `Records` is empty: nothing was delivered; look at who invokes the function"
    "RecordsFailed": "1 of 1 record failed: record 0 of the event can't be read: it is from `aws:s3`, not from `aws:sns`; connect the function to the SNS topic only"
    "#);
    let message = function.about_web(recorded::ATTACK);
    let answer = function
        .emulator
        .invoke(&event(&[("11111111-aaaa-5bbb-8ccc-000000000005", message)]))
        .await?;
    assert_eq!(answer["records"][0]["outcome"], "acted", "{answer}");
    Ok(())
}
