use std::error::Error;

use proptest::prelude::*;
use serde_json::json;

use super::*;

/// An alert as the detector sends it, all 29 keys.
fn alert() -> Value {
    json!({
        "assigned_to": null,
        "assigned_to_username": null,
        "comments": {"comments": [], "count": 0, "text": "0 comments"},
        "created": "2030-01-05T07:40:00Z",
        "description": "Many failed logins from outside.",
        "hostname": "",
        "id": 4711,
        "ips_when_created": ["192.0.2.10"],
        "last_modified": "2030-01-05T08:29:11.342857Z",
        "merit": 0,
        "natural_time": "17\u{a0}hours ago",
        "new_comment": null,
        "obj_created": "2030-01-05T07:45:43.732118Z",
        "observations": [90001, 90002],
        "priority": 20,
        "publish_time": "2030-01-05T07:45:43.686570+00:00",
        "resolved": false,
        "resolved_time": null,
        "resolved_user": null,
        "rules_matched": null,
        "snooze_settings": null,
        "source": 67,
        "source_info": {
            "created": "2029-09-21T15:00:25.559925+00:00",
            "hostnames": ["web.example.com"],
            "ips": ["192.0.2.10", "2001:db8::10"],
            "name": "i-0a1b2c3d4e5f60718",
            "namespace": "awsv2:111122223333:eu-west-1:vpc-0a1b2c3d"
        },
        "source_name": "i-0a1b2c3d4e5f60718",
        "source_params": {"id": 67, "meta": "net-link", "name": "i-0a1b2c3d4e5f60718"},
        "tags": [],
        "text": "Excessive Access Attempts (External) on i-0a1b2c3d4e5f60718\nhttps://example.obsrvbl.com/#/alerts/4711",
        "time": "2030-01-05T07:40:00Z",
        "type": "Excessive Access Attempts (External)"
    })
}

fn with(key: &str, value: Value) -> Value {
    let mut alert = alert();
    alert[key] = value;
    alert
}

fn without(key: &str) -> Value {
    let mut alert = alert();
    alert.as_object_mut().unwrap().remove(key);
    alert
}

fn decoded(alert: &Value) -> Alert {
    decode(alert.to_string().as_bytes()).unwrap()
}

/// The error with its causes, as an operator reads it.
fn refused(bytes: &[u8]) -> String {
    let error = decode(bytes).unwrap_err();
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}

