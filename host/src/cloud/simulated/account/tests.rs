use std::error::Error;

use super::*;
use crate::cloud::machine::MachineState;

const PLACE: &str = "account = \"111122223333\"\nregion = \"eu-west-1\"\n";

const VPC: &str = r#"
[[vpc]]
id = "vpc-0a1b2c3d"
prefixes = ["10.0.0.0/16"]
"#;

const DEFAULT_ACL: &str = r#"
[[network-acl]]
id = "acl-0a1b2c3d"
vpc = "vpc-0a1b2c3d"
default = true
"#;

/// The error of reading these parts, with its causes.
fn error(parts: &[&str]) -> String {
    let error = Account::read(&[PLACE, &parts.concat()].concat()).unwrap_err();
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!("\n{error}");
        cause = error.source();
    }
    text
}

#[test]
fn the_example_that_ships_can_be_read() {
    let account = Account::read(include_str!("../../../../../examples/simulated-account.toml")).unwrap();
    assert_eq!(account.servers.len(), 2);
    assert_eq!(account.acls.len(), 3);
    let ends = account
        .acls
        .values()
        .map(|acl| acl.entries.iter().filter(|entry| entry.is_final()).count());
    assert!(ends.eq([4, 4, 4]), "each ACL ends with a deny a direction and family");
}

