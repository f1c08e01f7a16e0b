//! The flows of the driver: what sets each off, and how it has to end.

use std::{sync::Arc, time::Duration};

use anyhow::ensure;
use quell_tests::{
    attack::Attack,
    scene::Scene,
    stage::{Stage, Wanted},
    world::World,
};

use crate::settled::{all_released, settled};

/// Long enough for a hold to be there, watched and waited for on a busy machine.
const SHORT: Duration = Duration::from_secs(10);

/// Of each call, its tries together: one may take a third of it. Short, for what is answered too late.
const CALL_TIMEOUT: &str = "call-timeout = '3s'";

/// What the driver does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    /// Two offenders get an entry each.
    Insert,
    /// Both offend again.
    Extend,
    /// The time of both is up.
    Expire,
    /// The only place is taken by a lighter offender when a heavier comes.
    Evict,
}

const LIGHT: &str = "198.51.100.9/32";
const HEAVY: &str = "203.0.113.7/32";

impl Flow {
    /// The stage on which it is played.
    pub(crate) async fn stage(self, world: Arc<World>, scene: Scene) -> anyhow::Result<Stage> {
        let settings = match self {
            Self::Expire => format!("block-seconds = {}", SHORT.as_secs()),
            _ => String::new(),
        };
        let tables = match self {
            // For IPv4 the owner's two entries and the final deny, and one place for us.
            Self::Evict => "[network-acl]\nquota = 4\nreserve = 0",
            _ => "",
        };
        let [light, heavy] = [("198.51.100.9", 10), ("203.0.113.7", 1000)];
        let attacks = match self {
            Self::Insert | Self::Extend | Self::Expire => {
                [Attack::new(1, &[light, heavy]), Attack::new(2, &[light, heavy])]
            }
            Self::Evict => [Attack::new(1, &[light]), Attack::new(2, &[heavy])],
        };
        let wanted = Wanted {
            settings: &settings,
            aws: CALL_TIMEOUT,
            tables,
            attacks: &attacks,
            ..Wanted::default()
        };
        let stage = Stage::in_scene(world, scene, &wanted).await?;
        Ok(stage)
    }

    /// What has to be there before it begins.
    pub(crate) async fn prepare(self, stage: &Stage) -> anyhow::Result<()> {
        match self {
            Self::Insert => Ok(()),
            Self::Extend | Self::Expire => {
                stage.act(&first(stage)).await?;
                settled(stage, &[LIGHT, HEAVY]).await
            }
            Self::Evict => {
                stage.act(&first(stage)).await?;
                settled(stage, &[LIGHT]).await
            }
        }
    }

    /// Sets it off. Returns at once.
    pub(crate) async fn set_off(self, stage: &Stage) -> anyhow::Result<()> {
        match self {
            Self::Insert => stage.post(&first(stage)).await.map(|_| ()),
            Self::Extend | Self::Evict => stage.post(&second(stage)).await.map(|_| ()),
            // Time does it. If it has already, what follows would not be watched.
            Self::Expire => {
                let all_there = stage.new_entries()?.len() == 2;
                ensure!(
                    all_there,
                    "this machine is so busy that a hold of {SHORT:?} ended before it was watched"
                );
                Ok(())
            }
        }
    }

    /// The prefixes that are denied when it is over.
    pub(crate) fn outcome(self) -> &'static [&'static str] {
        match self {
            Self::Insert | Self::Extend => &[LIGHT, HEAVY],
            Self::Expire => &[],
            Self::Evict => &[HEAVY],
        }
    }

    /// Waits until it is over, looks whether it ended as it has to, ends all holds, and looks whether the ACL is as in the beginning.
    pub(crate) async fn check(self, stage: &Stage) -> anyhow::Result<()> {
        settled(stage, self.outcome()).await?;
        let holds = stage.holds().await?;
        let offences: Vec<_> = holds.iter().map(|hold| hold.offences).collect();
        let expected: &[u32] = match self {
            Self::Insert | Self::Evict => &[1, 1],
            Self::Extend => &[2, 2],
            Self::Expire => &[],
        };
        ensure!(
            offences == expected,
            "the holds count {offences:?} offences, not {expected:?}"
        );
        if self == Self::Evict {
            let heavy = holds.iter().find(|hold| hold.remedy.subject() == HEAVY);
            stage.release(heavy.map(|hold| hold.id).unwrap_or(holds[0].id)).await?;
            settled(stage, &[LIGHT]).await?;
        }
        all_released(stage).await
    }
}

fn first(stage: &Stage) -> String {
    stage.on_web(&Attack::new(1, &[]))
}

fn second(stage: &Stage) -> String {
    stage.on_web(&Attack::new(2, &[]))
}
