//! Isolation: every interface is cut off, and put back exactly.

use quell::{
    cloud::{
        Cloud, Direction, MachineState, Tag,
        flow::{Flow, Tracking, after_change, begin},
    },
    converge::{Flows, InstanceTerms, Stance},
    hold::{Change, Coverage, GroupChange, GroupRole, Isolation, Remedy},
};

use crate::world::{GROUP, INTERFACES, OTHER, SETTLED, WEB, World, isolate};

#[tokio::test]
async fn every_interface_is_isolated_and_put_back_into_its_own_groups() {
    let mut world = World::new();
    let before = world.groups();
    let hold = world.hold(WEB, isolate()).await.unwrap();
    let isolated = world.groups();
    assert!(
        isolated
            .iter()
            .all(|groups| groups == &isolated[0] && groups.len() == 1),
        "{isolated:?}"
    );
    assert!(!before.contains(&isolated[0]));
    assert!(
        hold.coverage.to_string().starts_with("3 interfaces in sg-"),
        "{}",
        hold.coverage
    );
    let group = world.cloud.peek_group(&isolated[0][0].parse().unwrap()).unwrap();
    assert_eq!((group.ingress.len(), group.egress.len()), (0, 0), "{group:?}");
    world.release(&hold).await.unwrap();
    assert_eq!(world.groups(), before);
    world.pass(SETTLED).await;
    assert_eq!(world.images(WEB).await, 0, "nothing is left to put back");
}

#[tokio::test]
async fn flows_that_ec2_tracks_are_cut_by_the_way_and_kept_only_if_that_is_wanted() {
    for (flows, expected) in [(Flows::Cut, Tracking::Cut), (Flows::Keep, Tracking::Tracked)] {
        let mut world = World::with(InstanceTerms {
            flows,
            ..InstanceTerms::default()
        });
        let group = |id: &str| world.cloud.peek_group(&id.parse().unwrap()).unwrap();
        // To whom the instance takes its orders from.
        let flow = Flow {
            direction: Direction::Egress,
            remote: "203.0.113.7".parse().unwrap(),
            protocol: 6,
            port: Some(443),
        };
        let mut tracking = begin(&flow, &[&group(GROUP)]);
        assert_eq!(tracking, Tracking::Tracked);
        let converged = {
            world.put(WEB, isolate()).await;
            world.converge(WEB).await.unwrap()
        };
        for told in &converged.changes {
            let Change::Groups(GroupChange::SetGroups { interface, to, .. }) = &told.change else {
                continue;
            };
            if interface.as_str() == INTERFACES[0] {
                let groups: Vec<_> = to.iter().map(|id| world.cloud.peek_group(id).unwrap()).collect();
                tracking = after_change(&flow, tracking, &groups.iter().collect::<Vec<_>>());
            }
        }
        assert_eq!(tracking, expected);
    }
}

#[tokio::test]
async fn a_second_isolation_makes_no_group_and_no_write_and_lasts_longer() {
    let mut world = World::new();
    let first = world.hold(WEB, isolate()).await.unwrap();
    world.clock.advance(SETTLED);
    world.cloud.forget_calls();
    let again = world.hold(WEB, isolate()).await.unwrap();
    assert_eq!(world.cloud.writes(), 0);
    assert_eq!((again.id, again.offences), (first.id, 2));
    assert!(again.until > first.until);
}

#[tokio::test]
async fn only_the_interface_that_is_meant_is_isolated() {
    let mut world = World::new();
    let before = world.groups();
    let remedy = Remedy::Isolate {
        isolate: Isolation {
            interface: Some(INTERFACES[1].parse().unwrap()),
            groups: vec![OTHER.parse().unwrap()],
        },
    };
    let hold = world.hold(WEB, remedy).await.unwrap();
    assert_eq!(
        world.groups(),
        [before[0].clone(), vec![OTHER.to_owned()], before[2].clone()]
    );
    let whole = world.hold(WEB, isolate()).await.unwrap();
    world.release(&hold).await.unwrap();
    assert!(
        world.groups().iter().all(|groups| groups.len() == 1),
        "the other hold goes on"
    );
    world.release(&whole).await.unwrap();
    assert_eq!(world.groups(), before);
}