#[test]
fn a_misspelt_key_is_shown_with_its_line() {
    insta::assert_snapshot!(error(&["[[vpc]]\nid = \"vpc-0a1b2c3d\"\nprefixs = []\n"]), @r"
        it is not what an account looks like: mend the line that is shown
        TOML parse error at line 5, column 1
          |
        5 | prefixs = []
          | ^^^^^^^
        unknown field `prefixs`, expected `id` or `prefixes`
        ");
}

#[test]
fn a_wrong_prefix_is_shown_with_its_line() {
    insta::assert_snapshot!(error(&["[[vpc]]\nid = \"vpc-0a1b2c3d\"\nprefixes = [\"10.0.0.0/33\"]\n"]), @r#"
        it is not what an account looks like: mend the line that is shown
        TOML parse error at line 5, column 13
          |
        5 | prefixes = ["10.0.0.0/33"]
          |             ^^^^^^^^^^^^^
        invalid IP address syntax
        "#);
}

#[test]
fn a_wrong_protocol_is_shown_with_what_it_may_be() {
    let entry =
        r#"entries = [{ number = 1, direction = "ingress", action = "allow", prefix = "::/0", protocol = "tpc" }]"#;
    insta::assert_snapshot!(error(&[VPC, DEFAULT_ACL, entry]), @r#"
        it is not what an account looks like: mend the line that is shown
        TOML parse error at line 12, column 95
           |
        12 | entries = [{ number = 1, direction = "ingress", action = "allow", prefix = "::/0", protocol = "tpc" }]
           |                                                                                               ^^^^^
        `tpc` is not a protocol: write all, tcp, udp, icmp, icmpv6 or a number from 0 to 255
        "#);
}

#[test]
fn a_subnet_of_a_vpc_that_is_not_there_names_both() {
    let subnet = "[[subnet]]\nid = \"subnet-0a1b2c3d\"\nvpc = \"vpc-0b1b2c3d\"\n";
    insta::assert_snapshot!(error(&[VPC, DEFAULT_ACL, subnet]), @"subnet-0a1b2c3d names vpc-0b1b2c3d, which is not there: add a [[vpc]] with this id, or correct it");
}

#[test]
fn a_vpc_without_a_default_acl_is_refused() {
    insta::assert_snapshot!(error(&[VPC]), @"vpc-0a1b2c3d has 0 default network ACLs: mark exactly one of its [[network-acl]] with `default = true`");
}

#[test]
fn one_id_for_two_things_is_refused() {
    insta::assert_snapshot!(error(&[VPC, VPC]), @"vpc-0a1b2c3d is there twice: give one of them another id");
}

#[test]
fn an_entry_that_ec2_would_not_take_is_refused_with_its_reason() {
    let entry = r#"entries = [{ number = 40000, direction = "ingress", action = "allow", prefix = "0.0.0.0/0" }]"#;
    insta::assert_snapshot!(error(&[VPC, DEFAULT_ACL, entry]), @r"
        acl-0a1b2c3d can't have the ingress entry 40000
        refused (InvalidParameterValue): Value (40000) for parameter ruleNumber is invalid. It must be between 1 and 32766.
        ");
}

#[test]
fn a_subnet_has_one_acl() {
    let subnet = "[[subnet]]\nid = \"subnet-0a1b2c3d\"\nvpc = \"vpc-0a1b2c3d\"\n";
    let second = "[[network-acl]]\nid = \"acl-0b1b2c3d\"\nvpc = \"vpc-0a1b2c3d\"\n";
    let guards = "subnets = [\"subnet-0a1b2c3d\"]\n";
    insta::assert_snapshot!(error(&[VPC, subnet, DEFAULT_ACL, guards, second, guards]), @"subnet-0a1b2c3d is guarded by acl-0a1b2c3d and by acl-0b1b2c3d: a subnet has one network ACL, so name it in one");
}

#[test]
fn a_subnet_that_no_acl_names_has_the_default_one() {
    let subnet = "[[subnet]]\nid = \"subnet-0a1b2c3d\"\nvpc = \"vpc-0a1b2c3d\"\n";
    let account = Account::read(&[PLACE, VPC, subnet, DEFAULT_ACL].concat()).unwrap();
    let acl = account.acls.values().next().unwrap();
    assert_eq!(acl.subnets, ["subnet-0a1b2c3d".parse().unwrap()]);
}

#[test]
fn an_interface_takes_no_group_of_another_vpc() {
    let other = "[[vpc]]\nid = \"vpc-0b1b2c3d\"\nprefixes = []\n[[network-acl]]\nid = \"acl-0b1b2c3d\"\nvpc = \"vpc-0b1b2c3d\"\ndefault = true\n";
    let parts = r#"
[[subnet]]
id = "subnet-0a1b2c3d"
vpc = "vpc-0a1b2c3d"
[[security-group]]
id = "sg-0b1b2c3d"
name = "other"
vpc = "vpc-0b1b2c3d"
[[instance]]
id = "i-0a1b2c3d"
[[instance.interface]]
id = "eni-0a1b2c3d"
subnet = "subnet-0a1b2c3d"
addresses = ["10.0.0.4"]
security-groups = ["sg-0b1b2c3d"]
"#;
    insta::assert_snapshot!(error(&[VPC, DEFAULT_ACL, other, parts]), @"eni-0a1b2c3d names sg-0b1b2c3d, which is in vpc-0b1b2c3d: name one of its own VPC");
}

#[test]
fn a_rule_that_ec2_would_not_take_is_refused_with_its_reason() {
    let group = "[[security-group]]\nid = \"sg-0a1b2c3d\"\nname = \"web\"\nvpc = \"vpc-0a1b2c3d\"\n";
    let twice = r#"ingress = [{ protocol = "tcp", ports = "22", peer = "0.0.0.0/0" }, { protocol = "tcp", ports = "22", peer = "0.0.0.0/0" }]"#;
    insta::assert_snapshot!(error(&[VPC, DEFAULT_ACL, group, twice]), @r#"
        sg-0a1b2c3d can't have the rule ingress tcp 22 from 0.0.0.0/0
        there already (InvalidPermission.Duplicate): the specified rule "peer: 0.0.0.0/0, tcp" already exists
        "#);
}

#[test]
fn a_rule_may_have_a_description_and_tags_and_an_instance_what_bears_on_its_stop() {
    let parts = r#"
[[subnet]]
id = "subnet-0a1b2c3d"
vpc = "vpc-0a1b2c3d"
[[security-group]]
id = "sg-0a1b2c3d"
name = "web"
vpc = "vpc-0a1b2c3d"
tags = { quell = "isolation" }
ingress = [{ protocol = "tcp", peer = "192.0.2.0/24", description = "office", tags = { owner = "web" } }]
[[instance]]
id = "i-0a1b2c3d"
state = "stopped"
volumes = ["vol-0a1b2c3d"]
hibernation = true
auto-scaling-group = "web"
[[instance.interface]]
id = "eni-0a1b2c3d"
subnet = "subnet-0a1b2c3d"
addresses = ["10.0.0.4"]
security-groups = ["sg-0a1b2c3d"]
"#;
    let account = Account::read(&[PLACE, VPC, DEFAULT_ACL, parts].concat()).unwrap();
    let rule = &account.groups.values().next().unwrap().rules[0].rule;
    insta::assert_snapshot!(rule, @"ingress tcp 0-65535 from 192.0.2.0/24");
    assert_eq!(rule.description.as_deref(), Some("office"));
    assert_eq!(rule.tags.len(), 1);
    let machine = account.servers.values().next().unwrap().machine();
    assert_eq!(machine.state, MachineState::Stopped);
    assert_eq!(machine.volumes, ["vol-0a1b2c3d"]);
    assert!(machine.hibernates && !machine.root_is_instance_store);
}

#[test]
fn a_terminated_instance_has_no_interfaces_any_more() {
    let parts = r#"
[[subnet]]
id = "subnet-0a1b2c3d"
vpc = "vpc-0a1b2c3d"
[[instance]]
id = "i-0a1b2c3d"
state = "terminated"
[[instance.interface]]
id = "eni-0a1b2c3d"
subnet = "subnet-0a1b2c3d"
addresses = ["10.0.0.4"]
security-groups = []
"#;
    let account = Account::read(&[PLACE, VPC, DEFAULT_ACL, parts].concat()).unwrap();
    assert!(account.cards.is_empty());
}
