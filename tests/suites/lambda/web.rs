//! Web requests of a Function URL and of API Gateway.

use anyhow::ensure;
use aws_lc_rs::hmac;
use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use quell::{
    alert::Detector,
    digest::Digest,
    hold::{DeliveryId, Journal},
};
use quell_tests::{attack::Attack, stage::TOKEN};
use serde_json::Value;

use crate::{
    event::{of_function_url, of_rest_api},
    function::{Function, Wanted},
};

fn told(answer: &Value) -> String {
    format!(
        "{} {}",
        answer["statusCode"],
        answer["body"].as_str().unwrap_or_default()
    )
}

#[tokio::test]
async fn a_web_request_with_the_token_is_let_in_and_its_alert_worked_on_before_the_answer() -> anyhow::Result<()> {
    let attacks = [Attack::new(1, &[("203.0.113.7", 500)])];
    let function = Function::start(&Wanted {
        attacks: &attacks,
        ..Wanted::default()
    })
    .await?;
    let alert = function.on_web(&attacks[0]);
    let event = of_function_url("POST", "/alerts/stealthwatch-cloud", Some(TOKEN), &alert);
    let answer = function.invoke(&event).await?;
    ensure!(answer["statusCode"] == 202, "{answer}\n{}", function.log());
    assert_eq!(function.denied()?, ["203.0.113.7/32"]);

    let place = answer["headers"]["location"].as_str().unwrap_or_default();
    let seen = function.invoke(&of_function_url("GET", place, Some(TOKEN), "")).await?;
    assert!(
        seen["body"].as_str().unwrap_or_default().contains("\"state\":\"done\""),
        "{seen}"
    );
    let listed = function
        .invoke(&of_function_url("GET", "/holds", Some(TOKEN), ""))
        .await?;
    assert!(
        listed["body"].as_str().unwrap_or_default().contains("203.0.113.7/32"),
        "{listed}"
    );

    // The same request again is the same delivery.
    let again = function.invoke(&event).await?;
    assert!(
        again["body"]
            .as_str()
            .unwrap_or_default()
            .contains("\"seen-before\":true"),
        "{again}"
    );
    assert_eq!(function.holds().await?[0].offences, 1);
    Ok(())
}

