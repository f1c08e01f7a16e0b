use super::*;
use crate::cloud::{
    acl::PortRange,
    group_rule::{GroupRule, RuleSpec},
    id::{InstanceId, InterfaceId, SecurityGroupId, SecurityGroupRuleId, VpcId},
    security_group::Peer,
    tag::Tag,
};

fn vpc() -> VpcId {
    "vpc-0a1b2c3d4e5f60718".parse().unwrap()
}

fn web_instance() -> InstanceId {
    "i-0abc1234def567890".parse().unwrap()
}

fn web_interface() -> InterfaceId {
    "eni-0aaa1111bbb22222c".parse().unwrap()
}

fn web_group() -> SecurityGroupId {
    "sg-0aaa1111bbb22222c".parse().unwrap()
}

fn ours() -> Tag {
    Tag::new("quell", "isolation")
}

fn groups_of(cloud: &SimulatedCloud) -> Vec<SecurityGroupId> {
    cloud.peek_interface(&web_interface()).unwrap().security_groups
}

fn rule(port: i32) -> RuleSpec {
    RuleSpec {
        direction: Direction::Ingress,
        protocol: "tcp".to_owned(),
        ports: Some(PortRange {
            first: port,
            last: port,
        }),
        peer: Peer::Prefix("203.0.113.0/24".parse().unwrap()),
        description: Some("office".to_owned()),
        tags: vec![Tag::new("owner", "web")],
    }
}

async fn isolation(cloud: &SimulatedCloud) -> SecurityGroupId {
    cloud
        .create_group(&vpc(), "isolation", "nothing in, nothing out", &[ours()])
        .await
        .unwrap()
}

#[tokio::test]
async fn an_interface_has_just_the_groups_that_it_was_given() {
    let cloud = cloud();
    let isolation = isolation(&cloud).await;
    cloud
        .set_groups(&web_interface(), std::slice::from_ref(&isolation))
        .await
        .unwrap();
    assert_eq!(groups_of(&cloud), [isolation]);
    let by_instance = cloud.interfaces_of(&web_instance()).await.unwrap();
    let by_id = cloud.interfaces(&[web_interface()]).await.unwrap();
    let by_name = cloud.instances(&InstanceName::Id(web_instance())).await.unwrap();
    assert_eq!(by_instance, by_id);
    assert_eq!(by_instance, by_name[0].interfaces);
}

#[tokio::test]
async fn an_interface_has_one_to_five_groups_of_its_vpc_each_once() {
    let other = r#"
[[vpc]]
id = "vpc-0bbbbbbbb"
prefixes = ["10.9.0.0/16"]
[[network-acl]]
id = "acl-0bbbbbbbb"
vpc = "vpc-0bbbbbbbb"
default = true
[[security-group]]
id = "sg-0bbbbbbbb"
name = "other"
vpc = "vpc-0bbbbbbbb"
"#;
    let account = Account::read(&[EXAMPLE, other].concat()).unwrap();
    let cloud = SimulatedCloud::new(account, Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH)));
    let mut six = vec![web_group()];
    for number in 0..5 {
        let name = format!("isolation {number}");
        six.push(cloud.create_group(&vpc(), &name, &name, &[]).await.unwrap());
    }
    let unknown: SecurityGroupId = "sg-0123456789abcdef0".parse().unwrap();
    let foreign: SecurityGroupId = "sg-0bbbbbbbb".parse().unwrap();
    let mut said = Vec::new();
    for groups in [
        vec![],
        vec![foreign],
        vec![web_group(), web_group()],
        vec![unknown],
        six.clone(),
    ] {
        said.push(
            cloud
                .set_groups(&web_interface(), &groups)
                .await
                .unwrap_err()
                .to_string(),
        );
    }
    insta::assert_snapshot!(said.join("\n"), @r"
    EC2 ModifyNetworkInterfaceAttribute: refused (InvalidParameterValue): An interface must have at least one security group.
    EC2 ModifyNetworkInterfaceAttribute: refused (InvalidParameterValue): Security group sg-0bbbbbbbb and interface eni-0aaa1111bbb22222c belong to different networks.
    EC2 ModifyNetworkInterfaceAttribute: refused (InvalidParameterValue): A security group is specified twice.
    EC2 ModifyNetworkInterfaceAttribute: not found (InvalidGroup.NotFound): The security group 'sg-0123456789abcdef0' does not exist
    EC2 ModifyNetworkInterfaceAttribute: refused (SecurityGroupsPerInterfaceLimitExceeded): The maximum number of security groups per interface has been reached.
    ");
    assert_eq!(groups_of(&cloud), [web_group()]);
    cloud.set_groups(&web_interface(), &six[1..]).await.unwrap();
    assert_eq!(groups_of(&cloud), six[1..]);
}

