//! Instances that are switched on and off, and their snapshots.

use quell::cloud::{Cloud, Machine, MachineState, Tag, Transition};
use quell_tests::scene::Scene;

use crate::case::{Case, Outcome, case, equal, fails, read, works};

pub(crate) const CASES: &[Case] = &[
    case!("what bears on a stop is told", |cloud, scene| {
        let machine = web(cloud, scene).await?;
        equal(&machine.state, &MachineState::Running)?;
        equal(&machine.vpc, &Some(scene.vpc.clone()))?;
        equal(&machine.tags.contains(&Tag::new("Name", "web-1")), &true)?;
        equal(&machine.volumes.len(), &1)?;
        equal(&machine.root_is_instance_store, &false)?;
        equal(&machine.hibernates, &false)
    }),
    case!("an unknown instance is no machine", |cloud, _scene| {
        let nobody = read("i-0123456789abcdef0")?;
        equal(&works(cloud.machine(&nobody).await)?, &None)
    }),
    case!("a running instance begins to stop", |cloud, scene| {
        let stopped = works(cloud.stop_instance(&scene.web.instance, false).await)?;
        equal(&stopped, &transition(MachineState::Running, MachineState::Stopping))?;
        let state = web(cloud, scene).await?.state;
        is_one_of(state, &[MachineState::Stopping, MachineState::Stopped])
    }),
    case!("an instance that is stopped again stays as it is", |cloud, scene| {
        works(cloud.stop_instance(&scene.web.instance, false).await)?;
        let again = works(cloud.stop_instance(&scene.web.instance, false).await)?;
        equal(&again.before, &again.after)
    }),
    case!(
        "an instance that is started while it runs stays as it is",
        |cloud, scene| {
            let started = works(cloud.start_instance(&scene.web.instance).await)?;
            equal(&started, &transition(MachineState::Running, MachineState::Running))
        }
    ),
    case!("an instance that is going down can't be started", |cloud, scene| {
        works(cloud.stop_instance(&scene.web.instance, false).await)?;
        let started = cloud.start_instance(&scene.web.instance).await;
        fails(started, "IncorrectInstanceState")
    }),
    case!("an instance that is not running can't restart", |cloud, scene| {
        works(cloud.stop_instance(&scene.web.instance, false).await)?;
        fails(
            cloud.reboot_instance(&scene.web.instance).await,
            "IncorrectInstanceState",
        )
    }),
    case!("an instance that restarts stays running", |cloud, scene| {
        works(cloud.reboot_instance(&scene.web.instance).await)?;
        equal(&web(cloud, scene).await?.state, &MachineState::Running)
    }),
    case!(
        "an instance that was not launched for it can't hibernate",
        |cloud, scene| {
            let hibernated = cloud.stop_instance(&scene.web.instance, true).await;
            fails(hibernated, "UnsupportedHibernationConfiguration")
        }
    ),
    case!("an unknown instance can't be stopped", |cloud, _scene| {
        let nobody = read("i-0123456789abcdef0")?;
        fails(cloud.stop_instance(&nobody, false).await, "InvalidInstanceID.NotFound")
    }),
    case!("an unknown instance can't be started", |cloud, _scene| {
        let nobody = read("i-0123456789abcdef0")?;
        fails(cloud.start_instance(&nobody).await, "InvalidInstanceID.NotFound")
    }),
    case!("an unknown instance can't restart", |cloud, _scene| {
        let nobody = read("i-0123456789abcdef0")?;
        fails(cloud.reboot_instance(&nobody).await, "InvalidInstanceID.NotFound")
    }),
    case!("each volume has a snapshot", |cloud, scene| {
        let tags = [Tag::new("hold", "7")];
        let taken = works(
            cloud
                .create_snapshots(&scene.web.instance, "before a stop", &tags)
                .await,
        )?;
        equal(&taken.len(), &web(cloud, scene).await?.volumes.len())
    }),
    case!("snapshots with a reserved tag are refused", |cloud, scene| {
        let tags = [Tag::new("aws:quell", "x")];
        let taken = cloud
            .create_snapshots(&scene.web.instance, "before a stop", &tags)
            .await;
        fails(taken, "InvalidParameterValue")
    }),
    case!("an unknown instance has no snapshots", |cloud, _scene| {
        let nobody = read("i-0123456789abcdef0")?;
        fails(
            cloud.create_snapshots(&nobody, "before a stop", &[]).await,
            "InvalidInstanceID.NotFound",
        )
    }),
    case!("an instance of no Auto Scaling group is in none", |cloud, scene| {
        equal(&works(cloud.scaling(&scene.web.instance).await)?, &None)
    }),
    case!(
        "an instance of no Auto Scaling group can't be put aside",
        |cloud, scene| { fails(cloud.enter_standby(&scene.web.instance, "web").await, "ValidationError") }
    ),
];

async fn web(cloud: &dyn Cloud, scene: &Scene) -> Result<Machine, String> {
    let machine = works(cloud.machine(&scene.web.instance).await)?;
    machine.ok_or_else(|| "it is not there".to_owned())
}

fn transition(before: MachineState, after: MachineState) -> Transition {
    Transition { before, after }
}

fn is_one_of(state: MachineState, expected: &[MachineState]) -> Outcome {
    if expected.contains(&state) {
        return Ok(());
    }
    Err(format!("it is {state}"))
}
