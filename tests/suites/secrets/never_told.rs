//! Secrets are never told: not in a log, a recording, the journal or an answer, whatever goes wrong.

use std::{fs, path::Path, time::Duration};

use quell::simulated_stealthwatch::{Fault, SimulatedStealthwatch};
use quell_tests::{
    emulator::Emulator,
    moto::Moto,
    proxy::{Kind, Trouble, Whom},
    stage::{PATIENCE, Stage},
};
use reqwest::Client;
use serde_json::json;

use crate::kept::Kept;

const KEY: &str = "swckey-5f1e9a0c77";
const ROTATED_KEY: &str = "swckey-b2d4e6f801";
const TOKEN: &str = quell_tests::stage::TOKEN;
const ROTATED_TOKEN: &str = "doortoken-c41d90aa3e";
const REDACTION_KEY: &str = "redactionkey-77aa01bc55";
const ACCESS_KEY: &str = "awssecretkey-0b1c2d3e4f";
const SESSION: &str = "awssession-9f8e7d6c5b";

/// All that must be found nowhere.
const SECRETS: [&str; 7] = [
    KEY,
    ROTATED_KEY,
    TOKEN,
    ROTATED_TOKEN,
    REDACTION_KEY,
    ACCESS_KEY,
    SESSION,
];

/// The secrets in some bytes, as they are and in the forms that a header or a page gives them.
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

fn environment() -> [(&'static str, String); 3] {
    [
        ("AWS_SECRET_ACCESS_KEY", ACCESS_KEY.to_owned()),
        ("AWS_SESSION_TOKEN", SESSION.to_owned()),
        ("QUELL_LOG", "trace".to_owned()),
    ]
}

/// Posts whatever it is to the door and gives the whole answer.
async fn answer(stage: &Stage, path: &str, token: &str, body: String) -> String {
    let client = Client::builder().no_proxy().build().unwrap();
    let request = client.post(stage.url(path)).bearer_auth(token).body(body);
    let response = request.send().await.unwrap();
    format!("{:?} {}", response.headers().clone(), response.text().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_goes_wrong_no_secret_is_in_a_log_a_recording_the_journal_or_an_answer() {
    let tables = "[recordings]\ndirectory = \"recordings\"\nlog = true\nredact = [\"account\", \"address\"]\nkey-file = \"redaction.key\"";
    let mut kept = Kept::with(KEY, TOKEN, tables).await.unwrap();
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
    for arguments in [
        &["doctor"][..],
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
    assert!(stage.quell.path("journal.sqlite").exists() && stage.quell.path("explained.json").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_tells_no_secret_either() {
    let kept = Kept::with(KEY, TOKEN, "[recordings]\nlog = true").await.unwrap();
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
    stage.ec2.set(Trouble::new(Kind::NotPermitted, Whom::Ec2));
    answers.push(emulator.invoke(&event(6301, &attack)).await.unwrap().to_string());
    drop(emulator);

    for answer in &answers {
        assert_eq!(told(answer.as_bytes()), [""; 0], "{answer}");
    }
    files_are_silent(folder.path(), &[]);
    files_are_silent(&stage.quell.path(""), &[]);
    let log = fs::read_to_string(folder.path().join("emulator.log")).unwrap();
    assert!(
        log.contains("TRACE") || log.contains("DEBUG"),
        "the log is whole: {log}"
    );
    assert_ne!(KEY, SimulatedStealthwatch::KEY);
}
