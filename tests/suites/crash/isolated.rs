//! An instance is isolated and put back, and the process is killed with SIGKILL at every write; or EC2 refuses one of the writes. boto3 looks at the
//! interfaces from outside: in the end all is byte by byte as it was.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};
use quell::{alert::Detector, hold::Coverage};
use quell_tests::{
    process::Daemon,
    proxy::{Kind, Moment, Trouble, Whom},
    scene::Scene,
    stage::{PATIENCE, Stage, Wanted},
    suspect::Suspect,
    world::World,
};

use crate::{killed::ended, lanes::in_lanes, settled::unfinished};

/// Who decides: the shipped plugin, which may isolate.
const ISOLATES: Wanted<'_> = Wanted {
    settings: "",
    aws: "call-timeout = '3s'",
    tables: "[[plugin]]\nname = 'isolate-attacker'\nmay = ['isolate']",
    attacks: &[],
    without_stealthwatch: false,
    without_cache: false,
    table: None,
};

/// An instance that mines, and a daemon's stage.
struct Case {
    stage: Stage,
    suspect: Suspect,
    before: String,
}

#[test]
fn killed_at_any_write_while_it_isolates_or_puts_back_every_interface_has_its_own_groups_again() {
    let world = World::shared().unwrap();
    let counted = Mutex::new((0, 0));
    let failed = in_lanes(places(&world, 1), async |place| {
        let case = Case::build(&world, place).await?;
        let _daemon = case.stage.quell.serve()?;
        let isolating = case.writes(async || case.isolate().await).await?;
        let restoring = case.writes(async || case.put_back().await).await?;
        *counted.lock().unwrap() = (isolating, restoring);
        Ok(())
    });
    assert!(failed.is_empty(), "undisturbed: {failed:?}");
    let (isolating, restoring) = counted.into_inner().unwrap();
    assert!(isolating >= 8 && restoring == 3, "{isolating} and {restoring} writes");

    let moments = [Moment::BeforeItIsDone, Moment::BeforeTheAnswer];
    let cases: Vec<_> = (1..=isolating)
        .flat_map(|at| moments.map(|moment| (at, moment)))
        .collect();
    let cases: Vec<_> = cases.iter().zip(places(&world, cases.len())).collect();
    let failed = in_lanes(cases, async |((at, moment), place)| {
        let case = Case::build(&world, place).await?;
        let name = || format!("killed at write {at} of {isolating}, {moment:?}");
        case.survives(*at, *moment, restoring).await.with_context(name)
    });
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn a_refusal_of_the_second_interface_keeps_no_other_from_being_isolated_and_is_made_good_later() {
    let world = World::shared().unwrap();
    let failed = in_lanes(places(&world, 1), async |place| {
        let case = Case::build(&world, place).await?;
        let _daemon = case.stage.quell.serve()?;
        // Both groups are there already, so that the next writes are those to the interfaces: two each.
        case.isolate().await?;
        case.put_back().await?;
        let refused = Trouble::new(Kind::NotPermitted, Whom::Writes).after(2).times(1);
        case.stage.ec2.set(refused);
        let place = case.stage.post_of(Detector::GuardDuty, &case.suspect.mines(2)).await?;
        let delivery = case.stage.tried(&place).await?;
        let told = delivery.to_string();
        ensure!(told.contains("UnauthorizedOperation"), "{told}");
        let look = case.look()?;
        let isolated = groups(&look).iter().filter(|name| *name == "quell-isolation").count();
        ensure!(isolated == 2, "of 3 interfaces are isolated: {:?}", groups(&look));
        case.stage.ec2.calm();
        case.is_isolated().await?;
        case.put_back().await
    });
    assert!(failed.is_empty(), "{failed:?}");
}

/// Where cases are played.
fn places(world: &World, count: usize) -> Vec<(Scene, Suspect)> {
    let scenes = Scene::build_many(&world.moto, 1).unwrap().into_iter().cycle();
    let suspects = Suspect::build_many(&world.moto, count).unwrap();
    let scene: Vec<_> = scenes.take(count).collect();
    scene.into_iter().zip(suspects).collect()
}

impl Case {
    async fn build(world: &Arc<World>, (scene, suspect): (Scene, Suspect)) -> anyhow::Result<Self> {
        Ok(Self {
            before: world.moto.seen_interfaces(&suspect.instance)?,
            stage: Stage::in_scene(Arc::clone(world), scene, &ISOLATES).await?,
            suspect,
        })
    }

    /// Killed at a write while it isolates, and while it puts back.
    async fn survives(&self, at: usize, moment: Moment, restoring: usize) -> anyhow::Result<()> {
        let mut daemon = self.stage.quell.serve()?;
        self.kill(&daemon, at, moment);
        self.stage.post_of(Detector::GuardDuty, &self.suspect.mines(1)).await?;
        ended(&mut daemon).await?;
        self.stage.ec2.calm();

        let mut daemon = self.stage.quell.serve()?;
        self.is_isolated().await.context("after the first start")?;
        self.kill(&daemon, at % restoring + 1, moment);
        for hold in self.stage.holds().await? {
            // It may die before it answers.
            let _ = self.stage.release(hold.id).await;
        }
        ended(&mut daemon).await.context("while it puts back")?;
        self.stage.ec2.calm();

        let _daemon = self.stage.quell.serve()?;
        self.is_back().await
    }

    fn kill(&self, daemon: &Daemon, at: usize, moment: Moment) {
        let kill = Trouble::kill_at(daemon.process(), Whom::Writes, at, moment);
        self.stage.ec2.set(kill);
    }

    /// How many writes this leads to.
    async fn writes(&self, what: impl AsyncFnOnce() -> anyhow::Result<()>) -> anyhow::Result<usize> {
        let begin = self.stage.ec2.count();
        what().await?;
        Ok(self.stage.ec2.writes(begin))
    }

    async fn isolate(&self) -> anyhow::Result<()> {
        self.stage.post_of(Detector::GuardDuty, &self.suspect.mines(1)).await?;
        self.is_isolated().await
    }

    async fn put_back(&self) -> anyhow::Result<()> {
        for hold in self.stage.holds().await? {
            self.stage.release(hold.id).await?;
        }
        self.is_back().await
    }

    /// Waits until the hold is done, and all three interfaces are in the isolation group and in no other.
    async fn is_isolated(&self) -> anyhow::Result<()> {
        let is_done = async || {
            let holds = self.stage.holds().await?;
            let is_done = holds.iter().all(|hold| matches!(hold.coverage, Coverage::Done { .. }));
            // As long as the alert waits for its second try, a release would be followed by a new hold.
            Ok(holds.len() == 1 && is_done && unfinished(&self.stage).await?.is_none())
        };
        self.wait_until(is_done).await?;
        let groups = groups(&self.look()?);
        ensure!(groups == ["quell-isolation"; 3], "not isolated: {groups:?}");
        Ok(())
    }

    /// Waits until nothing is in force and the interfaces are as they were.
    async fn is_back(&self) -> anyhow::Result<()> {
        let is_back = async || {
            let nothing_left = self.stage.holds().await?.is_empty() && unfinished(&self.stage).await?.is_none();
            Ok(nothing_left && self.look()? == self.before)
        };
        self.wait_until(is_back).await
    }

    /// What boto3 sees of the interfaces.
    fn look(&self) -> anyhow::Result<String> {
        self.stage.world.moto.seen_interfaces(&self.suspect.instance)
    }

    async fn wait_until(&self, is_so: impl AsyncFn() -> anyhow::Result<bool>) -> anyhow::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while !is_so().await? {
            if Instant::now() > deadline {
                let (is, was) = (groups(&self.look()?), groups(&self.before));
                let left = unfinished(&self.stage).await?;
                bail!("it never comes to that: the groups are {is:?} and were {was:?}; left to do: {left:?}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }
}

/// The names of all groups in what boto3 saw.
fn groups(seen: &str) -> Vec<String> {
    let names = seen.split("\"GroupName\": \"").skip(1);
    names
        .filter_map(|rest| rest.split('"').next())
        .map(str::to_owned)
        .collect()
}
