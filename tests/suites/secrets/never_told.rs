//! Secrets are never told: not in a log, a recording, the journal or an answer, whatever goes wrong.

use std::{fs, path::Path, time::Duration};

use aws_lc_rs::hmac;
use jiff::{SignedDuration, Timestamp};
use quell::{
    hold::approval::{Act, LinkKey, LinkToken},
    simulated_stealthwatch::{Fault, SimulatedStealthwatch},
};
use quell_tests::{
    emulator::Emulator,
    moto::Moto,
    proxy::{Kind, Trouble, Whom},
    stage::{PATIENCE, Stage},
    table::scanned,
};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use crate::kept::Kept;

const KEY: &str = "swckey-5f1e9a0c77";
const ROTATED_KEY: &str = "swckey-b2d4e6f801";
const TOKEN: &str = quell_tests::stage::TOKEN;
const ROTATED_TOKEN: &str = "doortoken-c41d90aa3e";
const REDACTION_KEY: &str = "redactionkey-77aa01bc55";
const ACCESS_KEY: &str = "awssecretkey-0b1c2d3e4f";
const SESSION: &str = "awssession-9f8e7d6c5b";
const WEBHOOK_KEY: &str = "webhookkey-3a4b5c6d7e";
const NEXT_WEBHOOK_KEY: &str = "nextwebhookkey-8f9e0d1c2b";
const LINK_KEY: &str = "linkkey-0f1e2d3c4b5a69788796a5b4c3d2e1f0";
/// Of the first example of RFC 8410, what makes it this key and no other.
const CHECKPOINT_KEY: &str = "INTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC";

/// All that must be found nowhere.
const SECRETS: [&str; 11] = [
    KEY,
    ROTATED_KEY,
    TOKEN,
    ROTATED_TOKEN,
    REDACTION_KEY,
    ACCESS_KEY,
    SESSION,
    WEBHOOK_KEY,
    NEXT_WEBHOOK_KEY,
    LINK_KEY,
    CHECKPOINT_KEY,
];

/// Where the last four of them are used.
const TABLES: &str = r#"
[[door.webhook]]
name = "sensor"
detector = "stealthwatch-cloud"
[door.webhook.hmac]
key-env = "WEBHOOK_KEY"
other-key-env = "NEXT_WEBHOOK_KEY"
[approval-links]
key-env = "LINK_KEY"
url = "https://quell.example.com"
[checkpoints]
file = "checkpoints.ndjson"
every = "1m"
key-env = "CHECKPOINT_KEY"
"#;

/// The secrets in some bytes.
fn told(bytes: &[u8]) -> Vec<&'static str> {
    let has = |needle: &str| bytes.windows(needle.len()).any(|window| window == needle.as_bytes());
    SECRETS.into_iter().filter(|secret| has(secret)).collect()
}

/// Looks at each file below a folder, but for those that the test itself put a secret into.
fn files_are_silent(folder: &Path, but_for: &[&str]) -> usize {
    let mut looked = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if but_for.contains(&name.as_str()) || name == "bootstrap" {
            continue;
        }
        if path.is_dir() {
            looked += files_are_silent(&path, but_for);
        } else if let Ok(bytes) = fs::read(&path) {
            // What SQLite has beside a journal may be gone by now.
            assert_eq!(told(&bytes), [""; 0], "in {}", path.display());
            looked += 1;
        }
    }
    looked
}

