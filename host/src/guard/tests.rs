use rstest::rstest;

mod instances;

use super::*;
use crate::{
    alert::{Alert, Detector, Place, Source},
    cloud::{CloudPlace, Direction},
    decision::{Block, BlockPlace, Custom, End},
    hold::Target,
};

/// What time it is.
const NOW: &str = "2026-03-01T12:00:00Z";

/// Everything around one remediation, all of it in order.
struct Scene {
    alert: Alert,
    may: BTreeSet<ActionKind>,
    remediations: usize,
    home: CloudPlace,
    listed: Result<Vec<NeverBlock>, String>,
    demands: Demands,
    evidence: Evidence,
    pardons: Result<Vec<Pardon>, String>,
    surroundings: Result<PlaceSurroundings, String>,
    rules: Rules,
    remediation: Remediation,
}

impl Scene {
    fn new() -> Self {
        let home = CloudPlace {
            account: "111122223333".to_owned(),
            region: "eu-west-1".to_owned(),
        };
        Self {
            alert: Alert {
                id: "6125".to_owned(),
                detector: Detector::StealthwatchCloud,
                kind: "Excessive Access Attempts (External)".to_owned(),
                title: String::new(),
                description: String::new(),
                severity: None,
                time: None,
                test: false,
                resolved: false,
                source: Source {
                    name: "i-0abc1234def567890".to_owned(),
                    addresses: vec!["198.51.100.10".parse().unwrap()],
                    host_names: Vec::new(),
                },
                place: Place::default(),
                extensions: Default::default(),
                raw: String::new(),
            },
            may: BTreeSet::from([ActionKind::Block]),
            remediations: 1,
            surroundings: Ok(PlaceSurroundings {
                targets: vec![Target {
                    account: home.account.clone(),
                    region: home.region.clone(),
                    resource: "acl-0a1b2c3d".parse().unwrap(),
                }],
                vpcs: vec!["vpc-0a1b2c3d".parse().unwrap()],
                vpc_prefixes: vec!["10.0.0.0/16".parse().unwrap(), "2001:db8:0:1200::/56".parse().unwrap()],
                own_addresses: vec!["198.51.100.11".parse().unwrap()],
            }),
            home,
            listed: Ok(Vec::new()),
            demands: Demands::default(),
            evidence: Evidence::default(),
            pardons: Ok(Vec::new()),
            rules: Rules {
                never_block: vec!["192.0.2.0/28".parse::<ipnet::IpNet>().unwrap().into()],
                widest_ipv4: 24,
                widest_ipv6: 56,
                max_remediations: 20,
                longest_hold: Duration::from_secs(30 * 86_400),
                until_released: false,
                protection: Protection::default(),
                instances_per_hour: Most::Instances(3),
                deny_remotes: false,
            },
            remediation: Remediation {
                action: Action::Block(Block {
                    prefix: "203.0.113.7/32".to_owned(),
                    directions: vec![Direction::Ingress],
                    at: BlockPlace::Instance("i-0abc1234def567890".to_owned()),
                }),
                reason: "600 failed attempts".to_owned(),
                confidence: 90,
                until: End::Seconds(3600),
            },
        }
    }

    fn blocking(prefix: &str) -> Self {
        let mut scene = Self::new();
        if let Action::Block(block) = &mut scene.remediation.action {
            block.prefix = prefix.to_owned();
        }
        scene
    }

    fn examine(&self) -> Examined {
        let around = self.surroundings.clone().map(Surroundings::Place);
        self.examine_with(&around)
    }

    fn examine_with(&self, around: &Result<Surroundings, String>) -> Examined {
        let circumstances = Circumstances {
            alert: &self.alert,
            now: NOW.parse().unwrap(),
            may: &self.may,
            remediations: self.remediations,
            home: &self.home,
            listed: self.listed.as_deref().map_err(String::as_str),
            demands: &self.demands,
            evidence: Ok(&self.evidence),
            pardons: self.pardons.as_deref().map_err(String::as_str),
            surroundings: around.as_ref().map_err(String::as_str),
        };
        examine(&self.remediation, &circumstances, &self.rules)
    }

