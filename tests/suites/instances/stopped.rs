//! States: an instance is stopped with its volumes safe, and started again only if it was Quell that stopped it.

use jiff::SignedDuration;
use quell::{
    cloud::{Call, Fault, MachineState},
    converge::InstanceTerms,
    decision::StateChange,
    hold::Coverage,
};

use crate::world::{SCALED, SETTLED, SLEEPER, WEB, World, isolate, set};

/// Longer than an instance needs to stop or to start.
const A_WHILE: SignedDuration = SignedDuration::from_mins(2);

#[tokio::test]
async fn a_stop_takes_snapshots_first_waits_for_nobody_and_is_taken_back_by_a_start() {
    let mut world = World::new();
    let hold = world.hold(WEB, set(StateChange::Stop)).await.unwrap();
    assert!(matches!(hold.coverage, Coverage::UnderWay { .. }), "{}", hold.coverage);
    assert_eq!(world.cloud.snapshots().len(), 2, "one a volume");
    assert_eq!(
        world.journal.unfinished().await.unwrap().len(),
        1,
        "the timer looks again"
    );
    world.pass(A_WHILE).await;
    assert_eq!(world.machine(WEB).state, MachineState::Stopped);
    assert!(world.coverage(&hold).await.is_covered());
    world.release(&hold).await.unwrap();
    world.pass(A_WHILE).await;
    assert_eq!(world.machine(WEB).state, MachineState::Running);
    world.pass(SETTLED).await;
    assert_eq!(world.images(WEB).await, 0);
}

#[tokio::test]
async fn an_instance_whose_snapshots_fail_goes_on_running_and_that_is_said() {
    let mut world = World::new();
    world.cloud.fail_next(
        Call::CreateSnapshots,
        Fault::Denied {
            code: "UnauthorizedOperation".to_owned(),
            message: "You are not authorized to perform this operation.".to_owned(),
        },
    );
    let error = world.hold(WEB, set(StateChange::Stop)).await.unwrap_err();
    insta::assert_snapshot!(quell::text::with_causes(&error), @"can't make the change `+ snapshots of all volumes of i-0aaaaaaa` at instance 111122223333/eu-west-1/i-0aaaaaaa: EC2 CreateSnapshots: not permitted (UnauthorizedOperation): You are not authorized to perform this operation.; allow the call in the role's IAM policy, or check which credentials are in use");
    assert_eq!(world.machine(WEB).state, MachineState::Running);
    assert_eq!(world.cloud.count(Call::StopInstances), 0);
}

#[tokio::test]
async fn who_wants_no_snapshots_says_so_by_name() {
    let mut world = World::with(InstanceTerms {
        stop_without_snapshots: true,
        ..InstanceTerms::default()
    });
    world.hold(WEB, set(StateChange::Stop)).await.unwrap();
    world.pass(A_WHILE).await;
    assert_eq!(world.machine(WEB).state, MachineState::Stopped);
    assert_eq!(world.cloud.snapshots(), []);
}

#[tokio::test]
async fn an_instance_of_an_auto_scaling_group_is_not_stopped_unless_it_may_stand_by() {
    let mut world = World::new();
    let hold = world.hold(SCALED, set(StateChange::Stop)).await.unwrap();
    insta::assert_snapshot!(hold.coverage, @"NOT COVERED: it is in Auto Scaling group web, which would replace it; `instance.standby = true` lets Quell set it to standby first");
    assert_eq!(world.cloud.writes(), 0);

    let mut world = World::with(InstanceTerms {
        standby: true,
        ..InstanceTerms::default()
    });
    let hold = world.hold(SCALED, set(StateChange::Stop)).await.unwrap();
    world.pass(A_WHILE).await;
    assert_eq!(world.machine(SCALED).state, MachineState::Stopped, "and not replaced");
    world.release(&hold).await.unwrap();
    for _ in 0..3 {
        world.pass(A_WHILE).await;
    }
    assert_eq!(world.machine(SCALED).state, MachineState::Running);
    assert_eq!(world.cloud.count(Call::ExitStandby), 1);
    assert_eq!(world.images(SCALED).await, 0);
}

#[tokio::test]
async fn what_somebody_else_stopped_is_not_started() {
    let mut world = World::new();
    let stopped = MachineState::Stopped;
    world
        .cloud
        .set_state_as_someone_else(&WEB.parse().unwrap(), stopped)
        .unwrap();
    let hold = world.hold(WEB, set(StateChange::Stop)).await.unwrap();
    insta::assert_snapshot!(hold.coverage, @"stopped already, not by Quell");
    world.release(&hold).await.unwrap();
    world.pass(A_WHILE).await;
    assert_eq!(world.machine(WEB).state, stopped);
    assert_eq!(world.cloud.writes(), 0);
}