#[test]
fn a_whole_alert_is_read() {
    let sent = serde_json::to_string_pretty(&alert()).unwrap();
    let alert = decode(sent.as_bytes()).unwrap();
    assert_eq!(alert.raw, sent, "the raw text is kept to the byte");
    insta::assert_snapshot!(serde_json::to_string_pretty(&alert).unwrap(), @r#"
    {
      "id": "4711",
      "detector": "stealthwatch-cloud",
      "kind": "Excessive Access Attempts (External)",
      "title": "Excessive Access Attempts (External) on i-0a1b2c3d4e5f60718",
      "description": "Many failed logins from outside.",
      "severity": 50,
      "time": "2030-01-05T07:40:00Z",
      "test": false,
      "resolved": false,
      "source": {
        "name": "i-0a1b2c3d4e5f60718",
        "addresses": [
          "192.0.2.10",
          "2001:db8::10"
        ],
        "host_names": [
          "web.example.com"
        ]
      },
      "place": {
        "account": "111122223333",
        "region": "eu-west-1",
        "vpc": "vpc-0a1b2c3d"
      }
    }
    "#);
}

#[test]
fn an_alert_about_the_whole_network_has_no_addresses_and_no_place() {
    let mut network = with("source_name", json!("Network"));
    network["source_info"] = json!({"name": "Network", "created": "2029-09-21T15:00:25.559925+00:00"});
    network["ips_when_created"] = json!([]);
    network["hostname"] = Value::Null;
    let alert = decoded(&network);
    assert_eq!(alert.source.name, "Network");
    assert!(alert.source.addresses.is_empty() && alert.source.host_names.is_empty());
    assert_eq!(alert.place, Place::default());
}

#[test]
fn a_source_without_information_is_still_a_source() {
    for alert in [
        with("source_info", Value::Null),
        without("source_info"),
        with("source_info", json!("web")),
    ] {
        let alert = decoded(&alert);
        assert_eq!(alert.source.name, "i-0a1b2c3d4e5f60718");
        assert_eq!(alert.source.addresses, ["192.0.2.10".parse::<IpAddr>().unwrap()]);
        assert_eq!(alert.place, Place::default());
    }
}

#[test]
fn a_missing_source_name_is_taken_from_the_source_information() {
    assert_eq!(decoded(&without("source_name")).source.name, "i-0a1b2c3d4e5f60718");
    assert_eq!(
        decoded(&with("source_name", json!(" "))).source.name,
        "i-0a1b2c3d4e5f60718"
    );
}

#[test]
fn a_source_named_by_its_address_is_never_to_be_blocked_either() {
    let mut alert = with("source_name", json!("198.51.100.7"));
    alert["ips_when_created"] = json!(["::ffff:192.0.2.10", "192.0.2.10", "not an address", 5, null]);
    alert["source_info"]["ips"] = Value::Null;
    let addresses: Vec<_> = decoded(&alert)
        .source
        .addresses
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(addresses, ["192.0.2.10", "198.51.100.7"]);
}

#[test]
fn the_host_name_of_the_alert_and_of_its_source_are_both_kept_once() {
    let mut alert = with("hostname", json!("mail.example.com"));
    alert["source_info"]["hostnames"] = json!(["mail.example.com", "", "web.example.com"]);
    assert_eq!(
        decoded(&alert).source.host_names,
        ["mail.example.com", "web.example.com"]
    );
}

#[test]
fn an_unreadable_time_is_unknown_and_no_error() {
    assert_eq!(
        decoded(&with("time", json!("20-01-05T07:40:00.593640+00:00"))).time,
        None
    );
    assert_eq!(decoded(&with("time", json!(1_893_829_200))).time, None);
    assert_eq!(decoded(&without("time")).time, None);
}

#[test]
fn a_priority_becomes_a_severity_and_an_unknown_one_none() {
    let of = |priority| decoded(&with("priority", priority)).severity;
    assert_eq!(
        [of(json!(10)), of(json!(20)), of(json!(30))],
        [Some(25), Some(50), Some(75)]
    );
    assert_eq!(
        [of(json!(0)), of(json!(-1)), of(json!("20")), of(Value::Null)],
        [None; 4]
    );
}

#[test]
fn a_test_alert_is_a_test_in_any_spelling() {
    for kind in ["Test Alert", "test alert", " TEST ALERT "] {
        assert!(decoded(&with("type", json!(kind))).test, "{kind}");
    }
    assert!(!decoded(&alert()).test);
}

#[test]
fn a_resolved_alert_is_resolved() {
    assert!(decoded(&with("resolved", json!(true))).resolved);
}

#[test]
fn three_keys_are_enough_for_a_hand_written_alert() {
    let alert = decode(br#"{"id": 1, "type": "New External Connection", "resolved": false}"#).unwrap();
    assert_eq!(alert.title, "New External Connection");
    assert_eq!(alert.source, Source::default());
}

#[test]
fn unknown_keys_are_fine_whatever_they_hold() {
    decoded(&with("added_in_2031", json!({"any": [1, {"thing": 1.5e300}]})));
}

#[test]
fn a_title_can_not_take_over_the_terminal() {
    let mut alert = with("text", json!("\u{1b}[2Jgone\u{7}\nsecond line"));
    alert["type"] = json!("a\u{1b}[31m");
    alert["source_name"] = json!("web\u{202e}");
    let alert = decoded(&alert);
    insta::assert_snapshot!(alert.title, @r"\u{1b}[2Jgone\u{7}");
    insta::assert_snapshot!(alert.kind, @r"a\u{1b}[31m");
    insta::assert_snapshot!(alert.source.name, @r"web\u{202e}");
}

#[test]
fn a_title_is_one_short_line() {
    let title = decoded(&with("text", json!("é".repeat(5000)))).title;
    assert_eq!(title.chars().count(), text::MAX_TITLE);
    assert!(title.ends_with('…'));
}

#[test]
fn a_missing_key_that_matters_is_named_with_the_remedy() {
    insta::assert_snapshot!(refused(without("id").to_string().as_bytes()), @"the alert has no `id`, which must be a whole number; send the whole alert as the detector gave it");
    insta::assert_snapshot!(refused(without("type").to_string().as_bytes()), @"the alert has no `type`, which must be a text that is not empty; send the whole alert as the detector gave it");
    insta::assert_snapshot!(refused(without("resolved").to_string().as_bytes()), @"the alert has no `resolved`, which must be true or false; send the whole alert as the detector gave it");
}

#[test]
fn a_wrong_type_that_matters_is_named_with_its_position() {
    insta::assert_snapshot!(
        refused(b"{\n  \"id\": 1,\n  \"type\": \"x\",\n  \"resolved\": \"false\"\n}"),
        @"the alert's `resolved` (line 4 column 15) is a text, but must be true or false; send the alert as the detector gave it"
    );
    for (key, value) in [
        ("id", json!("4711")),
        ("id", json!(1.5)),
        ("id", json!(-1)),
        ("id", Value::Null),
        ("type", json!("")),
        ("type", json!(["x"])),
        ("resolved", Value::Null),
        ("resolved", json!(0)),
    ] {
        let error = decode(with(key, value.clone()).to_string().as_bytes()).unwrap_err();
        assert!(
            matches!(error, DecodeError::WrongType { key: named, .. } if named == key),
            "{key} {value}: {error}"
        );
    }
}

#[test]
fn an_id_too_large_for_any_number_is_refused() {
    let error = decode(br#"{"id": 1e999, "type": "x", "resolved": false}"#).unwrap_err();
    assert!(matches!(error, DecodeError::WrongType { key: "id", .. }), "{error}");
}

#[test]
fn a_key_given_twice_is_refused_because_readers_differ_in_which_they_take() {
    insta::assert_snapshot!(
        refused(br#"{"id": 1, "type": "x", "resolved": true, "resolved": false}"#),
        @"the alert gives `resolved` twice (the second value is at line 1 column 54); send the alert as the detector gave it"
    );
    let error =
        decode(br#"{"id": 1, "type": "x", "resolved": false, "source_info": {"ips": ["192.0.2.1"], "ips": []}}"#);
    assert!(matches!(error, Err(DecodeError::RepeatedKey { key, .. }) if key == "ips"));
}

#[test]
fn what_is_not_json_is_refused_with_the_position() {
    insta::assert_snapshot!(refused(b""), @"the alert is empty; send the alert's JSON object as the detector gave it");
    insta::assert_snapshot!(refused(b" \n"), @"the alert is empty; send the alert's JSON object as the detector gave it");
    insta::assert_snapshot!(refused(b"<html>"), @"the alert is not JSON, or not all of it (line 1 column 1); send the alert's JSON object unchanged: expected value at line 1 column 1");
    insta::assert_snapshot!(refused(b"{\"id\": 1,\n\"type"), @"the alert is not JSON, or not all of it (line 2 column 5); send the alert's JSON object unchanged: EOF while parsing a string at line 2 column 5");
    insta::assert_snapshot!(refused(b"{\"id\": 1} {}"), @"the alert is not JSON, or not all of it (line 1 column 11); send the alert's JSON object unchanged: trailing characters at line 1 column 11");
    insta::assert_snapshot!(refused(b"{\"id\": \"\xff\"}"), @"the alert is not UTF-8 text: line 1 column 9 is a byte that can't be; send the alert's JSON unchanged: invalid utf-8 sequence of 1 bytes from index 8");
}

#[test]
fn every_truncation_of_an_alert_is_an_error() {
    let whole = alert().to_string();
    for end in 0..whole.len() {
        assert!(decode(&whole.as_bytes()[..end]).is_err(), "cut at {end}");
    }
}

#[test]
fn what_holds_alerts_is_not_an_alert_and_the_message_says_what_to_send() {
    insta::assert_snapshot!(refused(b"[{}]"), @"the alert must be one JSON object, but it is an array; send each alert on its own");
    insta::assert_snapshot!(refused(b"null"), @"the alert must be one JSON object, but it is null; send each alert on its own");
    insta::assert_snapshot!(
        refused(br#"{"meta": {"total_count": 1}, "objects": [{"id": 1}]}"#),
        @"this is a list of the alerts API, not an alert; send each element of its `objects` as an alert of its own"
    );
    insta::assert_snapshot!(refused(br#"{"Type": "Notification", "TopicArn": "arn", "Message": "{}"}"#), @"this is an SNS notification, not an alert; send the text of its `Message`");
    insta::assert_snapshot!(refused(br#"{"Records": []}"#), @"this is a Lambda event, not an alert; send the text of `Sns.Message` of each of its `Records` as an alert of its own");
}

#[test]
fn deep_nesting_is_refused_and_does_not_overflow_the_stack() {
    let deep = format!(
        r#"{{"id": 1, "type": "x", "resolved": false, "tags": {}{}}}"#,
        "[".repeat(200_000),
        "]".repeat(200_000)
    );
    insta::assert_snapshot!(refused(deep.as_bytes()), @"the alert is nested deeper than 64 levels (line 1 column 114); no detector sends such an alert");
    let brackets_in_a_text = with("description", json!("[{".repeat(500)));
    decoded(&brackets_in_a_text);
}

#[test]
fn ten_megabytes_are_refused_by_their_size() {
    let large = with("description", json!("x".repeat(10_000_000))).to_string();
    assert!(matches!(decode(large.as_bytes()), Err(DecodeError::TooLarge { .. })));
    insta::assert_snapshot!(refused(&vec![b' '; 10_485_760]), @"the alert has 10485760 bytes, and Quell reads at most 1048576; send one alert at a time, as the detector gave it");
}

/// Real payloads are not part of the project; where they lie beside it they are tried.
#[test]
fn real_payloads_are_read() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/samples/swc");
    if !folder.is_dir() {
        eprintln!("skipped: there are no sample payloads at {}", folder.display());
        return;
    }
    let mut seen = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        let alerts = match value.get("objects").and_then(Value::as_array) {
            Some(objects) => objects.iter().map(Value::to_string).collect(),
            None if value.get("type").is_some() => vec![text],
            // An observation, not an alert: `fact::stealthwatch` reads it.
            None => continue,
        };
        for alert in alerts {
            let alert = decode(alert.as_bytes()).unwrap();
            assert!(!alert.kind.is_empty() && !alert.title.is_empty() && alert.severity.is_some());
            assert!(!alert.source.addresses.is_empty() && alert.time.is_some());
            seen.push((alert.test, alert.resolved));
        }
    }
    assert!(seen.len() >= 4, "{seen:?}");
    assert!(
        seen.contains(&(true, true)) && seen.contains(&(false, false)),
        "{seen:?}"
    );
}

/// JSON values, with the detector's own keys often among those of objects.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
    ];
    let key = prop_oneof![
        "id|type|resolved|source_info|ips|namespace|hostname|priority|time|text|ips_when_created",
        ".*"
    ];
    leaf.prop_recursive(4, 64, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::btree_map(key.clone(), inner, 0..8)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        let _ = decode(&bytes);
    }

    #[test]
    fn no_json_makes_it_panic(value in any_json()) {
        let _ = decode(value.to_string().as_bytes());
    }

    #[test]
    fn no_value_of_a_key_makes_it_panic_and_no_text_keeps_a_control_character(
        key in prop::sample::select(alert().as_object().unwrap().keys().cloned().collect::<Vec<_>>()),
        value in any_json(),
    ) {
        if let Ok(alert) = decode(with(&key, value).to_string().as_bytes()) {
            let lines = [&alert.id, &alert.kind, &alert.title, &alert.source.name];
            for line in lines.into_iter().chain(&alert.source.host_names) {
                prop_assert!(!line.chars().any(char::is_control), "{line:?}");
            }
        }
    }
}