    /// The guard that refused and why; what is refused has not passed.
    fn refusal(&self) -> String {
        let examined = self.examine();
        assert!(examined.passed.is_none(), "nothing was refused");
        let refusal = examined.refusal().expect("what did not pass was refused by a guard");
        format!("{}: {}", refusal.guard, refusal.reason)
    }
}

#[test]
fn an_attacker_passes_and_every_guard_gives_its_reason() {
    let examined = Scene::new().examine();
    let told: Vec<_> = examined
        .verdicts
        .iter()
        .map(|verdict| format!("{}: {}", verdict.guard, verdict.reason))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    standing: alert 6125 is open and no test
    place: account 111122223333 in eu-west-1
    number: 1 of at most 20 remediations
    kind: the plugin may block
    form: 203.0.113.7/32 is a well-formed prefix, with a reason
    confidence: confidence 90 of 100
    term: for 3600 s
    width: /32 is not wider than /24
    surroundings: guarded by acl-0a1b2c3d
    never-block: 203.0.113.7/32 is outside of all that is never blocked
    pardon: 203.0.113.7/32 is not pardoned
    ");
    let intents = examined
        .passed
        .unwrap()
        .intents("nacl-block", jiff::Timestamp::UNIX_EPOCH);
    assert_eq!(intents.len(), 1);
    assert_eq!(intents[0].alert, "stealthwatch-cloud/6125");
    assert_eq!(intents[0].until, Some(jiff::Timestamp::from_second(3600).unwrap()));
}

#[rstest]
#[case::loopback("127.0.0.1/32")]
#[case::private("10.9.8.7/32")]
#[case::private_172("172.31.0.1/32")]
#[case::private_192("192.168.1.0/24")]
#[case::shared("100.64.0.9/32")]
#[case::metadata("169.254.169.254/32")]
#[case::multicast("224.0.0.1/32")]
#[case::broadcast("255.255.255.255/32")]
#[case::loopback_v6("::1/128")]
#[case::unique_local("fd12:3456::1/128")]
#[case::metadata_v6("fd00:ec2::254/128")]
#[case::link_local_v6("fe80::1/128")]
#[case::multicast_v6("ff02::1/128")]
#[case::mapped("::ffff:203.0.113.7/128")]
#[case::own_device_of_the_alert("198.51.100.10/32")]
#[case::around_the_own_device("198.51.100.0/24")]
#[case::other_address_of_the_instance("198.51.100.11/32")]
#[case::the_vpc_in_ipv6("2001:db8:0:1201::10/128")]
#[case::configured("192.0.2.3/32")]
#[case::around_the_configured("192.0.2.0/24")]
fn what_must_stay_reachable_is_never_blocked(#[case] prefix: &str) {
    let refusal = Scene::blocking(prefix).refusal();
    assert!(refusal.starts_with("never-block: "), "{refusal}");
}

#[rstest]
#[case::everything("0.0.0.0/0")]
#[case::everything_v6("::/0")]
#[case::one_bit_too_wide("203.0.112.0/23")]
#[case::one_bit_too_wide_v6("2001:db8:aa00::/55")]
fn a_prefix_that_is_too_wide_is_refused(#[case] prefix: &str) {
    let refusal = Scene::blocking(prefix).refusal();
    assert!(refusal.starts_with("width: "), "{refusal}");
}

#[rstest]
#[case("203.0.113.0/24")]
#[case("2001:db8:aa00::/56")]
fn the_widest_prefix_passes(#[case] prefix: &str) {
    assert!(Scene::blocking(prefix).examine().passed.is_some());
}

#[test]
fn a_prefix_that_can_not_be_read_is_refused_without_echoing_control_characters() {
    insta::assert_snapshot!(Scene::blocking("1.2.3\u{1b}[31m").refusal(), @r"form: `1.2.3\u{1b}[31m` is no prefix in CIDR notation, such as 203.0.113.7/32");
    insta::assert_snapshot!(Scene::blocking("203.0.113.7/24").refusal(), @"form: `203.0.113.7/24` has host bits set; the prefix is 203.0.113.0/24");
}

#[test]
fn a_test_alert_never_causes_a_write() {
    let mut scene = Scene::new();
    scene.alert.test = true;
    insta::assert_snapshot!(scene.refusal(), @"standing: alert 6125 only tests the channel");
}

