//! Events in the forms that AWS gives them, whole ones and broken ones.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{door::message::Envelope, hold::HoldFilter, text::with_causes, way::order::Order};

fn read(event: &Value) -> Result<String, String> {
    let text = event.to_string();
    super::read(&text)
        .map(|event| format!("{event:?}"))
        .map_err(|error| with_causes(&error))
}

fn refused(event: &Value) -> String {
    read(event).expect_err("it is none")
}

/// As Lambda hands over messages of a queue.
fn queued(id: &str, body: &str) -> Value {
    json!({
        "messageId": id,
        "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": "1893829200000",
            "SenderId": "AIDAIENQZJOLO23YVJ4VO",
            "ApproximateFirstReceiveTimestamp": "1893829200001"
        },
        "messageAttributes": {},
        "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-west-1:111122223333:alerts",
        "awsRegion": "eu-west-1"
    })
}

#[test]
fn messages_of_a_queue_are_read_each() {
    let event = json!({ "Records": [queued("1", "{}"), queued("2", "no JSON")] }).to_string();
    let Ok(Event::Sqs(records)) = super::read(&event) else {
        panic!("it is a queue's")
    };
    let read: Vec<_> = records
        .iter()
        .map(|record| (record.message_id.as_str(), record.body.as_str()))
        .collect();
    assert_eq!(read, [("1", "{}"), ("2", "no JSON")]);
    let queue = records[0].queue_arn.as_deref();
    assert_eq!(queue, Some("arn:aws:sqs:eu-west-1:111122223333:alerts"));
}

/// The public sample of AWS's documentation, where it lies beside the repository.
#[test]
fn the_event_of_sns_that_aws_documents_is_read() {
    let sample =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/samples/sns/lambda_sns_event.json");
    let Ok(text) = std::fs::read_to_string(&sample) else {
        eprintln!("skipped: {} is not there", sample.display());
        return;
    };
    let Ok(Event::Sns(records)) = super::read(&text) else {
        panic!("it is SNS's")
    };
    let [Ok(record)] = records.as_slice() else {
        panic!("it has one record: {records:?}")
    };
    let sent: Value = serde_json::from_str(&text).unwrap();
    let sent = &sent["Records"][0]["Sns"];
    assert_eq!(sent["MessageId"], record.message_id);
    assert_eq!(sent["TopicArn"], record.topic_arn);
    assert_eq!(sent["Timestamp"], record.timestamp);
    assert_eq!(sent["Message"], record.message);
    assert_eq!(sent["Subject"], *record.subject.as_ref().unwrap());
}

#[test]
fn a_queues_record_that_has_no_id_fails_the_batch_because_it_cant_be_named() {
    let mut broken = queued("1", "{}");
    broken.as_object_mut().unwrap().remove("messageId");
    let event = json!({ "Records": [queued("0", "{}"), broken] });
    insta::assert_snapshot!(refused(&event), @"record 1 of the event is from `aws:sqs` but has not the form of a queue's record: texts `messageId` and `body`: missing field `messageId` at line 1 column 408");
}

#[test]
fn a_detectors_event_of_eventbridge_is_an_alert_with_the_events_id() {
    let event = json!({
        "version": "0",
        "id": "c8c4daa7-a20c-2f03-0070-b7393dd542ad",
        "detail-type": "GuardDuty Finding",
        "source": "aws.guardduty",
        "account": "111122223333",
        "time": "2030-01-05T07:40:00Z",
        "region": "eu-west-1",
        "resources": [],
        "detail": { "schemaVersion": "2.0", "id": "16afba5c5c43e07c9e3e5e2e544e95df" }
    })
    .to_string();
    let Ok(Event::Alert(carried)) = super::read(&event) else {
        panic!("it is an alert")
    };
    assert_eq!(carried.id.as_str(), "eventbridge-c8c4daa7-a20c-2f03-0070-b7393dd542ad");
    assert_eq!(
        (carried.body.as_ref(), carried.envelope),
        (event.as_str(), Envelope::EventBridge)
    );
}

#[test]
fn a_rules_schedule_and_eventbridge_scheduler_tick() {
    let rule = json!({
        "version": "0",
        "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "111122223333",
        "time": "2030-01-05T07:40:00Z",
        "region": "eu-west-1",
        "resources": ["arn:aws:events:eu-west-1:111122223333:rule/quell-tick"],
        "detail": {}
    });
    assert_eq!(read(&rule).unwrap(), "Tick");
    assert_eq!(read(&json!({ "quell": "tick" })).unwrap(), "Tick");
}

