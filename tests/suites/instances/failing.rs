//! Refusals and deaths at every step: no interface stays half done, and everything is put back.

use quell::cloud::{Call, Fault};
use quell_tests::fault::Death;
use rstest::rstest;

use crate::world::{SETTLED, WEB, World, isolate};

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