#[test]
fn a_resolved_alert_never_causes_a_write() {
    let mut scene = Scene::new();
    scene.alert.resolved = true;
    insta::assert_snapshot!(scene.refusal(), @"standing: alert 6125 is resolved");
}

#[test]
fn an_alert_for_another_account_or_region_is_refused() {
    let mut scene = Scene::new();
    scene.alert.place.account = Some("999988887777".to_owned());
    insta::assert_snapshot!(scene.refusal(), @"place: the alert is for account 999988887777, the work on it is in 111122223333");
    scene.alert.place.account = Some("111122223333".to_owned());
    scene.alert.place.region = Some("us-east-1".to_owned());
    insta::assert_snapshot!(scene.refusal(), @"place: the alert is for region us-east-1, the work on it is in eu-west-1");
}

#[test]
fn a_network_acl_outside_of_the_alerts_account_is_refused() {
    let mut scene = Scene::new();
    if let Ok(surroundings) = &mut scene.surroundings {
        surroundings.targets[0].account = "999988887777".to_owned();
    }
    insta::assert_snapshot!(scene.refusal(), @"surroundings: 999988887777/eu-west-1/acl-0a1b2c3d is not in account 111122223333 in eu-west-1, which the alert is for");
}

#[test]
fn an_alert_for_another_vpc_is_refused() {
    let mut scene = Scene::new();
    scene.alert.place.vpc = Some("vpc-0ffffffff".to_owned());
    insta::assert_snapshot!(scene.refusal(), @"surroundings: the alert is for vpc-0ffffffff, the place of the block is in another VPC");
}

#[test]
fn too_many_remediations_are_refused_as_a_whole() {
    let mut scene = Scene::new();
    scene.remediations = 21;
    insta::assert_snapshot!(scene.refusal(), @"number: the decision holds 21 remediations, at most 20 are allowed (guard.max-remediations)");
}

#[test]
fn a_guard_that_can_not_know_says_no() {
    let mut scene = Scene::new();
    scene.surroundings = Err("unavailable: EC2 DescribeVpcs: no answer".to_owned());
    insta::assert_snapshot!(scene.refusal(), @"surroundings: the place of the block can't be found: unavailable: EC2 DescribeVpcs: no answer");

    let mut scene = Scene::new();
    scene.surroundings.as_mut().unwrap().vpc_prefixes.clear();
    insta::assert_snapshot!(scene.refusal(), @"surroundings: the prefixes of the VPC are not known");

    let mut scene = Scene::new();
    scene.surroundings.as_mut().unwrap().targets.clear();
    insta::assert_snapshot!(scene.refusal(), @"surroundings: no network ACL guards the place of the block");
}

#[test]
fn who_was_pardoned_is_not_blocked_again() {
    let pardon = |prefix: &str| Pardon {
        prefix: prefix.parse().unwrap(),
        since: jiff::Timestamp::UNIX_EPOCH,
        until: "2026-03-02T12:00:00Z".parse().unwrap(),
        reason: "a customer behind a shared address".to_owned(),
    };
    let mut scene = Scene::new();
    scene.pardons = Ok(vec![pardon("203.0.113.0/28")]);
    insta::assert_snapshot!(scene.refusal(), @"pardon: 203.0.113.7/32 overlaps 203.0.113.0/28, which is pardoned until 2026-03-02T12:00:00Z (a customer behind a shared address)");
    scene.pardons = Ok(vec![pardon("203.0.113.8/32")]);
    assert!(scene.examine().passed.is_some());
    scene.pardons = Err("the journal failed to list pardons".to_owned());
    insta::assert_snapshot!(scene.refusal(), @"pardon: the pardons can't be read: the journal failed to list pardons");
}

#[test]
fn what_the_plugin_may_not_do_is_refused() {
    let mut scene = Scene::new();
    scene.may.clear();
    insta::assert_snapshot!(scene.refusal(), @"kind: the plugin may not block; add `block` to its `may` list in the configuration if it shall");
}

