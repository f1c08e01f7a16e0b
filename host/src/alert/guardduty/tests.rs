use std::{collections::BTreeSet, error::Error};

use proptest::prelude::*;
use rstest::rstest;
use serde_json::json;

use super::*;

const SSH_BRUTE_FORCE: &str = include_str!("../../../../examples/alerts/guardduty-ssh-brute-force.json");
const RDP_BRUTE_FORCE: &str = include_str!("../../../../examples/alerts/guardduty-rdp-brute-force.json");
const SAMPLE: &str = include_str!("../../../../examples/alerts/guardduty-sample.json");

fn event() -> Value {
    serde_json::from_str(SSH_BRUTE_FORCE).unwrap()
}

fn finding() -> Value {
    event()["detail"].take()
}

/// The finding with the value at a JSON pointer changed.
fn with(pointer: &str, value: Value) -> Value {
    let mut finding = finding();
    *finding.pointer_mut(pointer).unwrap() = value;
    finding
}

fn decoded(finding: &Value) -> Alert {
    decode(finding.to_string().as_bytes()).unwrap()
}

/// The error with its causes, as an operator reads it.
fn refused(text: &str) -> String {
    let error = decode(text.as_bytes()).unwrap_err();
    let cause = error.source().map(|cause| format!(": {cause}"));
    format!("{error}{}", cause.unwrap_or_default())
}

/// Without the raw text, as JSON.
fn shown(alert: &Alert) -> String {
    serde_json::to_string_pretty(alert).unwrap()
}

