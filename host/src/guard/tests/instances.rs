//! Instances and security groups that are changed themselves.

use super::*;
use crate::{
    cloud::{PortRange, VpcId},
    decision::{Isolate, RevokeIngress, SetInstanceState, StateChange},
    hold::{Isolation, Remedy},
};

const INSTANCE: &str = "i-0abc1234def567890";
const VPC: &str = "vpc-0a1b2c3d";

fn changed(id: &str, vpc: &str, group: Option<&str>) -> ChangedInstance {
    ChangedInstance {
        id: id.parse().unwrap(),
        vpc: Some(vpc.parse().unwrap()),
        auto_scaling_group: group.map(str::to_owned),
    }
}

fn around(change: impl FnOnce(&mut InstanceSurroundings)) -> Result<Surroundings, String> {
    let mut surroundings = InstanceSurroundings {
        target: target(INSTANCE),
        instance: changed(INSTANCE, VPC, None),
        tags: vec![("Name".to_owned(), "web".to_owned())],
        changed: Vec::new(),
        fleet: None,
    };
    change(&mut surroundings);
    Ok(Surroundings::Instance(surroundings))
}

fn target(id: &str) -> Target {
    Target {
        account: "111122223333".to_owned(),
        region: "eu-west-1".to_owned(),
        resource: id.parse().unwrap(),
    }
}

/// A plugin that may do everything asks for this.
fn asking(action: Action) -> Scene {
    let mut scene = Scene::new();
    scene.may.insert(action.kind());
    scene.remediation.action = action;
    scene
}

fn isolate() -> Isolate {
    Isolate {
        instance: INSTANCE.to_owned(),
        interface: None,
        security_groups: Vec::new(),
        remotes: Vec::new(),
    }
}

fn refusal(scene: &Scene, around: &Result<Surroundings, String>) -> String {
    let examined = scene.examine_with(around);
    assert!(examined.passed.is_none(), "nothing was refused");
    let refusal = examined.refusal().unwrap();
    format!("{}: {}", refusal.guard, refusal.reason)
}

#[test]
fn an_isolation_passes_and_every_guard_gives_its_reason() {
    let examined = asking(Action::Isolate(isolate())).examine_with(&around(|_| {}));
    let told: Vec<_> = examined
        .verdicts
        .iter()
        .map(|verdict| format!("{}: {}", verdict.guard, verdict.reason))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    standing: alert 6125 is open and no test
    place: account 111122223333 in eu-west-1
    number: 1 of at most 20 remediations
    kind: the plugin may isolate
    form: all its interfaces, with a reason
    confidence: confidence 90 of 100
    term: for 3600 s
    surroundings: i-0abc1234def567890 is in vpc-0a1b2c3d
    protection: i-0abc1234def567890 is not protected: neither by name nor by the tag quell:protected
    share: 0 of at most 3 instances of its VPC were changed within the hour
    ");
    let intents = examined
        .passed
        .unwrap()
        .intents("isolate-attacker", jiff::Timestamp::UNIX_EPOCH);
    assert_eq!(intents.len(), 1);
    assert_eq!(intents[0].target, target(INSTANCE));
    let isolate = Isolation::default();
    assert_eq!(intents[0].remedy, Remedy::Isolate { isolate });
}

