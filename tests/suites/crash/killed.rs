//! Killed with SIGKILL at every request to EC2: before it is done, before its answer comes, and right after.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use quell_tests::{
    process::Daemon,
    proxy::{Kind, Moment, Trouble, Whom},
    scene::Scene,
    stage::{PATIENCE, Stage},
    world::World,
};

use crate::{flow::Flow, lanes::in_lanes, settled::settled};

/// How long a process that has done all still looks at what it did.
const LAST_LOOKS: Duration = Duration::from_secs(5);

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
fn killed_anywhere_while_a_heavier_offender_takes_a_lighter_ones_place_the_heavier_has_it() {
    killed_everywhere(Flow::Evict);
}

#[test]
fn killed_again_anywhere_while_the_successor_mends_what_the_first_crash_left_all_is_right_after_the_third_start() {
    killed_again_everywhere(Flow::Insert);
}

/// One case: the process is killed at the `at`-th request.
struct Case {
    at: usize,
    moment: Moment,
    scene: Scene,
    /// Whether all is done before it: how often a process still looks then is a matter of time, so that it may not come.
    only_looks: bool,
}

impl Case {
    /// Waits until the process was killed, or kills it when it has nothing more to ask.
    async fn over(&self, flow: Flow, stage: &Stage, mut daemon: Daemon) -> anyhow::Result<()> {
        tokio::select! {
            killed = ended(&mut daemon) => killed,
            idle = idle(flow, stage), if self.only_looks => {
                idle?;
                daemon.kill()
            }
        }
    }
}

fn killed_everywhere(flow: Flow) {
    everywhere(flow, undisturbed, async |world, case| {
        let stage = flow.stage(world, case.scene.clone()).await?;
        let daemon = stage.quell.serve()?;
        flow.prepare(&stage).await?;
        stage.ec2.set(Trouble::kill(daemon.process(), case.at, case.moment));
        flow.set_off(&stage).await?;
        case.over(flow, &stage, daemon).await?;
        stage.ec2.calm();
        let _daemon = stage.quell.serve()?;
        flow.check(&stage).await
    });
}

fn killed_again_everywhere(flow: Flow) {
    everywhere(flow, undisturbed_after_a_crash, async |world, case| {
        let stage = flow.stage(world, case.scene.clone()).await?;
        killed_at_the_first_write(flow, &stage).await?;
        let second = stage.quell.spawn()?;
        stage.ec2.set(Trouble::kill(second.process(), case.at, case.moment));
        case.over(flow, &stage, second).await?;
        stage.ec2.calm();
        let _third = stage.quell.serve()?;
        flow.check(&stage).await
    });
}

/// Counts the requests of an undisturbed play, and plays it again for each of them and each moment.
fn everywhere(
    flow: Flow,
    undisturbed: impl AsyncFn(Flow, &Stage) -> anyhow::Result<Vec<String>> + Sync,
    killed_at: impl AsyncFn(Arc<World>, Case) -> anyhow::Result<()> + Sync,
) {
    let world = World::shared().unwrap();
    let requests = Mutex::new(Vec::new());
    let failed = in_lanes(Scene::build_many(&world.moto, 1).unwrap(), async |scene| {
        let stage = flow.stage(Arc::clone(&world), scene).await?;
        *requests.lock().unwrap() = undisturbed(flow, &stage).await?;
        Ok(())
    });
    assert!(failed.is_empty(), "{flow:?}, undisturbed: {failed:?}");

    let requests = requests.into_inner().unwrap();
    let writes = requests
        .iter()
        .rposition(|it| !it.starts_with("Describe"))
        .map_or(0, |last| last + 1);
    let telling = |(at, request): (usize, &String)| Moment::telling(request).iter().map(move |moment| (at, *moment));
    let cases = (1..).zip(&requests).flat_map(telling);
    let scenes = Scene::build_many(&world.moto, cases.clone().count()).unwrap();
    let cases = cases.zip(scenes).map(|((at, moment), scene)| Case {
        at,
        moment,
        scene,
        only_looks: at > writes,
    });
    let failed = in_lanes(cases.collect(), async |case: Case| {
        let name = format!("killed at request {}, {:?}", case.at, case.moment);
        killed_at(Arc::clone(&world), case).await.context(name)
    });
    assert!(failed.is_empty(), "{flow:?} with {requests:#?}:\n{}", failed.join("\n"));
}

/// Plays the flow without trouble, and gives its requests to EC2.
async fn undisturbed(flow: Flow, stage: &Stage) -> anyhow::Result<Vec<String>> {
    let _daemon = stage.quell.serve()?;
    flow.prepare(stage).await?;
    let begin = stage.ec2.count();
    flow.set_off(stage).await?;
    settled(stage, flow.outcome()).await?;
    let requests = requests_after(stage, begin);
    flow.check(stage).await?;
    Ok(requests)
}

/// Gives the requests with which a second process mends what the first left.
async fn undisturbed_after_a_crash(flow: Flow, stage: &Stage) -> anyhow::Result<Vec<String>> {
    killed_at_the_first_write(flow, stage).await?;
    let begin = stage.ec2.count();
    let _daemon = stage.quell.serve()?;
    settled(stage, flow.outcome()).await?;
    let requests = requests_after(stage, begin);
    flow.check(stage).await?;
    Ok(requests)
}

fn requests_after(stage: &Stage, begin: usize) -> Vec<String> {
    let passed = stage.ec2.passed(begin).into_iter();
    let to_ec2 = passed.filter(|it| it.request.is_ec2());
    to_ec2.map(|it| it.request.to_string()).collect()
}

/// The write is done, and the process dies before it learns that.
async fn killed_at_the_first_write(flow: Flow, stage: &Stage) -> anyhow::Result<()> {
    let mut daemon = stage.quell.serve()?;
    flow.prepare(stage).await?;
    let kill = Kind::Kill(daemon.process(), Moment::BeforeTheAnswer);
    stage.ec2.set(Trouble::new(kill, Whom::Writes).times(1));
    flow.set_off(stage).await?;
    ended(&mut daemon).await?;
    stage.ec2.calm();
    Ok(())
}

/// Waits until all is done and looked at.
async fn idle(flow: Flow, stage: &Stage) -> anyhow::Result<()> {
    settled(stage, flow.outcome()).await?;
    tokio::time::sleep(LAST_LOOKS).await;
    Ok(())
}

pub(crate) async fn ended(daemon: &mut Daemon) -> anyhow::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while !daemon.has_ended()? {
        ensure!(Instant::now() < deadline, "the request never came");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}