#[test]
fn an_event_of_eventbridge_is_read() {
    let alert = decode(SSH_BRUTE_FORCE.as_bytes()).unwrap();
    assert_eq!(alert.raw, SSH_BRUTE_FORCE, "the raw text is kept to the byte");
    insta::assert_snapshot!(shown(&alert), @r#"
    {
      "id": "2ac9d1f06f6a4b58a7b1c52dd0e3f671",
      "detector": "guardduty",
      "kind": "UnauthorizedAccess:EC2/SSHBruteForce",
      "title": "203.0.113.7 is performing SSH brute force attacks against i-0abc1234def567890.",
      "description": "203.0.113.7 is performing SSH brute force attacks against i-0abc1234def567890. Brute force attacks are used to gain unauthorized access to your instance by guessing the SSH password.",
      "severity": 50,
      "time": "2026-01-15T11:48:30Z",
      "test": false,
      "resolved": false,
      "source": {
        "name": "i-0abc1234def567890",
        "addresses": [
          "10.0.1.10",
          "198.51.100.10",
          "2001:db8:0:1201::10"
        ],
        "host_names": [
          "ip-10-0-1-10.eu-west-1.compute.internal",
          "ec2-198-51-100-10.eu-west-1.compute.amazonaws.com"
        ]
      },
      "place": {
        "account": "111122223333",
        "region": "eu-west-1",
        "vpc": "vpc-0a1b2c3d4e5f60718"
      },
      "extensions": {
        "guardduty-action": "NETWORK_CONNECTION",
        "guardduty-count": "118",
        "guardduty-resource-role": "TARGET"
      }
    }
    "#);
}

#[test]
fn a_finding_of_the_api_or_the_export_is_the_same_alert_as_the_one_in_an_event() {
    let in_event = decode(SSH_BRUTE_FORCE.as_bytes()).unwrap();
    assert_eq!(shown(&decoded(&finding())), shown(&in_event));
}

#[test]
fn a_finding_in_capitals_is_read_as_well() {
    insta::assert_snapshot!(shown(&decode(RDP_BRUTE_FORCE.as_bytes()).unwrap()), @r#"
    {
      "id": "9d3b7a10c6e44ab5905f1f7de2c4a086",
      "detector": "guardduty",
      "kind": "UnauthorizedAccess:EC2/RDPBruteForce",
      "title": "2001:db8:bad:cafe::66 is performing RDP brute force attacks against i-0abc1234def567890.",
      "description": "2001:db8:bad:cafe::66 is performing RDP brute force attacks against i-0abc1234def567890.",
      "severity": 50,
      "time": "2026-01-15T11:48:30Z",
      "test": false,
      "resolved": false,
      "source": {
        "name": "i-0abc1234def567890",
        "addresses": [
          "10.0.1.10",
          "198.51.100.10",
          "2001:db8:0:1201::10"
        ],
        "host_names": [
          "ip-10-0-1-10.eu-west-1.compute.internal",
          "ec2-198-51-100-10.eu-west-1.compute.amazonaws.com"
        ]
      },
      "place": {
        "account": "111122223333",
        "region": "eu-west-1",
        "vpc": "vpc-0a1b2c3d4e5f60718"
      },
      "extensions": {
        "guardduty-action": "NETWORK_CONNECTION",
        "guardduty-count": "61",
        "guardduty-resource-role": "TARGET"
      }
    }
    "#);
}

#[test]
fn a_sample_is_a_test_however_it_is_marked() {
    assert!(decode(SAMPLE.as_bytes()).unwrap().test);
    for info in [
        json!({"sample": true}),
        json!({"sample": "true"}),
        json!({"value": "{\"sample\":true}", "type": "default"}),
    ] {
        assert!(decoded(&with("/service/additionalInfo", info.clone())).test, "{info}");
    }
    assert!(decoded(&with("/title", json!("[SAMPLE] 198.51.100.0 is probing"))).test);
    for info in [json!(null), json!({"sample": false}), json!({"value": "sample"})] {
        assert!(!decoded(&with("/service/additionalInfo", info.clone())).test, "{info}");
    }
}

#[test]
fn an_archived_finding_is_resolved_and_one_that_does_not_say_is_refused() {
    assert!(!decoded(&finding()).resolved);
    assert!(decoded(&with("/service/archived", json!(true))).resolved);
    insta::assert_snapshot!(refused(&with("/service/archived", json!("no")).to_string()), @"the alert's `archived` (line 1 column 2056) is a text, but must be true or false; send the alert as the detector gave it");
    insta::assert_snapshot!(refused(r#"{"id": "f1", "type": "t", "service": {}}"#), @"the alert has no `archived`, which must be true or false; send the whole alert as the detector gave it");
    insta::assert_snapshot!(refused(r#"{"id": "f1", "type": "t"}"#), @"the alert has no `service`, which must be an object; send the whole alert as the detector gave it");
}

#[rstest]
#[case::lowest(json!(1), Some(10))]
#[case::low(json!(3.9), Some(39))]
#[case::medium(json!(5.5), Some(55))]
#[case::high(json!(8), Some(80))]
#[case::critical(json!(9.0), Some(90))]
#[case::highest(json!(10), Some(100))]
#[case::off_the_scale(json!(11), None)]
#[case::negative(json!(-1), None)]
#[case::a_word(json!("HIGH"), None)]
#[case::nothing(json!(null), None)]
fn the_severity_is_ten_times_guardduty_s(#[case] severity: Value, #[case] expected: Option<u8>) {
    assert_eq!(decoded(&with("/severity", severity)).severity, expected);
}

#[test]
fn the_time_is_when_it_was_last_seen_or_else_last_changed() {
    let time = |finding: &Value| decoded(finding).time.unwrap().to_string();
    assert_eq!(time(&finding()), "2026-01-15T11:48:30Z");
    assert_eq!(
        time(&with("/service/eventLastSeen", json!(null))),
        "2026-01-15T11:55:02Z"
    );
}

#[test]
fn every_address_of_every_interface_is_the_own_side() {
    let mut finding = finding();
    let second = json!({
        "privateIpAddress": "10.0.2.20", "privateIpAddresses": [{"privateIpAddress": "10.0.2.21"}],
        "publicIp": "::ffff:192.0.2.20", "ipv6Addresses": ["2001:db8:0:1202::20", 7], "vpcId": "vpc-0a1b2c3d4e5f60718"
    });
    finding["resource"]["instanceDetails"]["networkInterfaces"]
        .as_array_mut()
        .unwrap()
        .push(second);
    finding["service"]["action"]["networkConnectionAction"]["localIpDetails"] = json!({"ipAddressV4": "10.0.3.30"});
    let alert = decoded(&finding);
    let addresses: Vec<_> = alert.source.addresses.iter().map(ToString::to_string).collect();
    let expected = [
        "10.0.1.10",
        "198.51.100.10",
        "2001:db8:0:1201::10",
        "10.0.2.20",
        "10.0.2.21",
        "192.0.2.20",
        "2001:db8:0:1202::20",
        "10.0.3.30",
    ];
    assert_eq!(addresses, expected);
    assert_eq!(alert.place.vpc.as_deref(), Some("vpc-0a1b2c3d4e5f60718"));
}

#[test]
fn a_place_that_is_not_certain_is_not_known() {
    let mut two_vpcs = finding();
    two_vpcs["resource"]["instanceDetails"]["networkInterfaces"]
        .as_array_mut()
        .unwrap()
        .push(json!({"vpcId": "vpc-0fffffff"}));
    assert_eq!(decoded(&two_vpcs).place.vpc, None);
    let not_an_id = with(
        "/resource/instanceDetails/networkInterfaces/0/vpcId",
        json!("vpc-generated"),
    );
    assert_eq!(decoded(&not_an_id).place.vpc, None);
    assert_eq!(decoded(&with("/accountId", json!("1234"))).place.region, None);
    assert_eq!(decoded(&with("/region", json!("Ireland"))).place.account, None);
}

#[test]
fn a_finding_about_stolen_keys_has_no_instance_and_no_addresses() {
    let resource = json!({"resourceType": "AccessKey", "accessKeyDetails": {"userName": "deploy"}});
    let mut finding = with("/resource", resource);
    finding["service"]["action"] = json!({"actionType": "AWS_API_CALL", "awsApiCallAction": {"api": "ListBuckets"}});
    let alert = decoded(&finding);
    assert_eq!(alert.source.name, "AccessKey");
    assert!(alert.source.addresses.is_empty() && alert.source.host_names.is_empty());
}

#[test]
fn three_keys_make_a_finding() {
    let alert = decode(br#"{"id": "f1", "type": "Recon:EC2/Portscan", "service": {"archived": false}}"#).unwrap();
    insta::assert_snapshot!(shown(&alert), @r#"
    {
      "id": "f1",
      "detector": "guardduty",
      "kind": "Recon:EC2/Portscan",
      "title": "Recon:EC2/Portscan",
      "description": "",
      "severity": null,
      "time": null,
      "test": false,
      "resolved": false,
      "source": {
        "name": "",
        "addresses": [],
        "host_names": []
      },
      "place": {
        "account": null,
        "region": null,
        "vpc": null
      }
    }
    "#);
}

#[test]
fn what_is_no_finding_is_named_with_the_remedy() {
    let mut other = event();
    other["detail-type"] = json!("Security Hub Findings - Imported");
    insta::assert_snapshot!(refused(&other.to_string()), @r#"this is an EventBridge event about something else than a GuardDuty finding, not an alert; let the rule's pattern have `"detail-type": ["GuardDuty Finding"]`"#);
    insta::assert_snapshot!(refused(r#"{"detail-type": "GuardDuty Finding", "detail": []}"#), @"the alert has no `detail`, which must be a finding of GuardDuty; send the whole alert as the detector gave it");
    insta::assert_snapshot!(refused(r#"{"Findings": []}"#), @"this is a list of findings, not an alert; send each of its findings as an alert of its own");
    insta::assert_snapshot!(refused(r#"{"Message": "{}", "TopicArn": "t"}"#), @"this is an SNS notification, not an alert; send the text of its `Message`");
    insta::assert_snapshot!(refused("{}"), @"the alert has no `service`, which must be an object; send the whole alert as the detector gave it");
    insta::assert_snapshot!(refused(&with("/id", json!("a b")).to_string()), @"the alert's `id` (line 1 column 404) is a text, but must be a text of 1 to 300 letters, digits and `-`; send the alert as the detector gave it");
    insta::assert_snapshot!(refused(&with("/id", json!("x".repeat(301))).to_string()), @"the alert's `id` (line 1 column 404) is a text, but must be a text of 1 to 300 letters, digits and `-`; send the alert as the detector gave it");
    insta::assert_snapshot!(refused(&with("/type", json!(" ")).to_string()), @"the alert's `type` (line 1 column 2369) is a text, but must be a text that is not empty; send the alert as the detector gave it");
}

#[test]
fn a_key_in_both_spellings_is_refused_because_readers_differ_in_which_they_take() {
    let text = r#"{"Id": "f1", "Type": "t", "Service": {"Archived": false, "archived": true}}"#;
    insta::assert_snapshot!(refused(text), @"the alert gives `archived` twice (the second value is at line 1 column 70); send the alert as the detector gave it");
    insta::assert_snapshot!(refused(r#"{"id": "f1", "type": "t", "id": "f2"}"#), @"the alert gives `id` twice (the second value is at line 1 column 33); send the alert as the detector gave it");
}

#[test]
fn a_title_can_not_colour_the_terminal() {
    let alert = decoded(&with("/title", json!("\u{1b}[31mred")));
    insta::assert_snapshot!(alert.title, @r"\u{1b}[31mred");
}

#[test]
fn a_finding_is_told_from_an_alert_of_another_detector() {
    let broken = r#"{"schemaVersion": "2.0", "id": "f1"}"#;
    for ours in [SSH_BRUTE_FORCE, RDP_BRUTE_FORCE, SAMPLE, broken] {
        assert_eq!(crate::alert::recognise(ours), Detector::GuardDuty);
    }
    let theirs = include_str!("../../../../examples/alerts/excessive-access.json");
    for other in [theirs, "", "{}", "[]", "not JSON"] {
        assert_eq!(crate::alert::recognise(other), Detector::StealthwatchCloud, "{other}");
    }
}

/// The public samples of others, where they lie beside the repository.
#[test]
fn real_findings_are_read_and_those_that_are_samples_are_tests() {
    let samples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/samples/guardduty");
    let Ok(files) = std::fs::read_dir(&samples) else {
        eprintln!("skipped: {} is not there", samples.display());
        return;
    };
    let found: BTreeSet<_> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    let read = |name: &str| std::fs::read_to_string(samples.join(name)).unwrap();
    let check = |name: &str, text: &str, kind: &str, is_test: bool| {
        let sent: Value = serde_json::from_str(text).unwrap();
        let sent = sent.get("detail").unwrap_or(&sent);
        let alert = decode(text.as_bytes()).unwrap();
        assert_eq!(sent["id"], alert.id, "{name}");
        assert_eq!((alert.kind.as_str(), alert.test), (kind, is_test), "{name}");
        assert!(!alert.resolved && alert.time.is_some(), "{name}");
    };
    let readable = [
        (
            "eventbridge_Backdoor_EC2_DenialOfService_Tcp_ipv6.json",
            "Backdoor:EC2/DenialOfService.Tcp",
            true,
        ),
        (
            "panther_02_Trojan_EC2_DGADomainRequest_B.json",
            "Trojan:EC2/DGADomainRequest.B",
            true,
        ),
        (
            "panther_03_UnauthorizedAccess_EC2_SSHBruteForce.json",
            "UnauthorizedAccess:EC2/SSHBruteForce",
            false,
        ),
    ];
    for (name, kind, is_test) in readable {
        check(name, &read(name), kind, is_test);
    }
    // This one went through a program that renamed `service`, without which nobody knows whether a finding is archived.
    let unreadable = "mozdef_test_defaults_Recon_EC2_PortProbeUnprotectedPort.json";
    let renamed = read(unreadable);
    let told = refused(&renamed);
    assert!(told.starts_with("the alert has no `service`"), "{told}");
    let as_sent = renamed.replacen("\"finding\":", "\"service\":", 1);
    check(unreadable, &as_sent, "Recon:EC2/PortProbeUnprotectedPort", false);

    let named = readable.map(|(name, ..)| name).into_iter().chain([unreadable]);
    let named: BTreeSet<_> = named.map(str::to_owned).collect();
    assert_eq!(found, named, "each is named here");
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
        let _ = decode(&bytes);
    }

    #[test]
    fn no_part_of_a_finding_makes_it_panic_whatever_takes_its_place(
        at in 0..12_usize,
        value in prop_oneof![Just(json!(null)), Just(json!(-1)), Just(json!([[], {}])), Just(json!({"é": 1})), Just(json!("é"))],
    ) {
        let places = [
            "/id", "/type", "/service", "/resource", "/service/action", "/service/count", "/resource/instanceDetails",
            "/resource/instanceDetails/networkInterfaces", "/resource/instanceDetails/networkInterfaces/0",
            "/service/action/networkConnectionAction", "/service/additionalInfo", "/severity",
        ];
        let _ = decode(with(places[at], value).to_string().as_bytes());
    }
}