fn environment() -> [(&'static str, String); 7] {
    let checkpoint_key =
        format!("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIE{CHECKPOINT_KEY}\n-----END PRIVATE KEY-----\n");
    [
        ("AWS_SECRET_ACCESS_KEY", ACCESS_KEY.to_owned()),
        ("AWS_SESSION_TOKEN", SESSION.to_owned()),
        ("WEBHOOK_KEY", WEBHOOK_KEY.to_owned()),
        ("NEXT_WEBHOOK_KEY", NEXT_WEBHOOK_KEY.to_owned()),
        ("LINK_KEY", LINK_KEY.to_owned()),
        ("CHECKPOINT_KEY", checkpoint_key),
        ("QUELL_LOG", "trace".to_owned()),
    ]
}

fn client() -> Client {
    Client::builder().no_proxy().build().unwrap()
}

/// Sends a request and gives the whole answer, the number of its status first.
async fn whole(request: RequestBuilder) -> String {
    let response = request.send().await.unwrap();
    let head = format!("{} {:?}", response.status().as_u16(), response.headers());
    format!("{head} {}", response.text().await.unwrap())
}

/// Posts whatever it is to the door and gives the whole answer.
async fn answer(stage: &Stage, path: &str, token: &str, body: String) -> String {
    whole(client().post(stage.url(path)).bearer_auth(token).body(body)).await
}

/// What a sender with this key writes into the headers of a request to the webhook.
fn signed(key: &str, body: &str) -> [(&'static str, String); 2] {
    let time = Timestamp::now().as_second().to_string();
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    let tag = hmac::sign(&key, format!("{time}.{body}").as_bytes());
    let signature = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    [("x-timestamp", time), ("x-signature", signature)]
}

/// The paths of two links, about a hold that is not there: one that is signed with the key, and one that somebody forged.
fn links() -> [String; 2] {
    let token = LinkToken {
        hold: "p0123456789".parse().unwrap(),
        act: Act::Approve,
        plan: "ab".repeat(32),
        until: Timestamp::now() + SignedDuration::from_hours(1),
        once: "00".repeat(16),
    };
    [LINK_KEY, "another-key-of-more-than-thirty-two-bytes"]
        .map(|key| format!("/approvals/{}", token.signed(&LinkKey::of(key.as_bytes()).unwrap())))
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_goes_wrong_no_secret_is_in_a_log_a_recording_the_journal_or_an_answer() {
    let recordings = "[recordings]\ndirectory = \"recordings\"\nlog = true\nredact = [\"account\", \"address\"]\nkey-file = \"redaction.key\"";
    let mut kept = Kept::with(KEY, TOKEN, &format!("{recordings}\n{TABLES}"))
        .await
        .unwrap();
    kept.stage.quell = kept.stage.quell.with_environment(environment());
    let stage = &kept.stage;
    fs::write(stage.quell.path("redaction.key"), REDACTION_KEY).unwrap();
    let attack = |id: u32| stage.recorded_attack().replace("\"id\":6125", &format!("\"id\":{id}"));
    let mut answers = Vec::new();
    let mut daemon = stage.quell.serve().unwrap();
    stage.deliver().await.unwrap();

    // A detector that repeats the request's headers in whatever it answers.
    let faults = [
        Fault::NotJson,
        Fault::Echo(401),
        Fault::Echo(403),
        Fault::Echo(500),
        Fault::EndlessBody,
    ];
    for (fault, id) in faults.into_iter().zip(6201..) {
        stage.stealthwatch.set_fault(fault);
        let place = stage.post(&attack(id)).await.unwrap();
        answers.push(stage.tried(&place).await.unwrap().to_string());
    }
    stage.stealthwatch.clear_fault();
    // A key that is not the detector's any more, and then one that is rotated.
    stage.stealthwatch.rotate_key(ROTATED_KEY);
    let place = stage.post(&attack(6301)).await.unwrap();
    answers.push(stage.tried(&place).await.unwrap().to_string());
    kept.put_key(ROTATED_KEY).await.unwrap();
    // An AWS that fails, refuses, and loses answers.
    for (kind, id) in [Kind::Fails, Kind::NotPermitted, Kind::Throttled, Kind::Lost]
        .into_iter()
        .zip(6401..)
    {
        stage.ec2.set(Trouble::new(kind, Whom::Ec2).times(3));
        let place = stage.post(&attack(id)).await.unwrap();
        answers.push(stage.tried(&place).await.unwrap().to_string());
        stage.ec2.calm();
    }
    for service in ["secretsmanager", "ssm"] {
        stage.ec2.set(Trouble::new(Kind::Fails, Whom::Service(service)));
    }
    kept.put_token(ROTATED_TOKEN).await.unwrap();
    for body in ["", "{", "not an alert"] {
        for (path, token) in [
            ("/alerts/stealthwatch-cloud", TOKEN),
            ("/orders", TOKEN),
            ("/orders", ROTATED_TOKEN),
        ] {
            answers.push(answer(stage, path, token, body.to_owned()).await);
        }
    }
    // A sender with either key and one with neither, and links of ours and of others.
    for (key, id, status) in [
        (WEBHOOK_KEY, 6601, "202 "),
        (NEXT_WEBHOOK_KEY, 6602, "202 "),
        ("guessed", 6603, "401 "),
    ] {
        let body = attack(id);
        let request = client().post(stage.url("/webhooks/sensor"));
        let request = signed(key, &body)
            .into_iter()
            .fold(request, |request, (name, value)| request.header(name, value));
        let told = whole(request.body(body)).await;
        assert!(told.starts_with(status), "{told}");
        answers.push(told);
    }
    let [ours, forged] = links();
    for (link, is_ours) in [(ours, true), (forged, false)] {
        let shown = whole(client().get(stage.url(&link))).await;
        assert_eq!(!shown.contains("none of ours"), is_ours, "{shown}");
        let acted = client().post(stage.url(&link)).body("as=ana&reason=INC-4711");
        answers.extend([shown, whole(acted).await]);
    }
    for arguments in [
        &["doctor"][..],
        &["approvals", "link", "p0123456789"],
        &["doctor", "--permissions"],
        &["config", "check"],
        &["holds", "--output", "json"],
        &["capacity"],
        &["plugin", "list"],
        &["recordings", "export", "exported"],
        &["serve"],
    ] {
        let told = stage.quell.run(arguments).unwrap();
        answers.push(format!("{told:?}"));
    }
    stage.ec2.calm();
    fs::write(stage.quell.path("alert.json"), attack(6501)).unwrap();
    for arguments in [
        &[
            "explain",
            "alert.json",
            "--record",
            "explained.json",
            "--output",
            "json",
        ][..],
        &["doctor"],
    ] {
        answers.push(format!("{:?}", stage.quell.run(arguments).unwrap()));
    }
    daemon.wait_for_line("6401", PATIENCE).unwrap();
    let (_, log) = daemon.terminate(Duration::from_secs(20)).unwrap();

    assert_eq!(told(log.join("\n").as_bytes()), [""; 0], "in the log");
    assert!(log.iter().any(|line| line.contains("TRACE")), "the log is whole");
    for answer in &answers {
        assert_eq!(told(answer.as_bytes()), [""; 0], "{answer}");
    }
    assert!(
        answers.iter().any(|answer| answer.contains("status 401")),
        "{answers:?}"
    );
    let looked = files_are_silent(&stage.quell.path(""), &["redaction.key"]);
    assert!(looked > 8, "journal, recordings and more: {looked}");
    for file in ["journal.sqlite", "explained.json", "checkpoints.ndjson"] {
        assert!(stage.quell.path(file).exists(), "{file}");
    }
}

/// A request as a Function URL tells it.
fn of_url(method: &str, path: &str, headers: &[(&str, String)], body: &str) -> Value {
    let headers: Value = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    json!({
        "version": "2.0", "rawPath": path, "rawQueryString": "", "headers": headers, "body": body, "isBase64Encoded": false,
        "requestContext": { "http": { "method": method, "path": path, "sourceIp": "203.0.113.7" }, "stage": "$default" },
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_tells_no_secret_either_and_its_table_has_none() {
    let kept = Kept::with(KEY, TOKEN, &format!("[recordings]\nlog = true\n{TABLES}"))
        .await
        .unwrap();
    let table = kept.in_table().await.unwrap();
    let stage = &kept.stage;
    let folder = tempfile::tempdir().unwrap();
    let mut environment: Vec<_> = Moto::environment_behind(stage.ec2.endpoint());
    environment.extend(self::environment());
    environment.push(("QUELL_CONFIG", stage.quell.path("quell.toml").display().to_string()));
    let emulator = Emulator::start(folder.path(), &environment).unwrap();
    let event = |id: u32, message: &str| {
        json!({ "Records": [{ "EventSource": "aws:sns", "EventVersion": "1.0", "Sns": {
            "Type": "Notification", "MessageId": format!("11111111-aaaa-5bbb-8ccc-{id:012}"),
            "TopicArn": "arn:aws:sns:eu-west-1:123456789012:stealthwatch-cloud", "Subject": null,
            "Message": message.replace("\"id\":6125", &format!("\"id\":{id}")), "Timestamp": "2026-01-14T22:41:08.000Z",
            "SignatureVersion": "1", "Signature": "EXAMPLE",
            "SigningCertUrl": "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0.pem",
            "UnsubscribeUrl": "https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe", "MessageAttributes": {} } }] })
    };
    let attack = stage.recorded_attack();
    let mut answers = vec![emulator.invoke(&event(6125, &attack)).await.unwrap().to_string()];
    assert!(answers[0].contains("acted"), "{answers:?}");
    for (fault, id) in [Fault::Echo(401), Fault::Echo(500), Fault::NotJson]
        .into_iter()
        .zip(6201..)
    {
        stage.stealthwatch.set_fault(fault);
        answers.push(emulator.invoke(&event(id, &attack)).await.unwrap().to_string());
    }
    stage.stealthwatch.clear_fault();
    stage.stealthwatch.rotate_key(ROTATED_KEY);
    kept.put_key(ROTATED_KEY).await.unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;
    answers.push(emulator.invoke(&event(6125, &attack)).await.unwrap().to_string());
    let webhook = |key: &str, id: u32| {
        let body = attack.replace("\"id\":6125", &format!("\"id\":{id}"));
        of_url("POST", "/webhooks/sensor", &signed(key, &body), &body)
    };
    let [ours, forged] = links();
    let requests = [
        (webhook(WEBHOOK_KEY, 6601), 202),
        (webhook(NEXT_WEBHOOK_KEY, 6602), 202),
        (webhook("guessed", 6603), 401),
        (of_url("GET", &ours, &[], ""), 410),
        (of_url("GET", &forged, &[], ""), 404),
    ];
    for (request, status) in requests {
        let answer = emulator.invoke(&request).await.unwrap();
        assert_eq!(answer["statusCode"], status, "{answer}");
        answers.push(answer.to_string());
    }
    answers.push(emulator.invoke(&json!({ "quell": "tick" })).await.unwrap().to_string());
    assert!(stage.quell.path("checkpoints.ndjson").exists(), "{answers:?}");
    stage.ec2.set(Trouble::new(Kind::NotPermitted, Whom::Ec2));
    answers.push(emulator.invoke(&event(6301, &attack)).await.unwrap().to_string());
    drop(emulator);

    for answer in &answers {
        assert_eq!(told(answer.as_bytes()), [""; 0], "{answer}");
    }
    files_are_silent(folder.path(), &[]);
    files_are_silent(&stage.quell.path(""), &[]);
    let values = scanned(&stage.world.moto, &table).await;
    for value in &values {
        assert_eq!(told(value), [""; 0], "in the table: {}", String::from_utf8_lossy(value));
    }
    // It is looked into what is packed, and as far as the alerts themselves.
    let has = |text: &str| values.iter().any(|value| String::from_utf8_lossy(value).contains(text));
    assert!(
        has("Excessive Access Attempts") && has("hold#"),
        "{} values",
        values.len()
    );
    let log = fs::read_to_string(folder.path().join("emulator.log")).unwrap();
    assert!(
        log.contains("TRACE") || log.contains("DEBUG"),
        "the log is whole: {log}"
    );
    assert_ne!(KEY, SimulatedStealthwatch::KEY);
}
