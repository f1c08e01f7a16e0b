//! Revocation: one rule is taken out, exactly, and put back with all that it had.

use quell::{
    cloud::{Call, Fault, Peer, PortRange, RuleSpec},
    hold::Coverage,
};

use crate::world::{GROUP, OTHER, SETTLED, World, revoke_shell};

/// The rules without their ids: a rule that is put back has another one.
fn specs(world: &World) -> Vec<RuleSpec> {
    let mut specs: Vec<_> = world.rules().into_iter().map(|rule| rule.rule).collect();
    specs.sort_by_key(ToString::to_string);
    specs
}

#[tokio::test]
async fn a_rule_is_taken_out_and_put_back_with_its_description_and_tags() {
    let mut world = World::new();
    let before = specs(&world);
    let hold = world.hold(GROUP, revoke_shell(|_| {})).await.unwrap();
    assert_eq!(world.rules().len(), before.len() - 1);
    assert!(hold.coverage.is_covered(), "{}", hold.coverage);
    world.release(&hold).await.unwrap();
    assert_eq!(specs(&world), before);
    world.pass(SETTLED).await;
    assert_eq!(world.images(GROUP).await, 0);
}

#[tokio::test]
async fn a_wider_rule_than_named_is_not_touched() {
    let mut world = World::new();
    let before = world.rules();
    let office = revoke_shell(|revoke| revoke.peer = Peer::Prefix("198.51.100.0/24".parse().unwrap()));
    let hold = world.hold(GROUP, office).await.unwrap();
    let Coverage::NotCovered { why } = &hold.coverage else {
        panic!("{}", hold.coverage)
    };
    let id = before
        .iter()
        .find(|rule| rule.rule.ports == Some(PortRange { first: 22, last: 22 }))
        .unwrap();
    insta::assert_snapshot!(why.replace(id.id.as_str(), "[rule]"), @"no rule is exactly this one; [rule] (ingress tcp 22 from 0.0.0.0/0) lets in as much and more, and is not touched");
    assert_eq!(world.rules(), before);
}

#[tokio::test]
async fn a_rule_with_another_description_or_id_is_another_rule() {
    for other in [
        revoke_shell(|revoke| revoke.description = Some("for ever".to_owned())),
        revoke_shell(|revoke| revoke.rule = Some("sgr-0fffffff".parse().unwrap())),
    ] {
        let mut world = World::new();
        let before = world.rules();
        world.hold(GROUP, other).await.unwrap();
        assert_eq!(world.rules(), before);
    }
    let mut world = World::new();
    let before = world.rules();
    let named = revoke_shell(|revoke| revoke.description = Some("for now".to_owned()));
    world.hold(GROUP, named).await.unwrap();
    assert_eq!(world.rules().len(), before.len() - 1);
}

#[tokio::test]
async fn a_rule_is_narrowed_and_wide_again_afterwards() {
    let mut world = World::new();
    let before = specs(&world);
    let narrowed = revoke_shell(|revoke| revoke.narrow_to = vec!["198.51.100.0/24".parse().unwrap()]);
    let hold = world.hold(GROUP, narrowed).await.unwrap();
    let told: Vec<_> = specs(&world).iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    egress all traffic to 0.0.0.0/0
    ingress tcp 22 from 198.51.100.0/24
    ingress tcp 443 from 0.0.0.0/0
    ");
    world.release(&hold).await.unwrap();
    assert_eq!(specs(&world), before);
}

#[tokio::test]
async fn a_rule_that_somebody_puts_in_again_is_taken_out_again_and_put_back_as_they_had_it() {
    let mut world = World::new();
    let rule = world
        .rules()
        .into_iter()
        .find(|rule| rule.rule.ports == Some(PortRange { first: 22, last: 22 }));
    let mut rule = rule.unwrap().rule;
    let hold = world.hold(GROUP, revoke_shell(|_| {})).await.unwrap();
    world.clock.advance(SETTLED);
    rule.description = Some("again".to_owned());
    let group = GROUP.parse().unwrap();
    world.cloud.authorize_rule_as_someone_else(&group, &rule).unwrap();
    let converged = world.converge(GROUP).await.unwrap();
    assert_eq!(converged.drift.len(), 1);
    assert!(!specs(&world).contains(&rule));
    world.release(&hold).await.unwrap();
    assert!(specs(&world).contains(&rule), "{:?}", specs(&world));
}

#[tokio::test]
async fn what_somebody_put_back_already_is_not_put_back_twice() {
    let mut world = World::new();
    let before = specs(&world);
    let hold = world.hold(GROUP, revoke_shell(|_| {})).await.unwrap();
    world.clock.advance(SETTLED);
    let group = GROUP.parse().unwrap();
    let gone: Vec<_> = before
        .iter()
        .filter(|rule| !specs(&world).contains(rule))
        .cloned()
        .collect();
    world.cloud.authorize_rule_as_someone_else(&group, &gone[0]).unwrap();
    world.release(&hold).await.unwrap();
    assert_eq!(specs(&world), before);
}

#[tokio::test]
async fn a_security_group_that_somebody_deleted_is_told_of_and_its_rule_is_not_put_back_for_ever() {
    let mut world = World::new();
    let mut rules = world.rules().into_iter().map(|rule| rule.rule);
    let shell = rules.find(|rule| rule.ports == Some(PortRange { first: 22, last: 22 }));
    let group = OTHER.parse().unwrap();
    world
        .cloud
        .authorize_rule_as_someone_else(&group, &shell.unwrap())
        .unwrap();
    let hold = world.hold(OTHER, revoke_shell(|_| {})).await.unwrap();
    assert!(hold.coverage.is_covered(), "{}", hold.coverage);
    world.pass(SETTLED).await;
    let empty = world.coverage(&hold).await;
    assert!(empty.is_covered(), "a group without rules is there: {empty}");

    world.cloud.remove_group_as_someone_else(&group).unwrap();
    world.converge(OTHER).await.unwrap();
    insta::assert_snapshot!(world.coverage(&hold).await, @"NOT COVERED: security group sg-0ddddddd is gone: EC2 knows none of this id in this account and region");
    assert_eq!(world.images(OTHER).await, 1, "while a hold is on it");
    world.release(&hold).await.unwrap();
    assert_eq!(world.images(OTHER).await, 0);
    assert!(world.journal.targets().await.unwrap().is_empty());
    assert!(world.journal.unfinished().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_security_group_that_is_not_shown_right_after_its_rule_went_is_not_taken_for_one_that_is_gone() {
    let mut world = World::new();
    let mut rules = world.rules().into_iter().map(|rule| rule.rule);
    let shell = rules.find(|rule| rule.ports == Some(PortRange { first: 22, last: 22 }));
    let group = OTHER.parse().unwrap();
    world
        .cloud
        .authorize_rule_as_someone_else(&group, &shell.unwrap())
        .unwrap();
    let hold = world.hold(OTHER, revoke_shell(|_| {})).await.unwrap();
    let gone = Fault::NotFound {
        code: "InvalidGroup.NotFound".to_owned(),
        message: "The security group 'sg-0ddddddd' does not exist".to_owned(),
    };
    world.cloud.fail_next(Call::DescribeSecurityGroups, gone);
    world.converge(OTHER).await.unwrap();
    insta::assert_snapshot!(world.coverage(&hold).await, @"under way: EC2 does not show security group sg-0ddddddd, which Quell changed a moment ago");
    world.converge(OTHER).await.unwrap();
    assert!(world.coverage(&hold).await.is_covered());
    world.release(&hold).await.unwrap();
    assert_eq!(world.cloud.peek_rules(&group).unwrap().len(), 1);
}
