//! Webhooks: a way in for one sender, with what it has to show.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use aws_lc_rs::hmac;
use base64::{Engine, prelude::BASE64_STANDARD};
use quell::{
    config::Config,
    daemon::Daemon,
    hold::{DeliveryId, HoldFilter},
};
use quell_tests::recorded;
use reqwest::{Client, Method, RequestBuilder};

use crate::open_door::{OpenDoor, outcome};

/// When the clock of the tests stands still.
const NOW: i64 = 1_772_366_400;
const KEY: &str = "a-key-that-nobody-guesses";
const OTHER_KEY: &str = "the-key-that-takes-its-place";

async fn door(webhook: &str) -> OpenDoor {
    let folder = tempfile::tempdir().unwrap();
    for (name, key) in [("key", KEY), ("other", OTHER_KEY)] {
        std::fs::write(folder.path().join(name), key).unwrap();
    }
    let webhook = webhook.replace("FOLDER", &folder.path().display().to_string());
    // The files must be there only while the door opens.
    OpenDoor::with(&format!(
        "[[door.webhook]]\nname = \"sensor\"\ndetector = \"stealthwatch-cloud\"\n{webhook}"
    ))
    .await
    .unwrap()
}

async fn signing_door() -> OpenDoor {
    door(
        "[door.webhook.hmac]\nkey-file = \"FOLDER/key\"\nother-key-file = \"FOLDER/other\"\nheader = \"X-Hub-Signature-256\"\nprefix = \"sha256=\"\n",
    )
    .await
}

fn sign(key: &str, text: &[u8]) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()), text)
}

