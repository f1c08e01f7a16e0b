//! An instance that load balancers send users to: they feel it when it is isolated or stopped, and whoever reads of that is told.

use jiff::SignedDuration;
use quell::{
    cloud::{Call, Fault},
    converge::{InstanceTerms, Live, Serving},
    decision::StateChange,
    hold::Remedy,
};
use rstest::rstest;

use crate::world::{SCALED, WEB, World, isolate, set};

/// Longer than an instance needs to stop, and than what was read is good for.
const A_WHILE: SignedDuration = SignedDuration::from_mins(2);

/// The world, with the first instance in two target groups.
fn serving() -> World {
    let in_groups = format!("id = \"{WEB}\"\ntarget-groups = {{ web = 443, internal = 8080 }}\n");
    let account = include_str!("account.toml").replacen(&format!("id = \"{WEB}\"\n"), &in_groups, 1);
    let terms = InstanceTerms {
        stop_without_snapshots: true,
        ..InstanceTerms::default()
    };
    World::in_account(&account, terms)
}

#[rstest]
#[case::isolated(isolate(), "3 interfaces in sg-")]
#[case::stopped(set(StateChange::Stop), "stopp")]
#[tokio::test]
async fn whoever_looks_at_the_hold_reads_which_users_feel_it(#[case] remedy: Remedy, #[case] done: &str) {
    let mut world = serving();
    let hold = world.put(WEB, remedy).await;
    let converged = world.converge(WEB).await.unwrap();
    let Live::Instance(before) = &converged.before else {
        panic!("{converged:?}")
    };
    let told = before.serving.as_ref().unwrap().to_string();
    insta::allow_duplicates! {
        insta::assert_snapshot!(told, @"serves in target groups internal (port 8080, healthy), web (port 443, healthy)");
    }
    world.pass(A_WHILE).await;
    let coverage = world.coverage(&hold).await.to_string();
    assert!(
        coverage.starts_with(done) && coverage.contains("; serves in target groups internal (port 8080, "),
        "{coverage}"
    );
}

#[tokio::test]
async fn an_instance_that_is_stopped_is_told_as_unused_by_its_load_balancer() {
    let mut world = serving();
    let hold = world.hold(WEB, set(StateChange::Stop)).await.unwrap();
    world.pass(A_WHILE).await;
    insta::assert_snapshot!(world.coverage(&hold).await, @"stopped by Quell; serves in target groups internal (port 8080, unused), web (port 443, unused)");
}

#[tokio::test]
async fn load_balancers_are_asked_once_in_a_decision_and_not_at_all_where_nobody_feels_it() {
    let mut world = serving();
    let hold = world.hold(WEB, isolate()).await.unwrap();
    assert_eq!(world.cloud.count(Call::DescribeTargetGroups), 1);
    assert_eq!(world.cloud.count(Call::DescribeTargetHealth), 1);
    world.cloud.forget_calls();
    world.release(&hold).await.unwrap();
    world.hold(WEB, set(StateChange::Reboot)).await.unwrap();
    assert_eq!(
        world.cloud.count(Call::DescribeTargetGroups),
        0,
        "it is put back, and it reboots"
    );
    // A VPC without target groups costs one call, and one in none of them is told nothing of.
    let mut world = World::new();
    let hold = world.hold(SCALED, isolate()).await.unwrap();
    assert_eq!(world.cloud.count(Call::DescribeTargetHealth), 0);
    assert!(!hold.coverage.to_string().contains("serves"), "{}", hold.coverage);
}

#[rstest]
#[case::denied(Fault::Denied {
    code: "AccessDenied".to_owned(),
    message: "not authorized to perform: elasticloadbalancing:DescribeTargetGroups".to_owned(),
})]
#[case::unreachable(Fault::Unreachable { message: "timed out".to_owned() })]
#[tokio::test]
async fn that_load_balancers_can_not_be_asked_is_told_and_keeps_nothing_from_being_isolated(#[case] fault: Fault) {
    let mut world = serving();
    let told = fault.to_string();
    world.cloud.fail_next(Call::DescribeTargetGroups, fault);
    let hold = world.put(WEB, isolate()).await;
    let converged = world.converge(WEB).await.unwrap();
    let Live::Instance(before) = &converged.before else {
        panic!("{converged:?}")
    };
    let Some(serving @ Serving::Unread(_)) = &before.serving else {
        panic!("{before:?}")
    };
    let expected =
        "whether it serves in a target group couldn't be read: Elastic Load Balancing DescribeTargetGroups: ";
    assert_eq!(serving.to_string(), format!("{expected}{told}"));
    assert!(world.coverage(&hold).await.is_covered());
}
