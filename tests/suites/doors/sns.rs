//! SNS over HTTP.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use quell::{
    alert::Detector,
    door::http::{
        ConnectionTerms, HttpDoor, HttpOptions, Powers, RequestTerms,
        sns::{
            Signatures, SnsOptions, TopicOptions,
            confirm::{Confirm, ConfirmError},
            subscribe_url::SubscribeUrl,
        },
    },
    secret::LiveSecret,
};
use quell_tests::{moto::Moto, python, world::World};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use crate::open::{Open, alert};

pub(crate) const TOPIC: &str = "arn:aws:sns:eu-west-1:111122223333:alerts";
const TOKEN: &str = "a-token-that-nobody-guesses";

/// Notes what would have been fetched, and answers as it was told.
#[derive(Debug, Default)]
pub(crate) struct Noting {
    fetched: Mutex<Vec<String>>,
    refuses: bool,
}

#[async_trait]
impl Confirm for Noting {
    async fn confirm(&self, url: &SubscribeUrl) -> Result<(), ConfirmError> {
        self.fetched
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(url.to_string());
        match self.refuses {
            true => Err(ConfirmError::Refused(StatusCode::BAD_REQUEST)),
            false => Ok(()),
        }
    }
}

/// The HTTP door with a topic, and what came of requests for confirmation.
pub(crate) struct Topic {
    pub(crate) open: Open,
    address: SocketAddr,
    noting: Arc<Noting>,
}

impl Topic {
    /// One of which nobody checks the signatures.
    async fn new(noting: Noting, topic: &str) -> Self {
        Self::with(noting, topic, None).await
    }

    pub(crate) async fn with(noting: Noting, topic: &str, signatures: Option<Signatures>) -> Self {
        let noting = Arc::new(noting);
        let options = TopicOptions {
            detector: Some(Detector::StealthwatchCloud),
            signatures,
        };
        let topics = BTreeMap::from([(topic.to_owned(), options)]);
        let door = HttpDoor::open(HttpOptions {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            connections: ConnectionTerms::default(),
            tls: None,
            terms: RequestTerms {
                powers: Powers::of(Some(LiveSecret::fixed(TOKEN))),
                sns: Some(SnsOptions {
                    topics,
                    confirm: noting.clone(),
                }),
                ..RequestTerms::default()
            },
            grace: Duration::from_secs(1),
        });
        let door = door.await.unwrap();
        let address = door.address();
        Self {
            open: Open::new(door).await.unwrap(),
            address,
            noting,
        }
    }

    pub(crate) fn fetched(&self) -> Vec<String> {
        self.noting.fetched.lock().unwrap().clone()
    }

    /// Sends something as SNS does, with the token as its password, and gives the status and what was said.
    pub(crate) async fn send(&self, kind: &str, body: &str) -> (u16, Value) {
        self.send_with(&[("x-amz-sns-message-type", kind)], body).await
    }

    async fn send_with(&self, headers: &[(&str, &str)], body: &str) -> (u16, Value) {
        let client = Client::builder().no_proxy().build().unwrap();
        let mut request = client
            .post(format!("http://{}/sns", self.address))
            .basic_auth("quell", Some(TOKEN))
            .header("content-type", "text/plain; charset=UTF-8");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.body(body.to_owned()).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }
}

fn notification(topic: &str, message: &str) -> String {
    json!({
        "Type": "Notification",
        "MessageId": "0a1b2c3d-0000-1111-2222-333344445555",
        "TopicArn": topic,
        "Message": message,
        "Timestamp": "2030-01-05T07:40:00.000Z",
        "SignatureVersion": "1",
        "Signature": "EXAMPLE",
        "SigningCertURL": "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0.pem",
        "UnsubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe",
    })
    .to_string()
}

fn confirmation(topic: &str, front: &str) -> String {
    json!({
        "Type": "SubscriptionConfirmation",
        "MessageId": "1a1b2c3d-0000-1111-2222-333344445555",
        "Token": "2336412f",
        "TopicArn": topic,
        "Message": "You have chosen to subscribe to the topic.",
        "SubscribeURL": format!("{front}?Action=ConfirmSubscription&TopicArn={topic}&Token=2336412f"),
        "Timestamp": "2030-01-05T07:40:00.000Z",
    })
    .to_string()
}