fn hex(tag: &hmac::Tag) -> String {
    tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A request as a sender with this key makes it at this time.
fn signed(door: &OpenDoor, key: &str, time: i64, body: &str) -> RequestBuilder {
    shown(door, &signature(key, time, body), &time.to_string(), body)
}

fn signature(key: &str, time: i64, body: &str) -> String {
    format!("sha256={}", hex(&sign(key, format!("{time}.{body}").as_bytes())))
}

fn shown(door: &OpenDoor, signature: &str, time: &str, body: &str) -> RequestBuilder {
    door.request(Method::POST, "/webhooks/sensor")
        .header("x-hub-signature-256", signature)
        .header("x-timestamp", time)
        .body(body.to_owned())
}

async fn waiting(door: &OpenDoor) -> usize {
    let all = door.stand.journal.waiting(jiff::Timestamp::MAX, 100).await.unwrap();
    all.len()
}

#[tokio::test]
async fn a_request_that_was_signed_with_either_key_is_taken_and_its_alert_worked_on() {
    let door = signing_door().await;
    for (key, id) in [(KEY, 1), (OTHER_KEY, 2)] {
        let alert = recorded::changed(recorded::ATTACK, &[("id", serde_json::json!(id))]);
        let taken = signed(&door, key, NOW, &alert).send().await.unwrap();
        assert_eq!(outcome(taken).await.unwrap(), "202");
    }
}

#[tokio::test]
async fn a_forged_request_is_refused_for_its_own_reason_and_nothing_of_it_is_kept() {
    let door = signing_door().await;
    let body = recorded::ATTACK;
    let time = NOW.to_string();
    let tag = sign(KEY, format!("{time}.{body}").as_bytes());
    let good = format!("sha256={}", hex(&tag));
    let of_body_alone = format!("sha256={}", hex(&sign(KEY, body.as_bytes())));
    let forged = [
        (
            "nothing shown",
            door.request(Method::POST, "/webhooks/sensor").body(body),
        ),
        (
            "no time",
            door.request(Method::POST, "/webhooks/sensor")
                .header("x-hub-signature-256", &good)
                .body(body),
        ),
        ("another key", signed(&door, "guessed", NOW, body)),
        (
            "a changed body",
            shown(&door, &good, &time, &body.replace("Excessive", "Excessivf")),
        ),
        ("a changed time", shown(&door, &good, &(NOW + 1).to_string(), body)),
        ("sent again later", signed(&door, KEY, NOW - 301, body)),
        ("of tomorrow", signed(&door, KEY, NOW + 86_400, body)),
        ("no time at all", shown(&door, &good, "yesterday", body)),
        ("the time not signed", shown(&door, &of_body_alone, &time, body)),
        (
            "another prefix",
            shown(&door, &good.replace("sha256=", "sha1="), &time, body),
        ),
        (
            "Base64",
            shown(&door, &format!("sha256={}", BASE64_STANDARD.encode(tag)), &time, body),
        ),
        ("cut off", shown(&door, &good[..good.len() - 2], &time, body)),
        ("an empty signature", shown(&door, "", &time, body)),
        (
            "two signatures",
            shown(&door, &good, &time, body).header("x-hub-signature-256", "sha256=00"),
        ),
        ("two times", shown(&door, &good, &time, body).header("x-timestamp", "0")),
    ];
    let mut told = Vec::new();
    for (what, request) in forged {
        told.push(format!(
            "{what:<20} {}",
            outcome(request.send().await.unwrap()).await.unwrap()
        ));
    }
    insta::assert_snapshot!(told.join("\n"), @r#"
nothing shown        401: there is no header `x-hub-signature-256`
no time              401: there is no header `x-timestamp`
another key          401: the signature does not fit: the body, the time or the key is another
a changed body       401: the signature does not fit: the body, the time or the key is another
a changed time       401: the signature does not fit: the body, the time or the key is another
sent again later     401: the request is of 2026-03-01T11:54:59Z, which is more than 5m from now (door.webhook.hmac.window): is it sent again, or is a clock wrong?
of tomorrow          401: the request is of 2026-03-02T12:00:00Z, which is more than 5m from now (door.webhook.hmac.window): is it sent again, or is a clock wrong?
no time at all       401: the header `x-timestamp` has no time: seconds since 1970, or as in 2030-01-05T07:40:00Z
the time not signed  401: the signature does not fit: the body, the time or the key is another
another prefix       401: the header `x-hub-signature-256` does not begin with `sha256=`
Base64               401: the header `x-hub-signature-256` has no signature by HMAC with SHA-256, in the encoding of this webhook: 64 hexadecimal digits, or Base64 of 32 bytes
cut off              401: the header `x-hub-signature-256` has no signature by HMAC with SHA-256, in the encoding of this webhook: 64 hexadecimal digits, or Base64 of 32 bytes
an empty signature   401: the header `x-hub-signature-256` does not begin with `sha256=`
two signatures       401: the header `x-hub-signature-256` is there more than once
two times            401: the header `x-timestamp` is there more than once
"#);
    assert_eq!(waiting(&door).await, 0);
}

#[tokio::test]
async fn a_token_that_is_known_by_its_hash_opens_its_webhook_and_nothing_else() {
    let hash = quell::digest::Digest::of(b"token of the sensor");
    let other = quell::digest::Digest::of(b"next token of the sensor");
    let door = door(&format!("token-sha256 = [\"{hash}\", \"{other}\"]")).await;
    let with = |path: &str, token: &str| {
        door.request(Method::POST, path)
            .bearer_auth(token)
            .body(recorded::ATTACK)
    };
    for token in ["token of the sensor", "next token of the sensor"] {
        let taken = with("/webhooks/sensor", token).send().await.unwrap();
        assert_eq!(outcome(taken).await.unwrap(), "202");
    }
    let told = [
        door.post("/webhooks/sensor", recorded::ATTACK).await.unwrap(),
        with("/webhooks/sensor", "wrong").send().await.unwrap(),
        with("/webhooks/sensor", &hash.to_string()).send().await.unwrap(),
        with("/webhooks/other\u{1b}", "token of the sensor")
            .send()
            .await
            .unwrap(),
        door.get("/webhooks/sensor").await.unwrap(),
    ];
    let mut lines = Vec::new();
    for response in told {
        lines.push(outcome(response).await.unwrap());
    }
    insta::assert_snapshot!(lines.join("\n"), @r#"
401: the bearer token is missing or wrong: send `Authorization: Bearer <token>` with a token of this webhook
401: the bearer token is missing or wrong: send `Authorization: Bearer <token>` with a token of this webhook
401: the bearer token is missing or wrong: send `Authorization: Bearer <token>` with a token of this webhook
404: there is no webhook `other`
405: this address knows other methods, which the Allow header names; alerts are sent with POST
"#);
}

#[tokio::test]
async fn what_comes_from_elsewhere_is_refused_before_its_body_is_read() {
    let hash = quell::digest::Digest::of(b"token");
    let door = door(&format!("token-sha256 = [\"{hash}\"]\nfrom = [\"198.51.100.0/24\"]")).await;
    let request = door.request(Method::POST, "/webhooks/sensor").bearer_auth("token");
    let refused = outcome(request.body(recorded::ATTACK).send().await.unwrap())
        .await
        .unwrap();
    insta::assert_snapshot!(refused, @"403: this webhook takes nothing from 127.0.0.1 (door.webhook.from)");
}

#[tokio::test]
async fn an_alert_of_another_detector_is_not_taken_for_one() {
    let hash = quell::digest::Digest::of(b"token");
    let door = door(&format!("token-sha256 = [\"{hash}\"]")).await;
    let finding = include_str!("../../../examples/alerts/guardduty-ssh-brute-force.json");
    let request = door.request(Method::POST, "/webhooks/sensor").bearer_auth("token");
    let refused = outcome(request.body(finding).send().await.unwrap()).await.unwrap();
    assert!(refused.starts_with("422: "), "{refused}");
    assert_eq!(waiting(&door).await, 0);
}

/// A daemon whose webhook is for a detector that the configuration maps, on the simulated account of the examples. The folder has its journal.
async fn daemon_of_a_mapped_detector(folder: &Path) -> Daemon {
    const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples");
    std::fs::write(folder.join("key"), KEY).unwrap();
    let text = format!(
        r#"
        [simulated]
        account-file = "{EXAMPLES}/simulated-account.toml"
        [journal]
        path = "{folder}/journal.sqlite"
        [sandbox]
        cache = "{cache}/http-door"
        [http]
        listen = "127.0.0.1:0"
        [[door.webhook]]
        name = "sensor"
        detector = "wazuh"
        [door.webhook.hmac]
        key-file = "{folder}/key"
        header = "X-Hub-Signature-256"
        prefix = "sha256="
        {mapped}
        "#,
        folder = folder.display(),
        cache = env!("CARGO_TARGET_TMPDIR"),
        mapped = include_str!("../../../examples/alerts/mapped-detectors.toml"),
    );
    let config = Config::parse(&text, &folder.join("quell.toml")).unwrap();
    Daemon::start(&config).await.unwrap()
}

#[tokio::test]
async fn whom_a_mapped_detector_names_in_a_request_that_it_signed_is_blocked() {
    let folder = tempfile::tempdir().unwrap();
    let daemon = daemon_of_a_mapped_detector(folder.path()).await;
    let alert = include_str!("../../../examples/alerts/wazuh-ssh-brute-force.json");
    let time = jiff::Timestamp::now().as_second();
    let send = async |key: &str| {
        let client = Client::builder().no_proxy().build().unwrap();
        let request = client
            .post(format!("http://{}/webhooks/sensor", daemon.address()))
            .header("x-hub-signature-256", signature(key, time, alert))
            .header("x-timestamp", time.to_string())
            .body(alert);
        outcome(request.send().await.unwrap()).await.unwrap()
    };
    let journal = daemon.host().journal();
    let detector = daemon.host().decoders().detector("wazuh").unwrap();
    let id = DeliveryId::of(detector, alert.as_bytes());
    let refused = send("guessed").await;
    assert!(refused.starts_with("401: "), "{refused}");
    assert_eq!(journal.delivery(&id).await.unwrap(), None);

    assert_eq!(send(KEY).await, "202");
    let kept = journal.delivery(&id).await.unwrap().unwrap();
    assert_eq!((kept.door.as_str(), kept.detector), ("webhook", detector));
    let covered = HoldFilter {
        covered: Some(true),
        ..HoldFilter::default()
    };
    let deadline = Instant::now() + Duration::from_secs(60);
    let holds = loop {
        let holds = journal.holds(&covered).await.unwrap();
        if !holds.is_empty() {
            break holds;
        }
        assert!(
            Instant::now() < deadline,
            "nobody is blocked: {:?}",
            journal.delivery(&id).await.unwrap()
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let held: Vec<_> = holds
        .iter()
        .map(|hold| format!("{} at {}", hold.remedy, hold.target))
        .collect();
    let expected = ["203.0.113.7/32 ingress at 111122223333/eu-west-1/acl-0b111111111111111"];
    assert_eq!(held, expected);
    daemon.stop().await.unwrap();
}