#[tokio::test]
async fn an_interface_that_is_gone_is_left_out_and_takes_no_groups() {
    let cloud = cloud();
    cloud.detach_interface_as_someone_else(&web_interface()).unwrap();
    assert_eq!(cloud.interfaces_of(&web_instance()).await.unwrap(), []);
    assert_eq!(cloud.interfaces(&[web_interface()]).await.unwrap().len(), 1);

    cloud.remove_interface_as_someone_else(&web_interface()).unwrap();
    assert_eq!(cloud.interfaces(&[web_interface()]).await.unwrap(), []);
    let gone = cloud.set_groups(&web_interface(), &[web_group()]).await.unwrap_err();
    insta::assert_snapshot!(gone, @"EC2 ModifyNetworkInterfaceAttribute: not found (InvalidNetworkInterfaceID.NotFound): The networkInterface ID 'eni-0aaa1111bbb22222c' does not exist");
}

#[tokio::test]
async fn a_new_group_lets_everything_out_by_both_families_and_is_found_by_its_tag() {
    let cloud = cloud();
    let id = isolation(&cloud).await;
    let rules: Vec<_> = cloud
        .group_rules(&id)
        .await
        .unwrap()
        .iter()
        .map(|rule| rule.rule.to_string())
        .collect();
    assert_eq!(rules.len(), 2);
    for everywhere in ["egress all traffic to 0.0.0.0/0", "egress all traffic to ::/0"] {
        assert!(rules.contains(&everywhere.to_owned()), "{rules:?}");
    }
    let found = cloud.groups_tagged(&vpc(), &ours()).await.unwrap();
    assert_eq!(found, [cloud.security_group(&id).await.unwrap()]);
    let other = Tag::new("quell", "something else");
    assert_eq!(cloud.groups_tagged(&vpc(), &other).await.unwrap(), []);
    let again = cloud.create_group(&vpc(), "isolation", "again", &[]).await.unwrap_err();
    insta::assert_snapshot!(again, @"EC2 CreateSecurityGroup: there already (InvalidGroup.Duplicate): The security group 'isolation' already exists for VPC 'vpc-0a1b2c3d4e5f60718'");
}

#[tokio::test]
async fn a_rule_that_was_taken_away_can_be_put_back_as_it_was() {
    let cloud = cloud();
    let id = cloud.authorize_rule(&web_group(), &rule(22)).await.unwrap();
    let stands = |rules: &[GroupRule], id: &SecurityGroupRuleId| rules.iter().find(|rule| rule.id == *id).cloned();
    let kept = stands(&cloud.group_rules(&web_group()).await.unwrap(), &id).unwrap();
    assert_eq!(kept.rule, rule(22));
    let again = cloud.authorize_rule(&web_group(), &rule(22)).await.unwrap_err();
    assert!(matches!(&again.fault, Fault::Duplicate { .. }), "{again}");

    cloud.revoke_rule(&web_group(), Direction::Ingress, &id).await.unwrap();
    assert_eq!(stands(&cloud.peek_rules(&web_group()).unwrap(), &id), None);
    let gone = cloud
        .revoke_rule(&web_group(), Direction::Ingress, &id)
        .await
        .unwrap_err();
    insta::assert_snapshot!(gone, @"EC2 RevokeSecurityGroupIngress: not found (InvalidSecurityGroupRuleId.NotFound): The security group rule ID 'sgr-0f1bbcdcbfa53e0a8' does not exist");

    let new = cloud.authorize_rule(&web_group(), &kept.rule).await.unwrap();
    assert_ne!(new, id);
    assert_eq!(
        stands(&cloud.peek_rules(&web_group()).unwrap(), &new).unwrap().rule,
        rule(22)
    );
}

#[tokio::test]
async fn a_rule_names_a_group_that_is_there_or_one_of_another_account() {
    let cloud = cloud();
    let naming = |peer: &str| RuleSpec {
        peer: Peer::Group(peer.to_owned()),
        ..rule(22)
    };
    cloud
        .authorize_rule(&web_group(), &naming("sg-0ddd3333eee44444f"))
        .await
        .unwrap();
    cloud
        .authorize_rule(&web_group(), &naming("444455556666/sg-0b1b2c3d"))
        .await
        .unwrap();
    let unknown = cloud
        .authorize_rule(&web_group(), &naming("sg-0b1b2c3d"))
        .await
        .unwrap_err();
    assert!(unknown.is_not_found(), "{unknown}");
}

