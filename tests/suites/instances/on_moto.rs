//! The same with EC2 as others wrote it, over HTTP, and looked at from outside by boto3: before and after are compared byte by byte.

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use jiff::SignedDuration;
use quell::{
    clock::{Clock, ManualClock},
    cloud::{Cloud, CloudPlace, InstanceId, aws::Ec2Cloud},
    converge::{InstanceTerms, Stance},
    hold::{DeliveryId, EndReason, Intent, Journal, SqliteJournal, Target},
};
use quell_tests::{
    fault::{Death, Life},
    moto::{ACCOUNT, Moto, REGION},
    suspect::Suspect,
};

use crate::world::{converger, isolate};

/// An instance with three interfaces in moto, and a journal.
struct Scene {
    moto: Moto,
    instance: InstanceId,
    target: Target,
    cloud: Arc<dyn Cloud>,
    journal: Arc<dyn Journal>,
    clock: Arc<ManualClock>,
    processes: usize,
}

impl Scene {
    fn build() -> anyhow::Result<Self> {
        let moto = Moto::start()?;
        let suspect = Suspect::build_many(&moto, 1)?.pop().context("one is built")?;
        let place = CloudPlace {
            account: ACCOUNT.to_owned(),
            region: REGION.to_owned(),
        };
        let options = Moto::options(Duration::from_secs(60));
        let cloud = Ec2Cloud::with(&moto.sdk_config(), &options);
        Ok(Self {
            target: Target::new(&place, suspect.instance.clone()),
            instance: suspect.instance,
            cloud: Arc::new(cloud),
            journal: Arc::new(SqliteJournal::in_memory()?),
            clock: Arc::new(ManualClock::at("2026-03-01T12:00:00Z".parse()?)),
            processes: 0,
            moto,
        })
    }

    /// All that boto3 sees of the interfaces.
    fn look(&self) -> anyhow::Result<String> {
        self.moto.seen_interfaces(&self.instance)
    }

    async fn hold(&self, number: usize) -> anyhow::Result<quell::hold::HoldId> {
        let intent = Intent {
            target: self.target.clone(),
            remedy: isolate(),
            reason: "it attacks others".to_owned(),
            confidence: 90,
            severity: None,
            spare: Vec::new(),
            plugin: "isolate-attacker".to_owned(),
            alert: "guardduty/1".to_owned(),
            until: Some(self.clock.now() + SignedDuration::from_hours(1)),
            scope: Default::default(),
        };
        let delivery = DeliveryId::read(&format!("delivery {number}"));
        let held = self
            .journal
            .put_in_force(&[intent], &delivery, self.clock.now())
            .await?;
        Ok(held[0].id)
    }

    /// A process that begins, converges, and may die at a write. Returns whether it died.
    async fn converge(&mut self, death: Option<Death>) -> anyhow::Result<bool> {
        self.journal.break_leases().await?;
        self.processes += 1;
        let life = Arc::new(Life::default());
        life.ends(death);
        let converger = converger(
            self.cloud.clone(),
            &life,
            &self.journal,
            &self.clock,
            &InstanceTerms::default(),
            Stance::Enforce,
            self.processes,
        );
        tokio::select! {
            converged = converger.converge(&self.target) => converged.map(|_| false).map_err(Into::into),
            () = life.ended() => Ok(true),
        }
    }
}

#[tokio::test]
async fn boto3_sees_three_interfaces_as_they_were_whoever_dies_at_whatever_write() -> anyhow::Result<()> {
    let mut scene = Scene::build()?;
    let before = scene.look()?;
    let mut number = 0;
    for is_done in [false, true] {
        for at in 0.. {
            number += 1;
            let hold = scene.hold(number).await?;
            let death = Some(Death { at, is_done });
            let died = scene.converge(death).await?;
            scene.converge(None).await?;
            let isolated = scene.look()?;
            assert!(
                isolated != before && isolated.matches("quell-isolation").count() == 3,
                "{isolated}"
            );
            scene
                .journal
                .end(&[hold], EndReason::Released, scene.clock.now())
                .await?;
            let died_again = scene.converge(death).await?;
            scene.converge(None).await?;
            assert_eq!(scene.look()?, before, "at write {at}");
            scene.clock.advance(SignedDuration::from_secs(61));
            scene.converge(None).await?;
            if !died && !died_again {
                break;
            }
        }
    }
    assert!(number > 12, "it died at {number} writes");
    Ok(())
}
