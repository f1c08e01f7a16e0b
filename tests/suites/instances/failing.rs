//! Refusals and deaths at every step: no interface stays half done, and everything is put back.

use quell::{
    cloud::{Call, Fault},
    converge::Converged,
    hold::{Change, GroupChange, Hold, Purpose},
};
use quell_tests::fault::Death;
use rstest::rstest;

use crate::world::{INTERFACES, SETTLED, WEB, World, isolate};

fn denied() -> Fault {
    Fault::Denied {
        code: "UnauthorizedOperation".to_owned(),
        message: "You are not authorized to perform this operation.".to_owned(),
    }
}

#[tokio::test]
async fn a_refusal_in_the_middle_keeps_no_other_interface_from_being_isolated() {
    let mut world = World::new();
    let before = world.groups();
    // Each interface takes two calls; the third call is the second interface's first.
    world
        .cloud
        .fail_after(2, Call::ModifyNetworkInterfaceAttribute, denied());
    let hold = world.put(WEB, isolate()).await;
    world.converge(WEB).await.unwrap_err();
    let half = world.groups();
    assert_eq!(half[1], before[1], "refused");
    assert!(half[0] != before[0] && half[0] == half[2], "{half:?}");
    world.release(&hold).await.unwrap();
    assert_eq!(world.groups(), before);
}

/// A world in which AWS refuses to isolate the first interface when it is open already, with how all of them were before.
async fn refused() -> (World, Hold, Vec<Vec<String>>) {
    let mut world = World::new();
    let before = world.groups();
    // Each interface takes two calls; the second call is the first interface's second.
    world
        .cloud
        .fail_after(1, Call::ModifyNetworkInterfaceAttribute, denied());
    let hold = world.put(WEB, isolate()).await;
    world.converge(WEB).await.unwrap_err();
    (world, hold, before)
}

/// Whether all interfaces are in one group, into which the second one was put.
fn is_isolated(world: &World) -> bool {
    let groups = world.groups();
    groups
        .iter()
        .all(|isolated| isolated.len() == 1 && *isolated == groups[1])
}

/// What the first interface was put into other groups for, in order.
fn purposes(converged: &Converged) -> Vec<Purpose> {
    let changes = converged.changes.iter().filter_map(|told| match &told.change {
        Change::Groups(GroupChange::SetGroups { interface, purpose, .. }) if interface.as_str() == INTERFACES[0] => {
            Some(*purpose)
        }
        _ => None,
    });
    changes.collect()
}

#[tokio::test]
async fn an_interface_that_may_not_be_isolated_is_not_left_open_to_everybody() {
    let (world, hold, before) = refused().await;
    let half = world.groups();
    assert_eq!(half[0], before[0], "it is back in its own groups");
    assert!(half[1] != before[1] && half[1] == half[2], "{half:?}");
    let converged = world.converge(WEB).await.unwrap();
    assert!(is_isolated(&world), "{:?}", world.groups());
    let asked_first = [Purpose::Isolate, Purpose::CutFlows, Purpose::Isolate];
    assert_eq!(purposes(&converged), asked_first, "and its flows are cut");
    world.release(&hold).await.unwrap();
    assert_eq!(world.groups(), before);
    world.pass(SETTLED).await;
    assert_eq!((world.groups(), world.images(WEB).await), (before, 0));
}

#[tokio::test]
async fn as_long_as_an_interface_may_not_be_isolated_it_is_not_opened_again() {
    let (world, hold, before) = refused().await;
    for _ in 0..3 {
        world.cloud.forget_calls();
        world.cloud.fail_next(Call::ModifyNetworkInterfaceAttribute, denied());
        world.converge(WEB).await.unwrap_err();
        assert_eq!(world.cloud.count(Call::ModifyNetworkInterfaceAttribute), 1);
        assert_eq!(world.groups()[0], before[0]);
    }
    world.release(&hold).await.unwrap();
    assert_eq!(world.groups(), before);
    world.pass(SETTLED).await;
    assert_eq!(world.images(WEB).await, 0);
}

#[tokio::test]
async fn an_interface_that_can_neither_be_isolated_nor_put_back_is_isolated_as_soon_as_it_may_be() {
    let mut world = World::new();
    let before = world.groups();
    let call = Call::ModifyNetworkInterfaceAttribute;
    world.cloud.fail_after(1, call, denied());
    world.cloud.fail_next(call, denied());
    let hold = world.put(WEB, isolate()).await;
    world.converge(WEB).await.unwrap_err();
    let converged = world.converge(WEB).await.unwrap();
    assert!(is_isolated(&world), "{:?}", world.groups());
    assert_eq!(purposes(&converged), [Purpose::Isolate]);
    world.release(&hold).await.unwrap();
    assert_eq!(world.groups(), before);
}