#[test]
fn a_command_is_read_as_quell_sends_it() {
    let commands = [
        Command::Order(Order::Pause { reason: "x".to_owned() }),
        Command::Holds(HoldFilter {
            ended: true,
            account: Some("111122223333".to_owned()),
            ..HoldFilter::default()
        }),
        Command::Pardons,
    ];
    for command in commands {
        let sent = serde_json::to_string(&super::super::command::Asked { quell: &command }).unwrap();
        let Ok(Event::Command(read)) = super::read(&sent) else {
            panic!("{sent}")
        };
        assert_eq!(read, command);
    }
    let short = r#"{"quell":{"holds":{}}}"#;
    assert!(matches!(super::read(short), Ok(Event::Command(Command::Holds(_)))));
}

#[test]
fn a_command_with_a_slip_in_it_is_told_and_not_half_understood() {
    insta::assert_snapshot!(refused(&json!({ "quell": "tock" })), @r#"this is no command: `quell` must be `"tick"`, `"pardons"`, `{"holds":{}}` or an order such as `{"order":{"release":{"holds":[42]}}}`: unknown variant `tock`, expected one of `tick`, `order`, `holds`, `pardons` at line 1 column 6"#);
    insta::assert_snapshot!(refused(&json!({ "quell": { "holds": { "adress": "192.0.2.1/32" } } })), @r#"this is no command: `quell` must be `"tick"`, `"pardons"`, `{"holds":{}}` or an order such as `{"order":{"release":{"holds":[42]}}}`: unknown field `adress`, expected one of `ended`, `ids`, `target`, `account`, `region`, `resource`, `overlaps`, `plugin`, `direction`, `since`, `is-denial`, `covered` at line 1 column 18"#);
}

#[test]
fn a_web_requests_body_is_never_taken_for_an_event() {
    let event = json!({
        "version": "2.0",
        "rawPath": "/alerts/guardduty",
        "rawQueryString": "",
        "headers": { "authorization": "Bearer x" },
        "requestContext": { "http": { "method": "POST" }, "stage": "$default" },
        "body": "{\"quell\":{\"order\":{\"resume\":{}}}}",
        "isBase64Encoded": false
    });
    let text = event.to_string();
    assert!(matches!(super::read(&text), Ok(Event::Http(Ok(_)))));
}

#[test]
fn an_event_of_another_kind_is_told_by_what_was_seen() {
    let told = [
        json!({ "Records": [{ "eventSource": "aws:s3", "s3": {} }] }),
        json!({ "Records": [] }),
        json!({ "Records": {} }),
        json!({}),
        json!({ "key1": "value1", "key2": "value2", "key3": "value3" }),
        json!([1]),
        json!(null),
    ]
    .map(|event| refused(&event));
    insta::assert_snapshot!(told.join("\n"), @r#"
    the event's records are from `aws:s3`; Quell takes those of `aws:sns` and `aws:sqs`: take that trigger away from the function
    the event's list `Records` is empty: nothing was delivered; look at who invokes the function
    the event is not that of an SNS trigger: it must be a JSON object with a list `Records`; subscribe the function to the SNS topic, or look at who invokes it: invalid type: map, expected a sequence at line 1 column 0
    the event is of no kind that Quell knows: it is an object with nothing in it. Quell takes events of SNS and SQS (`Records`), of EventBridge (`detail-type`), of a schedule (`{"quell":"tick"}`), of a Function URL or API Gateway (`requestContext`), and commands (`quell`)
    the event is of no kind that Quell knows: it is an object with `key1`, `key2`, `key3`. Quell takes events of SNS and SQS (`Records`), of EventBridge (`detail-type`), of a schedule (`{"quell":"tick"}`), of a Function URL or API Gateway (`requestContext`), and commands (`quell`)
    the event is not a JSON object; look at who invokes the function: invalid type: sequence, expected a map at line 1 column 0
    the event is not a JSON object; look at who invokes the function: invalid type: null, expected a map at line 1 column 4
    "#);
}

#[test]
fn an_event_that_is_cut_off_is_told() {
    let error = super::read("{\"Records\": [").unwrap_err();
    insta::assert_snapshot!(with_causes(&error), @"the event is not a JSON object; look at who invokes the function: EOF while parsing a list at line 1 column 13");
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        let _ = super::read(&text);
    }

    #[test]
    fn no_strange_value_makes_it_panic(key in "Records|quell|detail-type|requestContext|rawPath|httpMethod", text in "\\PC{0,40}") {
        let _ = super::read(&json!({ key.as_str(): text, "requestContext": {}, "rawPath": text }).to_string());
    }
}

#[test]
fn a_command_of_a_name_that_would_move_the_cursor_is_told_in_escapes() {
    let told = refused(&json!({ "quell": "ti\u{202e}ck\r" }));
    assert!(told.contains("unknown variant `ti\\u{202e}ck\\r`"), "{told}");
}