#[test]
fn what_the_owners_protect_is_not_changed() {
    let mut scene = asking(Action::SetInstanceState(SetInstanceState {
        instance: INSTANCE.to_owned(),
        change: StateChange::Stop,
    }));
    let tagged = around(|around| {
        around
            .tags
            .push(("quell:protected".to_owned(), "the mail server".to_owned()))
    });
    insta::assert_snapshot!(refusal(&scene, &tagged), @r#"protection: i-0abc1234def567890 is protected by its tag quell:protected = "the mail server""#);
    let scaled = around(|around| around.instance.auto_scaling_group = Some("web".to_owned()));
    scene.rules.protection.auto_scaling_groups.push("web".to_owned());
    insta::assert_snapshot!(refusal(&scene, &scaled), @"protection: i-0abc1234def567890 is in Auto Scaling group web, which the configuration protects (guard.protected)");
    scene.rules.protection.ids.push(INSTANCE.to_owned());
    insta::assert_snapshot!(refusal(&scene, &around(|_| {})), @"protection: the configuration protects i-0abc1234def567890 (guard.protected)");
}

#[test]
fn an_instance_of_which_nothing_can_be_read_is_not_changed() {
    let scene = asking(Action::Isolate(isolate()));
    let denied = Err("EC2 DescribeInstances: not permitted (UnauthorizedOperation): no".to_owned());
    insta::assert_snapshot!(refusal(&scene, &denied), @"surroundings: what the instance is can't be found out: EC2 DescribeInstances: not permitted (UnauthorizedOperation): no");
    let nowhere = around(|around| around.instance.vpc = None);
    insta::assert_snapshot!(refusal(&scene, &nowhere), @"surroundings: i-0abc1234def567890 is in no VPC");
}

#[test]
fn an_instance_of_another_account_or_vpc_is_not_changed() {
    let mut scene = asking(Action::Isolate(isolate()));
    let abroad = around(|around| around.target.account = "999988887777".to_owned());
    insta::assert_snapshot!(refusal(&scene, &abroad), @"surroundings: 999988887777/eu-west-1/i-0abc1234def567890 is not in account 111122223333 in eu-west-1, which the alert is for");
    scene.alert.place.vpc = Some("vpc-0ffffffff".to_owned());
    insta::assert_snapshot!(refusal(&scene, &around(|_| {})), @"surroundings: the alert is for vpc-0ffffffff, i-0abc1234def567890 is in vpc-0a1b2c3d");
}

#[test]
fn a_whole_vpc_is_not_isolated_within_an_hour() {
    let scene = asking(Action::Isolate(isolate()));
    let others = |vpc: &str| {
        ["i-0aaaaaaa", "i-0bbbbbbb", "i-0ccccccc"]
            .map(|id| changed(id, vpc, None))
            .to_vec()
    };
    let full = around(|around| around.changed = others(VPC));
    insta::assert_snapshot!(refusal(&scene, &full), @"share: 3 instances of its VPC were changed within the hour already, and no more than 3 may be (guard.instances-per-hour)");
    let elsewhere = around(|around| around.changed = others("vpc-0ffffffff"));
    assert!(scene.examine_with(&elsewhere).passed.is_some());
    let again = around(|around| {
        around.changed = others(VPC);
        around.changed.push(around.instance.clone());
    });
    assert!(
        scene.examine_with(&again).passed.is_some(),
        "to hold it for longer changes nothing more"
    );
}

#[test]
fn ids_that_are_none_are_refused() {
    for (interface, group) in [(Some("eni-x"), None), (None, Some("sg-x"))] {
        let scene = asking(Action::Isolate(Isolate {
            interface: interface.map(str::to_owned),
            security_groups: group.into_iter().map(str::to_owned).collect(),
            ..isolate()
        }));
        assert!(refusal(&scene, &around(|_| {})).starts_with("form: "));
    }
}

fn revoke(change: impl FnOnce(&mut RevokeIngress)) -> Scene {
    let mut revoke = RevokeIngress {
        security_group: "sg-0a1b2c3d".to_owned(),
        protocol: "tcp".to_owned(),
        ports: Some(PortRange { first: 22, last: 22 }),
        peer: "0.0.0.0/0".to_owned(),
        rule: None,
        description: None,
        narrow_to: Vec::new(),
    };
    change(&mut revoke);
    asking(Action::RevokeIngress(revoke))
}

fn group(tags: &[(&str, &str)]) -> Result<Surroundings, String> {
    Ok(Surroundings::Group(GroupSurroundings {
        target: target("sg-0a1b2c3d"),
        vpc: Some(VPC.parse::<VpcId>().unwrap()),
        tags: tags
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect(),
    }))
}

#[test]
fn a_rule_of_a_group_that_nobody_protects_may_be_taken_out() {
    let passed = revoke(|_| {}).examine_with(&group(&[])).passed.unwrap();
    let intents = passed.intents("close-ssh", jiff::Timestamp::UNIX_EPOCH);
    assert_eq!(intents[0].remedy.to_string(), "revoke tcp 22 from 0.0.0.0/0");
    insta::assert_snapshot!(refusal(&revoke(|_| {}), &group(&[("quell:protected", "")])), @r#"protection: sg-0a1b2c3d is protected by its tag quell:protected = """#);
}

#[rstest]
#[case::a_protocol_that_is_none(revoke(|revoke| revoke.protocol = "ssh".to_owned()))]
#[case::a_peer_with_host_bits(revoke(|revoke| revoke.peer = "203.0.113.7/24".to_owned()))]
#[case::ports_the_wrong_way_round(revoke(|revoke| revoke.ports = Some(PortRange { first: 23, last: 22 })))]
#[case::a_narrower_prefix_that_is_not_inside(revoke(|revoke| {
    revoke.peer = "203.0.113.0/24".to_owned();
    revoke.narrow_to = vec!["198.51.100.0/24".to_owned()];
}))]
fn a_rule_that_can_not_be_meant_is_refused(#[case] scene: Scene) {
    assert!(refusal(&scene, &group(&[])).starts_with("form: "));
}
