use proptest::prelude::*;
use rstest::rstest;
use serde_json::json;

use super::*;
use crate::alert::Detector;
use crate::text::with_causes;

const SSH: &str = include_str!("../../../../examples/alerts/security-hub-ssh-brute-force.json");
const SSH_V2: &str = include_str!("../../../../examples/alerts/security-hub-v2-ssh-brute-force.json");
const BY_OURS: &str = include_str!("../../../../examples/alerts/security-hub-ssh-brute-force-by-our-instance.json");
const BY_OURS_V2: &str =
    include_str!("../../../../examples/alerts/security-hub-v2-ssh-brute-force-by-our-instance.json");
const PROBE: &str = include_str!("../../../../examples/alerts/security-hub-port-probe.json");
const ACTION: &str = include_str!("../../../../examples/alerts/security-hub-custom-action.json");
const GUARDDUTY: &str = include_str!("../../../../examples/alerts/guardduty-ssh-brute-force.json");

/// An event with the value at a JSON Pointer of its finding changed, or taken away.
fn with(event: &str, pointer: &str, value: Option<Value>) -> String {
    let mut event: Value = serde_json::from_str(event).unwrap();
    let finding = &mut event["detail"]["findings"][0];
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = finding.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Some(value) => _ = parent.insert(key.replace("~1", "/"), value),
        None => _ = parent.remove(key).unwrap(),
    }
    event.to_string()
}

fn decoded(text: &str) -> Alert {
    decode(text.as_bytes()).unwrap()
}

fn refused(text: &str) -> String {
    with_causes(&decode(text.as_bytes()).unwrap_err())
}

fn seen_in(text: &str) -> String {
    let observations = observations(&decoded(text)).unwrap();
    let lines = observations.iter().map(|it| {
        let raw: Value = serde_json::from_str(&it.raw).unwrap();
        format!(
            "{} {} {} ← {}\n",
            it.kind, raw["connectionDirection"], raw["localIpDetails"], raw["remoteIpDetails"]
        )
    });
    lines.collect()
}

#[test]
fn a_finding_of_guardduty_says_the_same_in_either_format() {
    let alert = decoded(SSH);
    assert_eq!(alert.raw, SSH, "the raw text is kept to the byte");
    insta::assert_snapshot!(serde_json::to_string_pretty(&alert).unwrap());
    let v2 = decoded(SSH_V2);
    assert_eq!(v2.source.name, alert.source.name);
    assert_eq!((&v2.id, &v2.kind, &v2.place), (&alert.id, &alert.kind, &alert.place));
    assert_eq!((v2.time, v2.test, v2.resolved), (alert.time, false, false));
    assert_eq!(v2.extensions, alert.extensions);
}