#[tokio::test]
async fn an_interface_that_somebody_isolated_by_hand_because_quell_may_not_stays_isolated() {
    let (world, hold, before) = refused().await;
    world.clock.advance(SETTLED);
    let isolated = world.groups_of(INTERFACES[1]);
    let by_hand: Vec<_> = isolated.iter().map(String::as_str).collect();
    world.somebody_sets(INTERFACES[0], &by_hand);
    world.cloud.fail_next(Call::ModifyNetworkInterfaceAttribute, denied());
    world.converge(WEB).await.unwrap_err();
    assert_eq!(world.groups_of(INTERFACES[0]), isolated);
    world.release(&hold).await.unwrap();
    assert_eq!(world.groups(), before);
}

#[rstest]
#[tokio::test]
async fn whoever_dies_where_an_interface_was_refused_before_leaves_it_isolated_with_its_flows_cut(
    #[values(true, false)] is_done: bool,
) {
    for at in 0..10 {
        let (mut world, hold, before) = refused().await;
        world.cloud.forget_calls();
        let died = world.converge_until_it_dies(WEB, Death { at, is_done }).await;
        world.converge(WEB).await.unwrap();
        assert!(is_isolated(&world), "{at}: {:?}", world.groups());
        let calls = world.cloud.calls();
        let transit = calls.iter().filter(|logged| {
            logged.call == Call::ModifyNetworkInterfaceAttribute && !logged.about.ends_with(&world.groups()[0][0])
        });
        assert!(transit.count() >= 1, "{at}: its flows are not cut: {calls:?}");
        world.release(&hold).await.unwrap();
        assert_eq!(world.groups(), before, "at write {at}");
        if !died {
            return;
        }
    }
    panic!("there are no 10 writes");
}

#[rstest]
#[tokio::test]
async fn whoever_dies_at_whatever_write_everything_is_put_back(#[values(true, false)] is_done: bool) {
    for at in 0..40 {
        let mut world = World::new();
        let before = world.groups();
        let hold = world.put(WEB, isolate()).await;
        let died = world.converge_until_it_dies(WEB, Death { at, is_done }).await;
        world.converge(WEB).await.unwrap();
        let isolated = world.groups();
        assert!(
            isolated.iter().all(|groups| *groups == isolated[0]),
            "{at}: {isolated:?}"
        );
        world.end(hold.id).await;
        let died_again = world.converge_until_it_dies(WEB, Death { at, is_done }).await;
        world.converge(WEB).await.unwrap();
        assert_eq!(world.groups(), before, "at write {at}");
        world.pass(SETTLED).await;
        assert_eq!(world.groups(), before, "at write {at}");
        assert_eq!(world.images(WEB).await, 0);
        if !died && !died_again {
            return;
        }
    }
    panic!("there are no 40 writes");
}

#[tokio::test]
async fn an_answer_that_is_lost_is_looked_up_and_nothing_is_done_twice() {
    let mut world = World::new();
    let before = world.groups();
    let lost = || Fault::Unreachable {
        message: "timed out".to_owned(),
    };
    world
        .cloud
        .fail_next_after_it_is_done(Call::ModifyNetworkInterfaceAttribute, lost());
    let hold = world.put(WEB, isolate()).await;
    world.converge(WEB).await.unwrap_err();
    world.converge(WEB).await.unwrap();
    world.end(hold.id).await;
    world
        .cloud
        .fail_next_after_it_is_done(Call::ModifyNetworkInterfaceAttribute, lost());
    world.converge(WEB).await.unwrap_err();
    world.converge(WEB).await.unwrap();
    assert_eq!(world.groups(), before);
    world.pass(SETTLED).await;
    assert_eq!(world.groups(), before);
}

#[tokio::test]
async fn reads_that_lag_behind_lead_to_no_second_write() {
    let mut world = World::new();
    let before = world.groups();
    world.cloud.answer_stale(std::time::Duration::from_secs(5));
    let hold = world.hold(WEB, isolate()).await.unwrap();
    let writes = world.cloud.writes();
    world.converge(WEB).await.unwrap();
    assert_eq!(world.cloud.writes(), writes);
    world.release(&hold).await.unwrap();
    world.pass(SETTLED).await;
    assert_eq!(world.groups(), before);
}