fn into(groups: &[&str]) -> Remedy {
    Remedy::Isolate {
        isolate: Isolation {
            interface: Some(INTERFACES[1].parse().unwrap()),
            groups: groups.iter().map(|group| group.parse().unwrap()).collect(),
        },
    }
}

#[tokio::test]
async fn who_names_a_group_that_is_not_there_opens_no_interface() {
    let mut world = World::new();
    let before = world.groups();
    let hold = world.hold(WEB, into(&[OTHER, "sg-0eeeeeee"])).await.unwrap();
    insta::assert_snapshot!(world.coverage(&hold).await, @"NOT COVERED: there is no security group sg-0eeeeeee, and the plugin or `instance.isolation-groups` names it to isolate what is there");
    assert_eq!((world.groups(), world.images(WEB).await), (before, 0));
}

#[tokio::test]
async fn an_interface_is_not_left_open_if_its_isolation_group_is_deleted_between_the_two_calls() {
    let mut world = World::new();
    let before = world.groups();
    let hold = world.hold(WEB, into(&[OTHER])).await.unwrap();
    world.clock.advance(SETTLED);
    // As it is after the first of the two calls.
    let tag = Tag {
        key: Tag::OWN_GROUP.to_owned(),
        value: GroupRole::Transit.name().to_owned(),
    };
    let transit = world
        .cloud
        .groups_tagged(&"vpc-0a1b2c3d".parse().unwrap(), &tag)
        .await
        .unwrap();
    world.somebody_sets(INTERFACES[1], &[transit[0].id.as_str()]);
    world
        .cloud
        .remove_group_as_someone_else(&OTHER.parse().unwrap())
        .unwrap();
    world.converge(WEB).await.unwrap();
    assert_eq!(world.groups(), before);
    assert!(matches!(world.coverage(&hold).await, Coverage::NotCovered { .. }));
}

#[tokio::test]
async fn what_somebody_changed_meanwhile_is_left_as_they_left_it_and_told_with_the_command() {
    let mut world = World::new();
    let before = world.groups();
    let hold = world.hold(WEB, isolate()).await.unwrap();
    world.clock.advance(SETTLED);
    world.end(hold.id).await;
    world.somebody_sets(INTERFACES[0], &[OTHER]);
    let converged = world.converge(WEB).await.unwrap();
    let told: Vec<_> = converged.drift.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(told.join("\n"), @"somebody changed this meanwhile: eni-0aaaaaaa is in sg-0ddddddd, and was sg-0aaaaaaa, sg-0bbbbbbb; it is left as it is, `quell put-back i-0aaaaaaa` puts back what it was");
    assert_eq!(
        world.groups(),
        [vec![OTHER.to_owned()], before[1].clone(), before[2].clone()]
    );
    world.put_back(WEB).await.unwrap();
    assert_eq!(world.groups(), before);
}

#[tokio::test]
async fn who_takes_an_interface_out_of_isolation_is_told_and_it_is_isolated_again() {
    let mut world = World::new();
    let hold = world.hold(WEB, isolate()).await.unwrap();
    let isolated = world.groups();
    world.clock.advance(SETTLED);
    world.somebody_sets(INTERFACES[0], &[OTHER]);
    let converged = world.converge(WEB).await.unwrap();
    assert_eq!(converged.drift.len(), 1, "{:?}", converged.drift);
    assert_eq!(world.groups(), isolated);
    world.release(&hold).await.unwrap();
    assert_eq!(world.groups_of(INTERFACES[0]), [OTHER], "as they left it");
}