const AMAZON: &str = "https://sns.eu-west-1.amazonaws.com/";

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_of_a_topic_is_taken_in_once_under_the_id_that_sns_gave_it() {
    let topic = Topic::new(Noting::default(), TOPIC).await;
    let body = notification(TOPIC, &alert(1));
    let (status, first) = topic.send("Notification", &body).await;
    assert_eq!(status, 202, "{first}");
    let (status, again) = topic.send("Notification", &body).await;
    assert_eq!((status, &again["seen-before"]), (202, &json!(true)));
    let taken = topic.open.takes(1).await.unwrap();
    assert_eq!(taken[0].id.as_str(), "sns-0a1b2c3d-0000-1111-2222-333344445555");
    assert_eq!(
        (taken[0].door.as_str(), taken[0].body.as_str()),
        ("sns", alert(1).as_str())
    );
    topic.open.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_comes_again_with_another_content_is_refused() {
    let topic = Topic::new(Noting::default(), TOPIC).await;
    let (status, _) = topic.send("Notification", &notification(TOPIC, &alert(1))).await;
    assert_eq!(status, 202);
    let several = format!("[{},{}]", alert(2), alert(3));
    let of_several = notification(TOPIC, &several).replace("0a1b2c3d", "1a1b2c3d");
    let (status, _) = topic.send("Notification", &of_several).await;
    assert_eq!(status, 202);
    let other_of_several = notification(TOPIC, &format!("[{},{}]", alert(4), alert(3))).replace("0a1b2c3d", "1a1b2c3d");
    let told = [
        topic.send("Notification", &notification(TOPIC, &alert(2))).await,
        topic.send("Notification", &other_of_several).await,
    ];
    let told = told.map(|(status, told)| format!("{status}: {}", told["error"].as_str().unwrap()));
    insta::assert_snapshot!(told.join("\n"), @r#"
409: the id sns-0a1b2c3d-0000-1111-2222-333344445555 came before, with another content: SNS gives no two messages the same id
409: the id sns-1a1b2c3d-0000-1111-2222-333344445555 came before, with another content: SNS gives no two messages the same id
"#);
    // The same again is known, and no harm.
    assert_eq!(topic.send("Notification", &of_several).await.0, 202);
    assert_eq!(topic.open.waiting().await.unwrap().len(), 3);
    topic.open.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_taken_from_who_does_not_show_the_token() {
    let topic = Topic::new(Noting::default(), TOPIC).await;
    let client = Client::builder().no_proxy().build().unwrap();
    let url = format!("http://{}/sns", topic.address);
    let body = notification(TOPIC, &alert(1));
    let nobody = client.post(&url).body(body.clone()).send().await.unwrap();
    assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED);
    // SNS shows its password only to who asks for one.
    assert_eq!(nobody.headers()["www-authenticate"], "Basic realm=\"quell\"");
    for password in ["", "wrong", &format!("{TOKEN} "), &format!("quell:{TOKEN}")] {
        let stranger = client.post(&url).basic_auth("quell", Some(password)).body(body.clone());
        assert_eq!(
            stranger.send().await.unwrap().status(),
            StatusCode::UNAUTHORIZED,
            "{password}"
        );
    }
    // The password is for SNS alone: at the other addresses it is no token.
    let elsewhere = client.post(format!("http://{}/alerts/guardduty", topic.address));
    let elsewhere = elsewhere
        .basic_auth("quell", Some(TOKEN))
        .body("{}")
        .send()
        .await
        .unwrap();
    assert_eq!(elsewhere.status(), StatusCode::UNAUTHORIZED);
    assert!(topic.open.waiting().await.unwrap().is_empty());
    topic.open.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_is_confirmed_for_a_topic_that_is_listed_and_only_at_amazon() {
    let topic = Topic::new(Noting::default(), TOPIC).await;
    let (status, _) = topic
        .send("SubscriptionConfirmation", &confirmation(TOPIC, AMAZON))
        .await;
    assert_eq!(status, 200);
    let confirmed = format!("{AMAZON}?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=2336412f");
    assert_eq!(topic.fetched(), std::slice::from_ref(&confirmed));

    let other = "arn:aws:sns:eu-west-1:999988887777:alerts";
    let (status, told) = topic
        .send("SubscriptionConfirmation", &confirmation(other, AMAZON))
        .await;
    insta::assert_snapshot!(format!("{status}: {}", told["error"].as_str().unwrap()), @r#"403: the topic arn:aws:sns:eu-west-1:999988887777:alerts is not among those of [[door.sns]]"#);
    let evil = confirmation(TOPIC, "https://sns.eu-west-1.amazonaws.com@evil.example/");
    let (status, told) = topic.send("SubscriptionConfirmation", &evil).await;
    insta::assert_snapshot!(format!("{status}: {}", told["error"].as_str().unwrap()), @r#"400: its SubscribeURL names a user or a port"#);
    assert_eq!(topic.fetched(), [confirmed]);
    topic.open.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_that_amazon_does_not_confirm_is_told_to_who_asked() {
    let noting = Noting {
        refuses: true,
        ..Noting::default()
    };
    let topic = Topic::new(noting, TOPIC).await;
    let (status, told) = topic
        .send("SubscriptionConfirmation", &confirmation(TOPIC, AMAZON))
        .await;
    insta::assert_snapshot!(format!("{status}: {}", told["error"].as_str().unwrap()), @r#"502: Amazon SNS answers 400 Bad Request: the token may be older than three days"#);
    topic.open.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_that_somebody_ended_is_not_begun_again() {
    let topic = Topic::new(Noting::default(), TOPIC).await;
    let ended = confirmation(TOPIC, AMAZON).replace("SubscriptionConfirmation", "UnsubscribeConfirmation");
    let (status, _) = topic.send("UnsubscribeConfirmation", &ended).await;
    assert_eq!(status, 200);
    assert!(topic.fetched().is_empty());
    topic.open.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_message_of_a_listed_topic_is_refused_with_the_reason() {
    let topic = Topic::new(Noting::default(), TOPIC).await;
    let body = notification(TOPIC, &alert(1));
    let other = notification("arn:aws:sns:eu-west-1:999988887777:x\u{1b}", &alert(1));
    let raw = [
        ("x-amz-sns-message-type", "Notification"),
        ("x-amz-sns-rawdelivery", "true"),
    ];
    let told = [
        topic.send_with(&raw, &alert(1)).await,
        topic.send("Notification", &alert(1)).await,
        topic.send("Notification", "").await,
        topic.send("SubscriptionConfirmation", &body).await,
        topic.send("Notification", &other).await,
    ];
    let told = told.map(|(status, told)| format!("{status}: {}", told["error"].as_str().unwrap()));
    insta::assert_snapshot!(told.join("\n"), @r#"
400: this is raw delivery: without SNS's envelope nobody knows which topic a message is from, and it bears no signature; switch raw message delivery off for this subscription
400: this is no message of SNS: a JSON object with `Type`, `TopicArn` and what else belongs to the type; if raw message delivery is on for this subscription, switch it off: missing field `Type` at line 1 column 1252
400: this is no message of SNS: a JSON object with `Type`, `TopicArn` and what else belongs to the type; if raw message delivery is on for this subscription, switch it off: EOF while parsing a value at line 1 column 0
400: the header says that this is `SubscriptionConfirmation`, and the body that it is `Notification`
403: the topic arn:aws:sns:eu-west-1:999988887777:x\u{1b} is not among those of [[door.sns]]
"#);
    assert!(topic.open.waiting().await.unwrap().is_empty());
    // An alert that can't be read is kept; SNS is not to send it again.
    let (status, _) = topic
        .send("Notification", &notification(TOPIC, "no alert at all"))
        .await;
    assert_eq!(status, 422);
    topic
        .open
        .failed("sns-0a1b2c3d-0000-1111-2222-333344445555")
        .await
        .unwrap();
    topic.open.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_published_to_a_topic_at_moto_comes_in() {
    let world = World::shared().unwrap();
    let arn = format!(
        "arn:aws:sns:eu-west-1:{}:quell-{}",
        quell_tests::moto::ACCOUNT,
        std::process::id()
    );
    let topic = Topic::new(Noting::default(), &arn).await;
    let endpoint = format!("http://quell:{TOKEN}@{}/sns", topic.address);
    publish(&world.moto, &arn, &endpoint, &alert(1)).await;
    let taken = topic.open.takes(1).await.unwrap();
    assert!(taken[0].id.as_str().starts_with("sns-"), "{:?}", taken[0].id);
    topic.open.close().await.unwrap();
}

/// Makes the topic, subscribes the endpoint to it, and publishes the message, by boto3.
async fn publish(moto: &Moto, arn: &str, endpoint: &str, message: &str) {
    let environment = moto.environment();
    let arguments = [arn.to_owned(), endpoint.to_owned(), message.to_owned()];
    let published = tokio::task::spawn_blocking(move || {
        let [arn, endpoint, message] = &arguments;
        python::run("publish.py", &[arn, endpoint, message], &environment)
    });
    published.await.unwrap().unwrap();
}