#[test]
fn what_this_host_has_no_word_for_is_refused() {
    let mut scene = Scene::new();
    scene.may.insert(ActionKind::Custom);
    scene.remediation.action = Action::Custom(Custom {
        name: "page".to_owned(),
        parameters: "{}".to_owned(),
    });
    insta::assert_snapshot!(scene.refusal(), @"kind: this version of Quell has no custom actions");
}

#[test]
fn a_hold_without_a_sound_end_is_refused() {
    let mut scene = Scene::new();
    scene.remediation.until = End::Seconds(0);
    insta::assert_snapshot!(scene.refusal(), @"term: the hold would last 0 s; at least 1 is needed");
    scene.remediation.until = End::Seconds(u64::MAX);
    insta::assert_snapshot!(scene.refusal(), @"term: the hold would last 18446744073709551615 s, at most 2592000 s are allowed (guard.longest-hold)");
    scene.remediation.until = End::Released;
    insta::assert_snapshot!(scene.refusal(), @"term: the hold would last until somebody releases it (guard.until-released allows that)");
    scene.rules.until_released = true;
    assert!(scene.examine().passed.is_some());
}

#[test]
fn a_block_without_a_reason_a_direction_or_a_sound_confidence_is_refused() {
    let mut scene = Scene::new();
    scene.remediation.confidence = 101;
    insta::assert_snapshot!(scene.refusal(), @"confidence: confidence 101 is not on the scale from 0 to 100");
    scene.remediation.reason = " ".to_owned();
    insta::assert_snapshot!(scene.refusal(), @"form: the block gives no reason");
    if let Action::Block(block) = &mut scene.remediation.action {
        block.directions.clear();
    }
    insta::assert_snapshot!(scene.refusal(), @"form: the block names no direction");
}

/// Somebody's word that a prefix is never blocked.
fn listed(prefix: &str, until: &str) -> NeverBlock {
    NeverBlock {
        prefix: prefix.parse().unwrap(),
        reason: Some("our partner".to_owned()),
        until: Some(until.parse().unwrap()),
        list: Some("partners".to_owned()),
    }
}

#[test]
fn who_stands_in_a_list_is_not_blocked_and_the_list_the_reason_and_the_end_are_told() {
    let mut scene = Scene::new();
    scene.listed = Ok(vec![listed("203.0.113.0/28", "2026-03-02T12:00:00Z")]);
    insta::assert_snapshot!(scene.refusal(), @"never-block: 203.0.113.7/32 overlaps 203.0.113.0/28, which the list partners never blocks (our partner, until 2026-03-02T12:00:00Z)");
    // A prefix around it is as bad.
    scene.listed = Ok(vec![listed("203.0.113.9/32", "2026-03-02T12:00:00Z")]);
    assert!(scene.examine().passed.is_some());
    let mut around = Scene::blocking("203.0.113.0/28");
    around.listed = scene.listed;
    assert!(around.refusal().starts_with("never-block: "));
}

#[test]
fn an_entry_that_is_over_spares_nobody() {
    let mut scene = Scene::new();
    scene.listed = Ok(vec![listed("203.0.113.0/28", NOW)]);
    assert!(scene.examine().passed.is_some());
    scene.rules.never_block = vec![listed("203.0.113.7/32", NOW)];
    assert!(scene.examine().passed.is_some());
}

#[test]
fn a_list_that_can_not_be_read_is_not_an_empty_list() {
    let mut scene = Scene::new();
    scene.listed = Err("nothing is blocked while the never-block list partners can't be read".to_owned());
    insta::assert_snapshot!(scene.refusal(), @"never-block: nothing is blocked while the never-block list partners can't be read");
}

#[test]
fn a_block_needs_the_evidence_that_its_route_demands_and_only_after_all_else_is_right() {
    let mut scene = Scene::new();
    scene.demands.observations = Some(2);
    insta::assert_snapshot!(scene.refusal(), @"evidence: 203.0.113.7/32: NOT MET: 0 observations of at least 2");
    scene.evidence.observations = 2;
    let examined = scene.examine();
    assert!(examined.passed.is_some());
    let last = examined.verdicts.last().unwrap();
    assert_eq!(
        (&*last.guard, &*last.reason),
        ("evidence", "met: 2 observations of at least 2")
    );
}