#[tokio::test]
async fn an_interface_that_is_gone_or_elsewhere_keeps_nobody_from_being_put_back() {
    let mut world = World::new();
    let before = world.groups();
    let hold = world.hold(WEB, isolate()).await.unwrap();
    world
        .cloud
        .remove_interface_as_someone_else(&INTERFACES[0].parse().unwrap())
        .unwrap();
    world
        .cloud
        .detach_interface_as_someone_else(&INTERFACES[1].parse().unwrap())
        .unwrap();
    world.release(&hold).await.unwrap();
    assert_eq!(world.groups(), [Vec::new(), before[1].clone(), before[2].clone()]);
    world.pass(SETTLED).await;
    assert_eq!(world.images(WEB).await, 0);
}

#[tokio::test]
async fn an_isolation_of_an_instance_that_is_gone_says_so_and_ends_like_any_other() {
    let mut world = World::new();
    let hold = world.hold(WEB, isolate()).await.unwrap();
    let gone = MachineState::Terminated;
    world
        .cloud
        .set_state_as_someone_else(&WEB.parse().unwrap(), gone)
        .unwrap();
    world.pass(SETTLED).await;
    insta::assert_snapshot!(world.coverage(&hold).await, @"NOT COVERED: i-0aaaaaaa has no interface, so there is nothing to isolate");
    world.release(&hold).await.unwrap();
    assert_eq!(world.images(WEB).await, 0);
    assert!(world.journal.unfinished().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_rule_that_somebody_adds_to_the_isolation_group_is_taken_out_again() {
    let mut world = World::new();
    let hold = world.hold(WEB, isolate()).await.unwrap();
    let group = world.groups()[0][0].parse().unwrap();
    let rule = world.rules().remove(0).rule;
    world.cloud.authorize_rule_as_someone_else(&group, &rule).unwrap();
    world.pass(SETTLED).await;
    assert_eq!(world.cloud.peek_rules(&group).unwrap(), []);
    assert!(world.coverage(&hold).await.is_covered());
}

#[tokio::test]
async fn while_quell_is_paused_nothing_is_isolated_and_what_ended_is_put_back() {
    let mut world = World::new();
    let before = world.groups();
    let hold = world.hold(WEB, isolate()).await.unwrap();
    let why = "Quell is paused".to_owned();
    world.restart(Stance::TakeBack { why }).await;
    world.release(&hold).await.unwrap();
    assert_eq!(world.groups(), before);
    let paused = world.hold(WEB, isolate()).await.unwrap();
    assert_eq!(world.groups(), before);
    assert!(
        matches!(paused.coverage, Coverage::NotCovered { .. }),
        "{}",
        paused.coverage
    );
}

#[tokio::test]
async fn a_group_that_somebody_deleted_meanwhile_keeps_nobody_from_being_put_back_into_the_others() {
    let mut world = World::new();
    let before = world.groups();
    let hold = world.hold(WEB, isolate()).await.unwrap();
    world
        .cloud
        .remove_group_as_someone_else(&"sg-0bbbbbbb".parse().unwrap())
        .unwrap();
    let converged = world.release(&hold).await.unwrap();
    let told: Vec<_> = converged.drift.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    somebody deleted sg-0bbbbbbb meanwhile, which eni-0aaaaaaa was in: it is put back into sg-0aaaaaaa alone
    somebody deleted sg-0bbbbbbb meanwhile, which eni-0bbbbbbb was in: it stays isolated until somebody gives it other groups
    somebody deleted sg-0bbbbbbb meanwhile, which eni-0ccccccc was in: it is put back into sg-0ccccccc, sg-0aaaaaaa alone
    ");
    let left = |groups: &[String]| {
        groups
            .iter()
            .filter(|group| *group != "sg-0bbbbbbb")
            .cloned()
            .collect::<Vec<_>>()
    };
    let now = world.groups();
    assert_eq!(now[0], left(&before[0]));
    assert_eq!(now[1].len(), 1, "it was in that group only, and stays where it is");
    assert_eq!(now[2], left(&before[2]));
    world.pass(SETTLED).await;
    assert_eq!(world.images(WEB).await, 1, "until somebody gives it other groups");
    world.somebody_sets(INTERFACES[1], &[OTHER]);
    world.converge(WEB).await.unwrap();
    assert_eq!(world.groups_of(INTERFACES[1]), [OTHER]);
}