#[tokio::test]
async fn a_web_request_with_a_wrong_token_or_none_is_refused_and_so_is_each_where_no_token_is_configured()
-> anyhow::Result<()> {
    let with = Function::start(&Wanted::default()).await?;
    let without = Function::start(&Wanted {
        http: Some(""),
        ..Wanted::default()
    })
    .await?;
    let mut answers = Vec::new();
    for (function, token) in [
        (&with, Some("a-guess")),
        (&with, None),
        (&without, None),
        (&without, Some("")),
    ] {
        let event = of_function_url("POST", "/orders", token, "{\"resume\":{}}");
        answers.push(told(&function.invoke(&event).await?));
    }
    insta::assert_snapshot!(answers.join("\n"), @r#"
    401 {"error":"the bearer token is missing or wrong: send `Authorization: Bearer <token>` with the token that [http] names"}
    401 {"error":"the bearer token is missing or wrong: send `Authorization: Bearer <token>` with the token that [http] names"}
    403 {"error":"this function has no token, so it takes no web requests: set one of http.token-env, http.token-file, http.token-secret and http.token-parameter in its configuration"}
    403 {"error":"this function has no token, so it takes no web requests: set one of http.token-env, http.token-file, http.token-secret and http.token-parameter in its configuration"}
    "#);
    assert!(!with.log().contains(TOKEN) && !with.log().contains("a-guess"));
    Ok(())
}

#[tokio::test]
async fn a_stranger_who_sends_nonsense_gets_an_answer_and_not_a_failed_function() -> anyhow::Result<()> {
    let function = Function::start(&Wanted::default()).await?;
    let mut event = of_function_url("POST", "/alerts/guardduty", Some(TOKEN), "not Base64!");
    event["isBase64Encoded"] = true.into();
    let mut answers = vec![told(&function.invoke(&event).await?)];
    let event = of_function_url("POST", "/alerts/guardduty", Some(TOKEN), "no alert");
    answers.push(told(&function.invoke(&event).await?));
    insta::assert_snapshot!(answers.join("\n"), @r#"
    400 {"error":"the request's body is not the Base64 that the event says it is: Invalid symbol 32, offset 3."}
    422 {"error":"delivery body-1206a5c199b42b0292fa5a926c783eb4 can't be read as an alert of guardduty; it is kept in the journal as failed: the alert is not JSON, or not all of it (line 1 column 2); send the alert's JSON object unchanged: expected ident at line 1 column 2"}
    "#);
    Ok(())
}

#[tokio::test]
async fn approval_links_are_answered_by_a_function_without_a_token_and_open_nothing_else() -> anyhow::Result<()> {
    let function = Function::start(&Wanted {
        http: Some(""),
        tables: "[approval-links]\nkey-env = 'APPROVAL_KEY'\nurl = 'https://quell.example.com'",
        environment: &[("APPROVAL_KEY", "0123456789abcdef".repeat(4))],
        ..Wanted::default()
    })
    .await?;
    // Nobody signed it, which its page says.
    let forged = function
        .invoke(&of_function_url("GET", "/approvals/forged", None, ""))
        .await?;
    ensure!(forged["statusCode"] == 404, "{forged}\n{}", function.log());
    assert!(!told(&forged).contains("has no token"), "{forged}");
    for (method, path) in [
        ("GET", "/holds"),
        ("POST", "/orders"),
        ("POST", "/alerts/stealthwatch-cloud"),
    ] {
        let answer = function.invoke(&of_function_url(method, path, None, "{}")).await?;
        assert_eq!(answer["statusCode"], 403, "{path}: {answer}");
    }
    Ok(())
}

/// A way in for one sensor, which signs, from one network.
const WEBHOOK: &str = r#"
    [[door.webhook]]
    name = "sensor"
    detector = "stealthwatch-cloud"
    from = ["203.0.113.0/24"]
    [door.webhook.hmac]
    key-env = "SENSOR_KEY"
    header = "X-Hub-Signature-256"
    prefix = "sha256="
"#;
const SENSOR_KEY: &str = "a-key-that-only-two-know";

/// A request of the sensor, signed by this key at this time.
fn signed(key: &str, time: Timestamp, body: &str) -> Value {
    let seconds = time.as_second();
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    let signature = hmac::sign(&key, format!("{seconds}.{body}").as_bytes());
    let digits: String = signature.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    let mut event = of_function_url("POST", "/webhooks/sensor", None, body);
    event["headers"]["x-hub-signature-256"] = format!("sha256={digits}").into();
    event["headers"]["x-timestamp"] = seconds.to_string().into();
    event
}

#[tokio::test]
async fn a_webhook_whose_requests_are_signed_needs_no_token_and_is_heard_by_either_kind_of_gateway()
-> anyhow::Result<()> {
    let attacks = [
        Attack::new(1, &[("203.0.113.7", 500)]),
        Attack::new(2, &[("203.0.113.8", 500)]),
    ];
    let function = Function::start(&Wanted {
        attacks: &attacks,
        http: Some(""),
        tables: WEBHOOK,
        environment: &[("SENSOR_KEY", SENSOR_KEY.to_owned())],
        ..Wanted::default()
    })
    .await?;
    // The signature is of the body as it was sent, however AWS packs it.
    let mut packed = signed(SENSOR_KEY, Timestamp::now(), &function.on_web(&attacks[0]));
    packed["body"] = BASE64_STANDARD.encode(function.on_web(&attacks[0])).into();
    packed["isBase64Encoded"] = true.into();
    let answer = function.invoke(&packed).await?;
    ensure!(answer["statusCode"] == 202, "{answer}\n{}", function.log());
    assert_eq!(function.denied()?, ["203.0.113.7/32"]);

    let by_rest_api = of_rest_api(&signed(SENSOR_KEY, Timestamp::now(), &function.on_web(&attacks[1])));
    let answer = function.invoke(&by_rest_api).await?;
    ensure!(answer["statusCode"] == 202, "{answer}\n{}", function.log());
    assert_eq!(function.denied()?, ["203.0.113.7/32", "203.0.113.8/32"]);

    let again = told(&function.invoke(&packed).await?);
    assert!(again.contains("\"seen-before\":true"), "{again}");
    assert!(function.holds().await?.iter().all(|hold| hold.offences == 1));
    assert!(!function.log().contains(SENSOR_KEY));
    Ok(())
}

#[tokio::test]
async fn a_forged_webhook_is_refused_for_its_own_reason_nothing_of_it_is_kept_and_a_signature_opens_nothing_else()
-> anyhow::Result<()> {
    let attacks = [Attack::new(1, &[("203.0.113.7", 500)])];
    let function = Function::start(&Wanted {
        attacks: &attacks,
        tables: WEBHOOK,
        environment: &[("SENSOR_KEY", SENSOR_KEY.to_owned())],
        ..Wanted::default()
    })
    .await?;
    let alert = function.on_web(&attacks[0]);
    let now = Timestamp::now();
    let an_hour_ago = now - jiff::SignedDuration::from_hours(1);
    let good = signed(SENSOR_KEY, now, &alert);
    let otherwise = |pointer: &str, value: Value| {
        let mut event = good.clone();
        *event.pointer_mut(pointer).expect("the event has it") = value;
        event
    };
    let mut from_elsewhere = otherwise("/requestContext/http/sourceIp", "198.51.100.9".into());
    from_elsewhere["headers"]["x-forwarded-for"] = "203.0.113.7".into();
    let forged = [
        ("another key", signed("guessed", now, &alert)),
        (
            "another body",
            otherwise("/body", alert.replace("\"id\":1", "\"id\":2").into()),
        ),
        ("sent again later", signed(SENSOR_KEY, an_hour_ago, &alert)),
        ("not signed", of_function_url("POST", "/webhooks/sensor", None, &alert)),
        (
            "a token in its place",
            of_function_url("POST", "/webhooks/sensor", Some(TOKEN), &alert),
        ),
        ("from elsewhere", from_elsewhere),
        ("to another", otherwise("/rawPath", "/webhooks/other".into())),
        (
            "to the door for all",
            otherwise("/rawPath", "/alerts/stealthwatch-cloud".into()),
        ),
        ("to act", otherwise("/rawPath", "/orders".into())),
    ];
    let mut answers = Vec::new();
    for (what, event) in forged {
        let answer = told(&function.invoke(&event).await?).replace(&format!("{an_hour_ago:.0}"), "TIME");
        answers.push(format!("{what}: {answer}"));
    }
    insta::assert_snapshot!(answers.join("\n"), @r#"
    another key: 401 {"error":"the signature does not fit: the body, the time or the key is another"}
    another body: 401 {"error":"the signature does not fit: the body, the time or the key is another"}
    sent again later: 401 {"error":"the request is of TIME, which is more than 5m from now (door.webhook.hmac.window): is it sent again, or is a clock wrong?"}
    not signed: 401 {"error":"there is no header `x-hub-signature-256`"}
    a token in its place: 401 {"error":"there is no header `x-hub-signature-256`"}
    from elsewhere: 403 {"error":"this webhook takes nothing from 198.51.100.9 (door.webhook.from)"}
    to another: 404 {"error":"there is no webhook `other`"}
    to the door for all: 401 {"error":"the bearer token is missing or wrong: send `Authorization: Bearer <token>` with the token that [http] names"}
    to act: 401 {"error":"the bearer token is missing or wrong: send `Authorization: Bearer <token>` with the token that [http] names"}
    "#);
    let id = DeliveryId::of(Detector::StealthwatchCloud, alert.as_bytes());
    assert_eq!(function.journal().delivery(&id).await?, None);
    assert_eq!(function.unfinished().await?, "");
    assert!(function.denied()?.is_empty());
    Ok(())
}

/// What a token may do at a function: send, read, act.
async fn opened(function: &Function, token: Option<&str>, alert: &str) -> anyhow::Result<[u64; 3]> {
    let asked = [
        ("POST", "/alerts/stealthwatch-cloud", alert),
        ("GET", "/holds", ""),
        ("POST", "/orders", r#"{"release":{"holds":[42]}}"#),
    ];
    let mut found = [0; 3];
    for (found, (method, path, body)) in found.iter_mut().zip(asked) {
        let answer = function.invoke(&of_function_url(method, path, token, body)).await?;
        *found = answer["statusCode"].as_u64().unwrap_or_default();
    }
    Ok(found)
}

#[tokio::test]
async fn sending_reading_and_acting_are_powers_of_their_own_at_a_function_too() -> anyhow::Result<()> {
    let attacks = [Attack::new(1, &[("203.0.113.7", 500)])];
    let hash = |token: &str| Digest::of(token.as_bytes());
    let tokens = format!(
        "send-token-sha256 = ['{}']\nread-token-sha256 = ['{}']\nact-token-sha256 = ['{}']",
        hash("sender"),
        hash("reader"),
        hash("actor")
    );
    let function = Function::start(&Wanted {
        attacks: &attacks,
        http: Some(&tokens),
        ..Wanted::default()
    })
    .await?;
    let alert = function.on_web(&attacks[0]);
    assert_eq!(opened(&function, None, &alert).await?, [401; 3], "{}", function.log());
    assert_eq!(opened(&function, Some("reader"), &alert).await?, [401, 200, 401]);
    // There is no such hold, but whoever asked was let in.
    assert_eq!(opened(&function, Some("actor"), &alert).await?, [401, 401, 404]);
    assert!(function.denied()?.is_empty());
    assert_eq!(opened(&function, Some("sender"), &alert).await?, [202, 401, 401]);
    assert_eq!(function.denied()?, ["203.0.113.7/32"]);
    Ok(())
}

#[tokio::test]
async fn who_comes_from_elsewhere_is_not_let_in_with_the_right_token_whatever_a_header_says() -> anyhow::Result<()> {
    let function = Function::start(&Wanted {
        http: Some("token-env = 'TOKEN'\nfrom = ['198.51.100.0/24']"),
        ..Wanted::default()
    })
    .await?;
    let mut event = of_function_url("GET", "/holds", Some(TOKEN), "");
    event["headers"]["x-forwarded-for"] = "198.51.100.9".into();
    assert_eq!(
        told(&function.invoke(&event).await?),
        r#"403 {"error":"nothing is taken from the address that this request comes from (http.from)"}"#
    );
    event["requestContext"]["http"]["sourceIp"] = "198.51.100.9".into();
    assert_eq!(told(&function.invoke(&event).await?), "200 []");
    Ok(())
}
