use proptest::prelude::*;
use rstest::rstest;
use serde_json::json;

use super::*;
use crate::text::with_causes;

const WAZUH: &str = include_str!("../../../../examples/alerts/wazuh-ssh-brute-force.json");
const LIST: &str = include_str!("../../../../examples/alerts/webhook-with-a-list.json");

const WAZUH_MAPPING: &str = r#"
    id = "/id"
    kind = "/rule/description"
    description = { at = "/full_log", default = "" }
    severity = { at = "/rule/level", scale = [0, 15] }
    time = "/timestamp"
    test = false
    resolved = false
    instance = "/agent/labels/aws/instance-id"
    addresses = "/agent/ip"
    account = { default = "111122223333" }
    region = { default = "eu-west-1" }
    observations = { remote = "/data/srcip", attempts = "/rule/frequency", port = { at = "/data/dstport", optional = true } }
"#;

const LIST_MAPPING: &str = r#"
    list = "/alerts"
    id = "/fingerprint"
    kind = "/labels/alertname"
    title = "/annotations/summary"
    severity = { at = "/labels/severity", words = { warning = 50, critical = 90 } }
    time = "/startsAt"
    test = false
    resolved = { at = "/status", true-if = ["resolved"], false-if = ["firing"] }
    instance = "/labels/instance_id"
    observations = { remote = "/annotations/remote_ip", attempts = "/annotations/failures" }
"#;

fn mapping(text: &str) -> Mapping {
    toml::from_str(text).unwrap()
}

fn detector() -> Detector {
    "wazuh".parse().unwrap()
}

fn decoded(mapping: &Mapping, alert: &str) -> Result<Alert, DecodeError> {
    mapping.decode(detector(), alert.as_bytes())
}

/// A short mapping with one more line.
fn with(line: &str) -> Mapping {
    let known = line.split('=').next().unwrap_or_default().trim();
    let lines = ["id = '/id'", "kind = '/kind'", "test = false", "resolved = false"];
    let lines = lines.iter().filter(|it| !it.starts_with(&format!("{known} ")));
    mapping(&lines.copied().chain([line]).collect::<Vec<_>>().join("\n"))
}

fn read(line: &str, alert: Value) -> Result<Alert, String> {
    let mut alert = alert;
    for (key, value) in [("id", "a1"), ("kind", "attack")] {
        alert.as_object_mut().unwrap().entry(key).or_insert(value.into());
    }
    decoded(&with(line), &alert.to_string()).map_err(|error| with_causes(&error))
}

