//! Killed with SIGKILL at every request to EC2: before it is done, before its answer comes, and right after.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, ensure};
use quell_tests::{
    process::Daemon,
    proxy::{Moment, Trouble},
    scene::Scene,
    stage::PATIENCE,
    world::World,
};

use crate::{flow::Flow, lanes::in_lanes, settled::settled};

#[test]
fn killed_anywhere_while_entries_are_made_all_are_there_once_and_go_with_their_holds() {
    killed_everywhere(Flow::Insert);
}

#[test]
fn killed_anywhere_while_holds_are_extended_their_entries_stay_and_the_offence_counts_once() {
    killed_everywhere(Flow::Extend);
}

#[test]
fn killed_anywhere_while_holds_end_nothing_of_ours_is_left() {
    killed_everywhere(Flow::Expire);
}

#[test]
#[ignore = "the engine does not evict yet"]
fn killed_anywhere_while_a_heavier_offender_takes_a_lighter_ones_place_the_heavier_has_it() {
    killed_everywhere(Flow::Evict);
}

/// One case: the process is killed at the `at`-th request of a flow.
struct Case {
    at: usize,
    moment: Moment,
    scene: Scene,
}

fn killed_everywhere(flow: Flow) {
    let world = World::shared().unwrap();
    let mut scenes = Scene::build_many(&world.moto, 1).unwrap();
    let requests = undisturbed(&world, flow, scenes.remove(0));
    let cases = (1..=requests.len()).flat_map(|at| Moment::ALL.map(|moment| (at, moment)));
    let scenes = Scene::build_many(&world.moto, cases.clone().count()).unwrap();
    let cases = cases
        .zip(scenes)
        .map(|((at, moment), scene)| Case { at, moment, scene })
        .collect();
    let failed = in_lanes(cases, async |case: Case| {
        let name = format!(
            "killed at request {} ({}), {:?}",
            case.at,
            requests[case.at - 1],
            case.moment
        );
        killed_at(&world, flow, case).await.context(name)
    });
    assert!(
        failed.is_empty(),
        "{flow:?} with {} requests:\n{}",
        requests.len(),
        failed.join("\n")
    );
}

/// Plays the flow without trouble, and gives its requests to EC2.
fn undisturbed(world: &Arc<World>, flow: Flow, scene: Scene) -> Vec<String> {
    let requests = std::sync::Mutex::new(Vec::new());
    let failed = in_lanes(vec![scene], async |scene| {
        let stage = flow.stage(Arc::clone(world), scene).await?;
        let _daemon = stage.quell.serve()?;
        flow.prepare(&stage).await?;
        let begin = stage.ec2.count();
        flow.set_off(&stage).await?;
        settled(&stage, flow.outcome()).await?;
        let passed = stage.ec2.passed(begin).into_iter().filter(|it| it.request.is_ec2());
        requests.lock().unwrap().extend(passed.map(|it| it.request.to_string()));
        flow.check(&stage).await
    });
    assert!(failed.is_empty(), "undisturbed: {failed:?}");
    requests.into_inner().unwrap()
}

async fn killed_at(world: &Arc<World>, flow: Flow, case: Case) -> anyhow::Result<()> {
    let stage = flow.stage(Arc::clone(world), case.scene).await?;
    let mut daemon = stage.quell.serve()?;
    flow.prepare(&stage).await?;
    stage.ec2.set(Trouble::kill(daemon.process(), case.at, case.moment));
    flow.set_off(&stage).await?;
    ended(&mut daemon).await?;
    stage.ec2.calm();
    let _daemon = stage.quell.serve()?;
    flow.check(&stage).await
}

async fn ended(daemon: &mut Daemon) -> anyhow::Result<()> {
    let patience = tokio::time::Instant::now() + PATIENCE;
    while !daemon.has_ended()? {
        ensure!(tokio::time::Instant::now() < patience, "the request never came");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}