#[tokio::test]
async fn what_somebody_started_is_stopped_again_while_the_hold_lasts() {
    let mut world = World::new();
    let hold = world.hold(WEB, set(StateChange::Stop)).await.unwrap();
    world.pass(A_WHILE).await;
    world
        .cloud
        .set_state_as_someone_else(&WEB.parse().unwrap(), MachineState::Running)
        .unwrap();
    let converged = world.converge(WEB).await.unwrap();
    assert_eq!(converged.drift.len(), 1);
    world.pass(A_WHILE).await;
    assert_eq!(world.machine(WEB).state, MachineState::Stopped);
    assert_eq!(world.cloud.snapshots().len(), 2, "it was not worth new snapshots");
    world.release(&hold).await.unwrap();
    world.pass(A_WHILE).await;
    assert_eq!(world.machine(WEB).state, MachineState::Running);
}

#[tokio::test]
async fn isolated_and_stopped_it_is_started_and_then_put_back_whichever_ends_first() {
    for first in [0, 1] {
        let mut world = World::new();
        let before = world.groups();
        let holds = [
            world.hold(WEB, isolate()).await.unwrap(),
            world.hold(WEB, set(StateChange::Stop)).await.unwrap(),
        ];
        world.pass(A_WHILE).await;
        world.release(&holds[first]).await.unwrap();
        world.pass(A_WHILE).await;
        if first == 0 {
            assert_eq!(
                (world.groups(), world.machine(WEB).state),
                (before.clone(), MachineState::Stopped)
            );
        } else {
            assert_eq!(world.machine(WEB).state, MachineState::Running);
            assert_ne!(world.groups(), before);
        }
        world.release(&holds[1 - first]).await.unwrap();
        world.pass(A_WHILE).await;
        assert_eq!(
            (world.groups(), world.machine(WEB).state),
            (before, MachineState::Running)
        );
    }
}

#[tokio::test]
async fn a_reboot_is_done_once_and_never_again() {
    let mut world = World::new();
    let hold = world.hold(WEB, set(StateChange::Reboot)).await.unwrap();
    assert!(hold.coverage.is_covered());
    world.pass(A_WHILE).await;
    world.release(&hold).await.unwrap();
    assert_eq!(world.cloud.count(Call::RebootInstances), 1);
}

#[tokio::test]
async fn an_instance_that_is_gone_is_no_error() {
    let mut world = World::new();
    let hold = world.hold(WEB, set(StateChange::Stop)).await.unwrap();
    let gone = MachineState::Terminated;
    world
        .cloud
        .set_state_as_someone_else(&WEB.parse().unwrap(), gone)
        .unwrap();
    world.pass(SETTLED).await;
    insta::assert_snapshot!(world.coverage(&hold).await, @"NOT COVERED: i-0aaaaaaa is gone");
    world.release(&hold).await.unwrap();
    assert_eq!(world.images(WEB).await, 0);
}

#[tokio::test]
async fn an_instance_hibernates_if_it_can_and_if_that_is_wanted() {
    for (hibernate, change) in [(true, "hibernate"), (false, "stop")] {
        let mut world = World::with(InstanceTerms {
            hibernate,
            ..InstanceTerms::default()
        });
        let hold = world.put(SLEEPER, set(StateChange::Stop)).await;
        let converged = world.converge(SLEEPER).await.unwrap();
        let told: Vec<_> = converged.changes.iter().map(|told| told.change.to_string()).collect();
        let wanted = format!("{change} {SLEEPER}");
        assert!(told.iter().any(|told| told.contains(&wanted)), "{told:?}");
        world.pass(A_WHILE).await;
        world.release(&hold).await.unwrap();
        world.pass(A_WHILE).await;
        assert_eq!(world.machine(SLEEPER).state, MachineState::Running);
    }
    let mut world = World::with(InstanceTerms {
        hibernate: true,
        ..InstanceTerms::default()
    });
    world.hold(WEB, set(StateChange::Stop)).await.unwrap();
    world.pass(A_WHILE).await;
    assert_eq!(
        world.machine(WEB).state,
        MachineState::Stopped,
        "it can't hibernate, and is stopped"
    );
}