#[test]
fn an_alert_of_an_unknown_detector_is_read_as_its_mapping_says() {
    let mapping = mapping(WAZUH_MAPPING);
    assert_eq!(mapping.contradictions(), []);
    let alert = decoded(&mapping, WAZUH).unwrap();
    assert_eq!(alert.raw, WAZUH, "the raw text is kept to the byte");
    insta::assert_snapshot!(serde_json::to_string_pretty(&alert).unwrap());
    insta::assert_snapshot!(mapping.observations(&alert).unwrap()[0].raw, @r#"{"connected_ip":"203.0.113.7","failed_attempts":8}"#);
}

#[test]
fn each_element_of_a_list_is_an_alert() {
    let mapping = mapping(LIST_MAPPING);
    assert_eq!(mapping.contradictions(), []);
    let alerts = mapping.alerts(LIST).unwrap();
    let alerts: Vec<_> = alerts.iter().map(|alert| decoded(&mapping, alert).unwrap()).collect();
    let told = alerts
        .iter()
        .map(|it| format!("{} {:?} {}", it.id, it.severity, it.resolved));
    insta::assert_snapshot!(told.collect::<Vec<_>>().join("\n"), @r"
    9f2a41c07d3be511 Some(90) false
    9f2a41c07d3be512 Some(90) true
    9f2a41c07d3be513 Some(90) false
    ");
    assert_eq!(mapping.alerts("{}"), None);
    assert_eq!(mapping.alerts(r#"{"alerts": []}"#), Some(Vec::new()));
}

#[test]
fn a_mapping_stays_what_it_is_when_it_is_written_into_a_recording() {
    for text in [WAZUH_MAPPING, LIST_MAPPING] {
        let mapping = mapping(text);
        let written = serde_json::to_string(&mapping).unwrap();
        assert_eq!(serde_json::from_str::<Mapping>(&written).unwrap(), mapping, "{written}");
    }
}

#[rstest]
#[case::not_there(r#"resolved = { at = "/status", true-if = ["closed"] }"#, json!({}))]
#[case::not_there_without_words("resolved = '/closed'", json!({}))]
#[case::deeper(r#"resolved = "/state/closed""#, json!({"state": {}}))]
#[case::null("resolved = '/closed'", json!({"closed": null}))]
#[case::of_another_type("resolved = '/closed'", json!({"closed": "perhaps"}))]
#[case::a_number("resolved = '/closed'", json!({"closed": 0}))]
#[case::neither_word(r#"resolved = { at = "/status", true-if = ["closed"], false-if = ["open"] }"#, json!({"status": "OPEN"}))]
#[case::a_structure(r#"resolved = { at = "/status", true-if = ["closed"] }"#, json!({"status": ["closed"]}))]
#[case::a_test_that_is_not_said("test = '/test'", json!({}))]
fn an_alert_that_may_be_closed_or_a_test_is_never_read_as_open(#[case] line: &str, #[case] alert: Value) {
    read(line, alert).unwrap_err();
}

#[rstest]
#[case::true_itself("resolved = '/closed'", json!({"closed": true}), true)]
#[case::false_as_text("resolved = '/closed'", json!({"closed": "false"}), false)]
#[case::a_word(r#"resolved = { at = "/s", true-if = ["closed", "2"] }"#, json!({"s": "closed"}), true)]
#[case::a_number_as_a_word(r#"resolved = { at = "/s", true-if = ["closed", "2"] }"#, json!({"s": 2}), true)]
#[case::another_word(r#"resolved = { at = "/s", true-if = ["closed"] }"#, json!({"s": "x"}), false)]
#[case::only_what_is_open_is_named(r#"resolved = { at = "/s", false-if = ["open"] }"#, json!({"s": "x"}), true)]
#[case::null_is_open_if_so_named(r#"resolved = { at = "/closed_at", false-if = ["null"] }"#, json!({"closed_at": null}), false)]
#[case::a_time_is_not_null(r#"resolved = { at = "/closed_at", false-if = ["null"] }"#, json!({"closed_at": "2026"}), true)]
#[case::missing_counts_as_closed_if_so_said(r#"resolved = { at = "/closed", default = true }"#, json!({}), true)]
fn whether_it_is_closed_is_what_the_mapping_says(#[case] line: &str, #[case] alert: Value, #[case] resolved: bool) {
    assert_eq!(read(line, alert).unwrap().resolved, resolved);
}

#[test]
fn what_is_missing_or_odd_is_told_with_its_place() {
    let refused = |line: &str, alert: Value| read(line, alert).unwrap_err();
    insta::assert_snapshot!(refused("resolved = '/closed'", json!({})), @"the alert has nothing at `/closed`, where its resolved must be: true or false, or one of `true-if` or `false-if` in the mapping; send the whole alert as the detector gave it, or correct the mapping of the detector");
    insta::assert_snapshot!(refused("title = '/title'", json!({"title": ""})), @"the alert has nothing at `/title`, where its title must be: a text that is not empty; send the whole alert as the detector gave it, or correct the mapping of the detector");
    insta::assert_snapshot!(refused("title = '/title'", json!({"title": {}})), @"what the alert has at `/title` can't be its title: it is an object, but must be a text; send the whole alert as the detector gave it, or correct the mapping of the detector");
    insta::assert_snapshot!(refused("instance = '/host'", json!({"host": "web-1"})), @r#"what the alert has at `/host` can't be its instance: it is `"web-1"`, but must be an instance's id, such as `i-0a1b2c3d4e5f60718`, or its ARN; send the whole alert as the detector gave it, or correct the mapping of the detector"#);
    insta::assert_snapshot!(refused("severity = { at = '/level', scale = [0, 15] }", json!({"level": 16})), @"what the alert has at `/level` can't be its severity: it is `16`, but must be a number from 0 to 15, or one of the `words` of the mapping; send the whole alert as the detector gave it, or correct the mapping of the detector");
    insta::assert_snapshot!(refused("time = '/at'", json!({"at": "yesterday"})), @r#"what the alert has at `/at` can't be its time: it is `"yesterday"`, but must be a time such as `2030-01-05T07:40:00Z`, of 1970 or later; send the whole alert as the detector gave it, or correct the mapping of the detector"#);
    insta::assert_snapshot!(refused("observations = { remote = '/ip' }", json!({"ip": "attacker.example"})), @r#"what the alert has at `/ip` can't be its remote address: it is `"attacker.example"`, but must be an address, or a list of addresses; send the whole alert as the detector gave it, or correct the mapping of the detector"#);
    insta::assert_snapshot!(refused("observations = { remote = '/ip' }", json!({})), @"the alert has nothing at `/ip`, where its remote address must be: an address; send the whole alert as the detector gave it, or correct the mapping of the detector");
}

#[rstest]
#[case::rfc_3339("'/at'", json!("2026-01-15T11:48:30Z"))]
#[case::seconds("{ at = '/at', format = 'seconds' }", json!(1_768_477_710))]
#[case::seconds_as_text("{ at = '/at', format = 'seconds' }", json!("1768477710"))]
#[case::seconds_with_a_fraction("{ at = '/at', format = 'seconds' }", json!(1_768_477_710.0))]
#[case::milliseconds("{ at = '/at', format = 'milliseconds' }", json!(1_768_477_710_000_u64))]
fn a_time_is_read_in_the_format_of_the_detector(#[case] part: &str, #[case] at: Value) {
    let alert = read(&format!("time = {part}"), json!({ "at": at })).unwrap();
    assert_eq!(alert.time.unwrap().to_string(), "2026-01-15T11:48:30Z");
}

#[rstest]
#[case::on_a_scale("{ at = '/s', scale = [0, 15] }", json!(10), Some(67))]
#[case::on_a_scale_that_falls("{ at = '/s', scale = [5, 1] }", json!(1), Some(100))]
#[case::as_text("{ at = '/s', scale = [0, 10] }", json!("7.5"), Some(75))]
#[case::in_a_word("{ at = '/s', words = { high = 80 } }", json!("High"), Some(80))]
#[case::in_another_word("{ at = '/s', words = { high = 80 }, default = 30 }", json!("odd"), Some(30))]
#[case::missing("{ at = '/s', default = 30 }", json!(null), Some(30))]
#[case::missing_and_optional("{ at = '/s', optional = true }", json!(null), None)]
fn a_severity_is_read_on_the_scale_of_the_detector(#[case] part: &str, #[case] s: Value, #[case] severity: Option<u8>) {
    let alert = read(&format!("severity = {part}"), json!({ "s": s })).unwrap();
    assert_eq!(alert.severity, severity);
}

#[test]
fn every_value_that_a_star_leads_to_is_an_observation() {
    let line = "observations = { at = '/events/*', remote = { at = ['/v4', '/v6'], optional = true }, own = '/local', established = { at = '/in', default = false } }";
    let alert = json!({"events": [
        {"v4": "203.0.113.7", "v6": "2001:db8::7", "local": "10.0.1.10", "in": true},
        {"local": "10.0.1.10"},
        {"v4": ["203.0.113.8"], "v6": "", "local": "10.0.1.11"},
    ]});
    let mapping = with(line);
    let alert = read(line, alert).unwrap();
    let seen = mapping.observations(&alert).unwrap();
    let seen: Vec<_> = seen.iter().map(|it| format!("{} {}", it.id, it.raw)).collect();
    insta::assert_snapshot!(seen.join("\n"), @r#"
    a1-1 {"established":true,"remote_ip":["203.0.113.7","2001:db8::7"],"scanned_ip":["10.0.1.10"]}
    a1-3 {"established":false,"remote_ip":"203.0.113.8","scanned_ip":["10.0.1.11"]}
    "#);
}

#[test]
fn an_element_of_a_list_that_is_an_address_itself_is_pointed_to_by_nothing() {
    let line = "observations = { at = '/attackers/*', remote = '' }";
    let mapping = with(line);
    assert_eq!(mapping.contradictions(), []);
    let alert = read(line, json!({"attackers": ["203.0.113.7", "2001:db8::7"]})).unwrap();
    let seen: Vec<_> = mapping
        .observations(&alert)
        .unwrap()
        .into_iter()
        .map(|it| it.raw)
        .collect();
    assert_eq!(
        seen,
        [r#"{"remote_ip":"203.0.113.7"}"#, r#"{"remote_ip":"2001:db8::7"}"#]
    );
}

#[test]
fn an_arn_names_its_instance() {
    let arn = "arn:aws:ec2:eu-west-1:111122223333:instance/i-0abc1234def567890";
    assert_eq!(
        read("instance = '/arn'", json!({ "arn": arn })).unwrap().source.name,
        "i-0abc1234def567890"
    );
}

#[rstest]
#[case::resolved_may_be_forgotten(
    "resolved = { at = '/closed', default = false }",
    "an alert without its `resolved` would count as open: `default` is false"
)]
#[case::test_may_be_forgotten(
    "test = { at = '/test', default = false }",
    "an alert without its `test` would count as open: `default` is false"
)]
#[case::a_flag_from_nowhere(
    "resolved = { true-if = ['x'] }",
    "`resolved` says neither where it is (`at`) nor what it always is (`default`)"
)]
#[case::one_id_for_all(
    "id = { default = 'x' }",
    "`id` has a `default`, so different alerts would be taken for repeats of one"
)]
#[case::no_kind(
    "kind = { at = '/kind', optional = true }",
    "`kind` is optional, and no alert can do without it"
)]
#[case::several_titles("title = '/titles/*'", "`/titles/*` leads to several values, and this is one")]
#[case::both_yes_and_no(
    "resolved = { at = '/s', true-if = ['x'], false-if = ['x'] }",
    "`x` means both yes and no for `resolved`"
)]
#[case::no_scale("severity = { at = '/s', scale = [5, 5] }", "`scale` has no length")]
#[case::half_a_place(
    "region = '/region'",
    "`region` is given and `account` is not: half a place could be the wrong one"
)]
#[case::no_remote("observations = { remote = [] }", "`remote` says not where the remote address is")]
#[case::own_addresses_from_nowhere("addresses = []", "`addresses` says not where the own addresses are")]
#[case::own_addresses_from_nowhere_and_optional(
    "addresses = { at = [], optional = true }",
    "`addresses` says not where the own addresses are"
)]
#[case::an_own_side_from_nowhere(
    "observations = { remote = '/ip', own = [] }",
    "`own` says not where the own addresses are"
)]
#[case::the_alert_as_an_own_address(
    "addresses = ''",
    "`addresses` points to the whole alert (`\"\"`), which is an object and no address"
)]
#[case::the_alert_as_one_of_the_own_addresses(
    "observations = { remote = '/ip', own = ['/local', ''] }",
    "`own` points to the whole alert (`\"\"`), which is an object and no address"
)]
#[case::the_alert_as_the_remote_address(
    "observations = { at = '', remote = '' }",
    "`remote` points to the whole alert (`\"\"`), which is an object and no address"
)]
#[case::nothing(
    "title = {}",
    "`title` says neither where it is (`at`) nor what it always is (`default`)"
)]
fn a_mapping_that_makes_no_sense_is_refused_when_it_is_loaded(#[case] line: &str, #[case] message: &str) {
    let found = with(line).contradictions();
    assert!(found.iter().any(|it| it.message == message), "{found:#?}");
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
        Just(json!("203.0.113.7")),
    ];
    leaf.prop_recursive(3, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map("[a-c]", inner, 0..4).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
        let _ = decoded(&mapping(WAZUH_MAPPING), &String::from_utf8_lossy(&bytes));
        let _ = mapping(LIST_MAPPING).alerts(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn no_alert_makes_any_mapping_panic(
        value in any_json(),
        pointers in prop::collection::vec("(/([a-c]|[0-2]|\\*)){1,3}", 12),
        words in prop::collection::vec("[a-c]{0,2}|true|null", 0..3),
        scale in any::<[f64; 2]>(),
    ) {
        let at = |index: usize| json!({ "at": pointers[index], "optional": true });
        let mapping = json!({
            "list": pointers[0], "id": pointers[1], "kind": { "at": pointers[2], "default": "k" }, "title": at(3), "instance": at(4),
            "severity": { "at": pointers[5], "scale": scale, "optional": true }, "time": { "at": pointers[6], "format": "seconds", "optional": true },
            "test": { "at": pointers[7], "true-if": words }, "resolved": { "at": pointers[8], "false-if": words },
            "addresses": { "at": [pointers[9]], "optional": true },
            "observations": { "at": pointers[10], "remote": { "at": [pointers[11]], "optional": true } },
        });
        // A number that JSON has not is null.
        if let Ok(mapping) = serde_json::from_value::<Mapping>(mapping) {
            mapping.contradictions();
            let text = value.to_string();
            let _ = mapping.alerts(&text);
            if let Ok(alert) = decoded(&mapping, &text) {
                mapping.observations(&alert).unwrap();
            }
        }
    }
}