#[test]
fn the_attacker_is_named_in_either_format() {
    insta::assert_snapshot!(seen_in(SSH), @r#"NETWORK_CONNECTION "INBOUND" {"ipAddressV4":"10.0.1.10"} ← {"city":{"cityName":""},"country":{"countryName":"Examplia"},"geoLocation":{"lat":0,"lon":0},"ipAddressV4":"203.0.113.7","organization":{"asn":"64496","asnOrg":"Example Hosting","isp":"Example Hosting","org":"Example Hosting"}}"#);
    insta::assert_snapshot!(seen_in(SSH_V2), @r#"NETWORK_CONNECTION "INBOUND" {"ipAddressV4":"10.0.1.10"} ← {"ipAddressV4":"203.0.113.7"}"#);
}

#[test]
fn whom_our_instance_attacks_is_the_remote_side_and_the_instance_the_actor() {
    for event in [BY_OURS, BY_OURS_V2] {
        let alert = decoded(event);
        assert_eq!(alert.extensions["guardduty-resource-role"], "ACTOR");
        let seen = seen_in(event);
        assert!(
            seen.contains("\"OUTBOUND\"") && !seen.contains("← {\"ipAddressV4\":\"10."),
            "{seen}"
        );
    }
}

#[test]
fn an_address_that_only_the_product_s_fields_name_is_found_also_ipv6() {
    let seen = seen_in(PROBE);
    assert_eq!(seen.lines().count(), 4, "{seen}");
    for remote in ["203.0.113.88", "2001:db8:5ca::1", "198.51.100.201"] {
        assert!(seen.contains(remote), "{seen}");
    }
    // The format's own action has no place for IPv6.
    let action =
        json!({"ActionType": "PORT_PROBE", "PortProbeAction": {"PortProbeDetails": [{"RemoteIpDetails": {}}]}});
    assert_eq!(seen_in(&with(PROBE, "/Action", Some(action))), seen);
}

#[test]
fn an_own_address_is_never_taken_for_the_remote_one() {
    let to_itself =
        json!([{"connection_info": {}, "src_endpoint": {"ip": "10.0.1.10"}, "dst_endpoint": {"ip": "203.0.113.99"}}]);
    let seen = seen_in(&with(SSH_V2, "/evidences", Some(to_itself)));
    insta::assert_snapshot!(seen, @r#"NETWORK_CONNECTION "OUTBOUND" {"ipAddressV4":"10.0.1.10"} ← {"ipAddressV4":"203.0.113.99"}"#);
    let only_own = json!([{"src_endpoint": {"ip": "10.0.1.10"}, "dst_endpoint": {"ip": "198.51.100.10"}}]);
    assert_eq!(seen_in(&with(SSH_V2, "/evidences", Some(only_own))), "");
    let addresses = decoded(SSH).source.addresses;
    assert!(addresses.contains(&"10.0.1.10".parse().unwrap()), "{addresses:?}");
}

#[test]
fn a_connection_of_another_product_names_the_side_that_its_direction_says() {
    let network =
        json!({"Direction": "IN", "SourceIpV4": "203.0.113.7", "DestinationIpV4": "10.0.1.20", "DestinationPort": 22});
    let without = with(&with(SSH, "/Action", None), "/ProductFields", Some(json!({})));
    let seen = seen_in(&with(&without, "/Network", Some(network)));
    insta::assert_snapshot!(seen, @r#"NETWORK_CONNECTION "INBOUND" {"ipAddressV4":"10.0.1.20","ipAddressV6":""} ← {"ipAddressV4":"203.0.113.7","ipAddressV6":""}"#);
    let no_direction = json!({"SourceIpV4": "203.0.113.7"});
    assert_eq!(seen_in(&with(&without, "/Network", Some(no_direction))), "");
}

#[rstest]
#[case::archived(SSH, "/RecordState", json!("ARCHIVED"))]
#[case::resolved_by_a_person(SSH, "/Workflow/Status", json!("RESOLVED"))]
#[case::suppressed_by_a_person(SSH, "/Workflow/Status", json!("SUPPRESSED"))]
#[case::archived_in_guardduty(SSH, "/ProductFields/aws~1guardduty~1service~1archived", json!("true"))]
#[case::suppressed(SSH_V2, "/status_id", json!(3))]
#[case::resolved(SSH_V2, "/status_id", json!(4))]
#[case::archived_v2(SSH_V2, "/status_id", json!(5))]
#[case::resolved_in_words(SSH_V2, "/status", json!("Resolved"))]
#[case::closed(SSH_V2, "/activity_id", json!(3))]
#[case::archived_as_unmapped(SSH_V2, "/unmapped/RecordState", json!("ARCHIVED"))]
#[case::suppressed_as_unmapped(SSH_V2, "/unmapped/WorkflowState", json!("SUPPRESSED"))]
fn a_finding_that_is_over_is_resolved(#[case] event: &str, #[case] pointer: &str, #[case] value: Value) {
    assert!(!decoded(event).resolved);
    assert!(decoded(&with(event, pointer, Some(value))).resolved);
}

#[rstest]
#[case::by_its_key(SSH, "/Sample", json!(true))]
#[case::by_its_title(SSH, "/Title", json!("[SAMPLE] 203.0.113.7 is performing SSH brute force attacks."))]
#[case::by_guardduty_s_field(SSH, "/ProductFields/aws~1guardduty~1service~1additionalInfo~1sample", json!("true"))]
#[case::unmapped(SSH_V2, "/unmapped/Sample", json!("true"))]
#[case::by_its_title_v2(SSH_V2, "/finding_info/title", json!("[SAMPLE] x"))]
fn a_sample_is_a_test(#[case] event: &str, #[case] pointer: &str, #[case] value: Value) {
    assert!(!decoded(event).test);
    assert!(decoded(&with(event, pointer, Some(value))).test);
}

#[test]
fn a_finding_of_which_it_is_not_known_whether_it_is_open_is_refused() {
    insta::assert_snapshot!(refused(&with(SSH, "/RecordState", None)), @"the alert has nothing at `/RecordState`, where its state must be: `ACTIVE` or `ARCHIVED`; send the whole alert as the detector gave it, or correct the mapping of the detector");
    insta::assert_snapshot!(refused(&with(SSH, "/Workflow", None)), @"the alert has nothing at `/Workflow/Status`, where its state must be: `NEW` or `NOTIFIED` or `RESOLVED` or `SUPPRESSED`; send the whole alert as the detector gave it, or correct the mapping of the detector");
    insta::assert_snapshot!(refused(&with(SSH, "/Workflow/Status", Some(json!("FORGOTTEN")))), @"what the alert has at `/Workflow/Status` can't be its state: it is `FORGOTTEN`, but must be `NEW` or `NOTIFIED` or `RESOLVED` or `SUPPRESSED`; send the whole alert as the detector gave it, or correct the mapping of the detector");
    let without = with(&with(SSH_V2, "/status_id", None), "/status", None);
    insta::assert_snapshot!(refused(&without), @"the alert has nothing at `/status_id`, where its state must be: the status_id of a finding (1 to 6), or its status in words; send the whole alert as the detector gave it, or correct the mapping of the detector");
    let odd = with(
        &with(SSH_V2, "/status_id", Some(json!(99))),
        "/status",
        Some(json!("Triaged")),
    );
    insta::assert_snapshot!(refused(&odd), @"what the alert has at `/status_id` can't be its state: it is `99`, but must be the status_id of a finding (1 to 6), or its status in words; send the whole alert as the detector gave it, or correct the mapping of the detector");
}

#[test]
fn what_a_product_sends_to_security_hub_has_no_workflow_yet() {
    let event: Value = serde_json::from_str(&with(SSH, "/Workflow", None)).unwrap();
    let finding = &event["detail"]["findings"][0];
    assert!(!decoded(&json!({ "Findings": [finding] }).to_string()).resolved);
    decode(finding.to_string().as_bytes()).unwrap_err();
}

#[rstest]
#[case::the_number_in_the_band(json!({"Label": "HIGH", "Normalized": 85}), Some(85))]
#[case::the_label_where_they_differ(json!({"Label": "LOW", "Normalized": 40}), Some(20))]
#[case::only_the_label(json!({"Label": "CRITICAL"}), Some(95))]
#[case::only_the_number(json!({"Normalized": 33}), Some(33))]
#[case::informational(json!({"Label": "INFORMATIONAL", "Normalized": 0}), Some(0))]
#[case::beyond_the_scale(json!({"Normalized": 101}), None)]
#[case::nothing(json!({}), None)]
fn the_severity_is_that_of_the_label(#[case] severity: Value, #[case] expected: Option<u8>) {
    assert_eq!(decoded(&with(SSH, "/Severity", Some(severity))).severity, expected);
}

#[test]
fn of_an_event_with_several_findings_each_is_an_alert_of_its_own() {
    let findings = findings(ACTION).unwrap();
    assert_eq!(findings.len(), 2);
    let alerts: Vec<_> = findings.iter().map(|finding| decoded(finding)).collect();
    assert_ne!(alerts[0].id, alerts[1].id);
    for alert in &alerts {
        assert_eq!(alert.extensions["security-hub-action"], "block-attacker");
    }
    insta::assert_snapshot!(refused(ACTION), @"this is a list of findings, not an alert; send each of its findings as an alert of its own");
    assert_eq!(
        findings
            .iter()
            .map(|it| super::findings(it).unwrap().len())
            .sum::<usize>(),
        2
    );
}

#[test]
fn a_finding_is_told_from_an_alert_of_another_detector() {
    let bare = serde_json::from_str::<Value>(SSH).unwrap()["detail"]["findings"][0].to_string();
    let list = format!("{{\"Findings\": [{bare}]}}");
    for ours in [
        SSH,
        SSH_V2,
        ACTION,
        &bare,
        &list,
        &format!("[{bare}]"),
        &format!("{}\n{}\n", bare, bare),
    ] {
        assert_eq!(crate::alert::recognise(ours), Detector::SecurityHub);
    }
    assert_eq!(crate::alert::recognise(GUARDDUTY), Detector::GuardDuty);
}

#[test]
fn other_events_are_refused_with_what_the_rule_should_be() {
    insta::assert_snapshot!(refused(GUARDDUTY), @r#"this is an EventBridge event about something else than findings of Security Hub, not an alert; let the rule's pattern have `"detail-type": ["Security Hub Findings - Imported", "Findings Imported V2"]`"#);
    insta::assert_snapshot!(refused(&with(SSH_V2, "/class_uid", Some(json!(4001)))), @"this is an event of OCSF that is no finding (its class_uid is not of the category Findings), not an alert; send Detection Findings, class_uid 2004");
}

/// The public samples of others, where they lie beside the repository.
#[test]
fn real_findings_are_read() {
    let samples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/samples/securityhub");
    let Ok(files) = std::fs::read_dir(&samples) else {
        eprintln!("skipped: {} is not there", samples.display());
        return;
    };
    for file in files {
        let path = file.unwrap().path();
        let alert = decode(&std::fs::read(&path).unwrap()).unwrap();
        assert!(
            alert.time.is_some() && alert.severity == Some(20) && !alert.resolved,
            "{}",
            path.display()
        );
        assert_eq!(alert.place.region.as_deref(), Some("us-east-2"));
        assert_eq!(alert.extensions["guardduty-action"], "AWS_API_CALL");
        assert_eq!(observations(&alert).unwrap().len(), 1, "{}", path.display());
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
        let _ = decode(&bytes);
    }

    #[test]
    fn no_part_of_a_finding_makes_it_panic_whatever_takes_its_place(
        at in 0..24_usize,
        v2: bool,
        value in prop_oneof![Just(json!(null)), Just(json!(-1)), Just(json!([[], {}])), Just(json!({"é": 1})), Just(json!("é")), Just(json!([null]))],
    ) {
        let event = if v2 { SSH_V2 } else { SSH };
        let event: Value = serde_json::from_str(event).unwrap();
        let keys: Vec<_> = event["detail"]["findings"][0].as_object().unwrap().keys().cloned().collect();
        let changed = with(&event.to_string(), &format!("/{}", keys[at % keys.len()]), Some(value));
        if let Ok(alert) = decode(changed.as_bytes()) {
            let _ = observations(&alert);
        }
        let _ = findings(&changed);
    }
}
