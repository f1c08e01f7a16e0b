//! EC2 on bad days: it answers late, loses answers, errs after it has done what it was asked, and throttles.

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use quell_tests::{
    proxy::{Kind, Trouble, Whom},
    scene::Scene,
    world::World,
};

use crate::{flow::Flow, lanes::in_lanes, settled::settled};

/// Later than the time that one try of a call may take, a third of the flows' call-timeout.
const TOO_LATE: Duration = Duration::from_millis(1500);

/// Once, which the next try of the same call makes good, and so often that the call itself fails.
const ONCE_AND_OFTEN: [usize; 2] = [1, 6];

#[test]
fn answers_that_come_too_late_leave_nothing_twice_and_nothing_behind() {
    bad_day(&[Flow::Insert, Flow::Expire], &late());
}

#[test]
fn errors_that_come_though_the_write_was_done_leave_nothing_twice_and_nothing_behind() {
    bad_day(&[Flow::Insert, Flow::Expire], &failing());
}

#[test]
fn answers_that_are_lost_leave_nothing_twice_and_nothing_behind() {
    bad_day(&[Flow::Insert, Flow::Expire], &lost());
}

#[test]
fn throttling_delays_what_is_to_be_done_and_nothing_is_lost() {
    bad_day(&[Flow::Insert, Flow::Expire], &throttled());
    bad_day(&[Flow::Expire], &often(Kind::Throttled, Whom::Ec2));
}

#[test]
fn a_heavier_offender_gets_a_lighter_ones_place_on_every_bad_day() {
    bad_day(&[Flow::Evict], &[late(), failing(), lost(), throttled()].concat());
}

#[test]
fn whatever_request_of_an_alert_is_throttled_its_offenders_are_blocked_in_the_end() {
    let from = |first| Trouble::new(Kind::Throttled, Whom::Ec2).after(first).times(6);
    bad_day(&[Flow::Insert], &[0, 1, 2, 3, 4].map(from));
}

fn late() -> Vec<Trouble> {
    often(Kind::Late(TOO_LATE), Whom::Writes)
}

fn failing() -> Vec<Trouble> {
    often(Kind::Fails, Whom::Writes)
}

fn lost() -> Vec<Trouble> {
    often(Kind::Lost, Whom::Writes)
}

fn throttled() -> Vec<Trouble> {
    often(Kind::Throttled, Whom::Writes)
}

fn often(kind: Kind, whom: Whom) -> Vec<Trouble> {
    ONCE_AND_OFTEN
        .map(|times| Trouble::new(kind.clone(), whom).times(times))
        .into()
}

/// Plays each flow with each trouble.
fn bad_day(flows: &[Flow], troubles: &[Trouble]) {
    let world = World::shared().unwrap();
    let cases = flows
        .iter()
        .flat_map(|flow| troubles.iter().map(|trouble| (*flow, trouble.clone())));
    let scenes = Scene::build_many(&world.moto, cases.clone().count()).unwrap();
    let failed = in_lanes(cases.zip(scenes).collect(), async |((flow, trouble), scene)| {
        let name = format!("{flow:?} with {trouble:?}");
        played(&world, flow, trouble, scene).await.context(name)
    });
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

async fn played(world: &Arc<World>, flow: Flow, trouble: Trouble, scene: Scene) -> anyhow::Result<()> {
    let stage = flow.stage(Arc::clone(world), scene).await?;
    let _daemon = stage.quell.serve()?;
    flow.prepare(&stage).await?;
    stage.ec2.set(trouble);
    flow.set_off(&stage).await?;
    settled(&stage, flow.outcome()).await?;
    stage.ec2.calm();
    flow.check(&stage).await
}