#[tokio::test]
async fn stale_answers_tell_yesterdays_groups_and_rules_and_writes_see_the_present() {
    let (cloud, clock) = cloud_and_clock();
    cloud.answer_stale(Duration::from_secs(10));
    let isolation = isolation(&cloud).await;
    let new_rule = cloud.authorize_rule(&web_group(), &rule(22)).await.unwrap();
    cloud
        .set_groups(&web_interface(), std::slice::from_ref(&isolation))
        .await
        .unwrap();
    clock.advance(SignedDuration::from_secs(9));
    let seen = cloud.interfaces_of(&web_instance()).await.unwrap();
    assert_eq!(seen[0].security_groups, [web_group()]);
    assert_eq!(cloud.groups_tagged(&vpc(), &ours()).await.unwrap(), []);
    assert_eq!(cloud.group_rules(&isolation).await.unwrap(), []);
    let rules = cloud.group_rules(&web_group()).await.unwrap();
    assert!(rules.iter().all(|rule| rule.id != new_rule));
    assert!(cloud.authorize_rule(&web_group(), &rule(22)).await.is_err());

    clock.advance(SignedDuration::from_secs(1));
    let seen = cloud.interfaces(&[web_interface()]).await.unwrap();
    assert_eq!(seen[0].security_groups, [isolation]);
    cloud.remove_interface_as_someone_else(&web_interface()).unwrap();
    assert_eq!(cloud.interfaces(&[web_interface()]).await.unwrap().len(), 1);
    assert_eq!(cloud.interfaces_of(&web_instance()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_lost_answer_leaves_the_groups_set_and_the_log_tells_what_was_called() {
    let cloud = cloud();
    let database: SecurityGroupId = "sg-0ddd3333eee44444f".parse().unwrap();
    cloud.fail_next_after_it_is_done(Call::ModifyNetworkInterfaceAttribute, lost());
    let both = [web_group(), database];
    cloud.set_groups(&web_interface(), &both).await.unwrap_err();
    assert_eq!(groups_of(&cloud), both);
    cloud.fail_next(Call::AuthorizeSecurityGroupIngress, lost());
    cloud.authorize_rule(&web_group(), &rule(22)).await.unwrap_err();
    let rules = cloud.peek_rules(&web_group()).unwrap();
    assert!(rules.iter().all(|other| other.rule != rule(22)));
    let lines: Vec<_> = cloud.calls().iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    ModifyNetworkInterfaceAttribute eni-0aaa1111bbb22222c sg-0aaa1111bbb22222c,sg-0ddd3333eee44444f (failed)
    AuthorizeSecurityGroupIngress sg-0aaa1111bbb22222c ingress tcp 22 from 203.0.113.0/24 (failed)
    ");
    assert_eq!(cloud.writes(), 2);
}

#[tokio::test]
async fn someone_else_changes_groups_rules_and_tags_without_a_call_of_ours() {
    let cloud = cloud();
    let database: SecurityGroupId = "sg-0ddd3333eee44444f".parse().unwrap();
    cloud
        .set_groups_as_someone_else(&web_interface(), std::slice::from_ref(&database))
        .unwrap();
    assert_eq!(groups_of(&cloud), std::slice::from_ref(&database));
    let id = cloud.authorize_rule_as_someone_else(&web_group(), &rule(22)).unwrap();
    cloud
        .revoke_rule_as_someone_else(&web_group(), Direction::Ingress, &id)
        .unwrap();
    cloud.tag_as_someone_else(web_group().as_str(), ours()).unwrap();
    let used = cloud.remove_group_as_someone_else(&database).unwrap_err();
    assert!(matches!(&used, Fault::WrongState { code, .. } if code == "DependencyViolation"));
    cloud.tag_as_someone_else("sg-0123456789abcdef0", ours()).unwrap_err();
    cloud.tag_as_someone_else("something", ours()).unwrap_err();
    assert_eq!(cloud.calls(), []);
    assert_eq!(cloud.groups_tagged(&vpc(), &ours()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn someone_else_may_delete_a_group_that_nothing_needs() {
    let cloud = cloud();
    let isolation = isolation(&cloud).await;
    cloud.remove_group_as_someone_else(&isolation).unwrap();
    assert_eq!(cloud.peek_group(&isolation), None);
    let gone = cloud.set_groups(&web_interface(), &[isolation]).await.unwrap_err();
    assert!(gone.is_not_found(), "{gone}");
}
