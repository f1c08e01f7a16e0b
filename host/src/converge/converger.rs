//! The converger: what the rest of the host asks to bring targets to what their holds say.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use arc_swap::ArcSwap;
use ipnet::IpNet;

use super::{
    Capacity, ConvergeError, Converged, InstanceTerms, Live, Plan, Stance, Terms,
    acl::{FullAcls, Quotas, SeenAcls},
    driver::Driver,
    instance::Servings,
    lane::Lanes,
    pace::Pace,
    surveyor::{Insistence, Reading, Surveyor},
};
use crate::{
    clock::Clock,
    cloud::{Cause, Clouds},
    guard::NeverBlock,
    hold::{Coverage, Hold, Journal, Owner, Target},
    never_block::Lists,
};

/// What a converger works with.
pub struct Means {
    /// The accounts and regions.
    pub clouds: Arc<Clouds>,
    /// The journal.
    pub journal: Arc<dyn Journal>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Within what it may use network ACLs.
    pub terms: Terms,
    /// The lists of what it never denies, beside what the terms have.
    pub lists: Arc<Lists>,
    /// How it isolates and stops instances.
    pub instances: InstanceTerms,
    /// Whether it may do what holds ask for, or only take back.
    pub stance: Stance,
    /// Who holds its leases.
    pub owner: Owner,
}

/// Brings targets to what their holds say. The only writer. Cheap to clone.
#[derive(Clone)]
pub struct Converger {
    driver: Arc<Driver>,
    lanes: Arc<Lanes<Target, Result<Arc<Converged>, ConvergeError>>>,
    /// The targets on which the next run puts back what somebody else changed.
    insisted: Arc<Mutex<HashSet<Target>>>,
}

impl Converger {
    /// A converger that has nothing to do yet.
    pub fn new(means: Means) -> Self {
        let lanes = Lanes::new(Arc::clone(&means.clock));
        let surveyor = Surveyor {
            clouds: means.clouds,
            journal: means.journal,
            clock: means.clock,
            terms: ArcSwap::from_pointee(means.terms),
            lists: means.lists,
            instances: means.instances,
            quotas: Quotas::default(),
            full: FullAcls::default(),
            seen: SeenAcls::default(),
            servings: Servings::default(),
        };
        let driver = Driver {
            surveyor,
            stance: means.stance,
            owner: means.owner,
            pace: Pace::default(),
        };
        Self {
            driver: driver.into(),
            lanes: lanes.into(),
            insisted: Arc::default(),
        }
    }

    /// The same, for a process that works on one alert after the other: between two runs on one target it does not rest.
    #[must_use]
    pub fn one_at_a_time(self) -> Self {
        let clock = Arc::clone(&self.driver.surveyor.clock);
        Self {
            lanes: Lanes::without_rest(clock).into(),
            ..self
        }
    }

    /// The lists of what is never denied.
    pub fn lists(&self) -> &Arc<Lists> {
        &self.driver.surveyor.lists
    }

    /// Lets every plan from now on leave these prefixes alone, beside what the journal knows of each target. Network ACLs follow when they are converged.
    pub fn never_deny(&self, never: Vec<NeverBlock>) {
        let terms = &self.driver.surveyor.terms;
        terms.rcu(|terms| Terms {
            never: never.clone(),
            ..Terms::clone(terms)
        });
    }

    /// Brings one target to what its holds say now. If it is so already, nothing is written. Who asks while a converge is under way shares the
    /// next one with all others who do.
    pub async fn converge(&self, target: &Target) -> Result<Arc<Converged>, ConvergeError> {
        let (driver, lanes, on) = (Arc::clone(&self.driver), Arc::clone(&self.lanes), target.clone());
        let insisted = Arc::clone(&self.insisted);
        let turn = async move {
            let run = async {
                let is_insisted = insisted.lock().unwrap_or_else(PoisonError::into_inner).remove(&on);
                let insistence = if is_insisted {
                    Insistence::PutBack
                } else {
                    Insistence::None
                };
                driver.run(&on, insistence).await.map(Arc::new)
            };
            lanes.go(&on, run).await
        };
        // In a task of its own, the lane's turn and all: who asked may go away, and a run that is cut off leaves a change without its
        // result.
        let turn = tokio::spawn(Cause::carried(turn)).await;
        turn.unwrap_or_else(|error| {
            Err(ConvergeError::BrokeOff {
                target: target.clone(),
                why: error.to_string(),
            })
        })
    }

    /// As [`Self::converge`], and what no hold wants any more is put back to what it was, whatever somebody else made of it meanwhile.
    pub async fn put_back(&self, target: &Target) -> Result<Arc<Converged>, ConvergeError> {
        let insisted = || self.insisted.lock().unwrap_or_else(PoisonError::into_inner);
        insisted().insert(target.clone());
        self.converge(target).await
    }

    /// What a converge would change. Writes nothing.
    pub async fn dry_run(&self, target: &Target) -> Result<(Live, Plan), ConvergeError> {
        self.planned(target, &[], &[], &self.driver.stance).await
    }

    /// What a converge would change if `more` holds were in force as well, of whose surroundings `spare` must stay
    /// reachable, and how they would be covered; as if it might do what they ask for. Writes nothing.
    pub async fn preview(
        &self,
        target: &Target,
        more: &[Hold],
        spare: &[IpNet],
    ) -> Result<(Live, Plan), ConvergeError> {
        let (live, mut plan) = self.planned(target, more, spare, &Stance::Enforce).await?;
        let known = self.driver.surveyor.in_force(target).await?;
        // What is in force already answers for the one that asks for the same.
        let planned = |hold: &Hold| {
            let same = known.iter().find(|known| known.remedy == hold.remedy);
            let id = same.map_or(hold.id, |known| known.id);
            plan.coverage.iter().find(|(other, _)| *other == id)
        };
        let coverage = |hold: &Hold| planned(hold).map_or(Coverage::Pending, |(_, coverage)| coverage.clone());
        plan.coverage = more.iter().map(|hold| (hold.id, coverage(hold))).collect();
        Ok((live, plan))
    }

    async fn planned(
        &self,
        target: &Target,
        more: &[Hold],
        spare: &[IpNet],
        stance: &Stance,
    ) -> Result<(Live, Plan), ConvergeError> {
        let surveyor = &self.driver.surveyor;
        let cloud = surveyor.cloud(target)?;
        let mut sight = surveyor.look(target, &**cloud, more, Reading::Anew).await?;
        sight.situation.spare.extend_from_slice(spare);
        let plan = surveyor.plan(target, &**cloud, &sight, stance, Insistence::None).await;
        Ok((sight.live, plan))
    }

    /// How full a network ACL is. None if the target is not one.
    pub async fn capacity(&self, target: &Target) -> Result<Option<Capacity>, ConvergeError> {
        let surveyor = &self.driver.surveyor;
        let cloud = surveyor.cloud(target)?;
        if target.acl().is_none() {
            return Ok(None);
        }
        let sight = surveyor.look(target, &**cloud, &[], Reading::Anew).await?;
        let live = match &sight.live {
            Live::Acl(live) => live,
            Live::Gone(_) => return Err(ConvergeError::Gone { target: target.clone() }),
            Live::Instance(_) | Live::Group(_) => return Ok(None),
        };
        let plan = surveyor
            .plan(target, &**cloud, &sight, &self.driver.stance, Insistence::None)
            .await;
        let room = surveyor.room(target, &**cloud).await;
        Ok(Some(Capacity::of(
            target,
            live,
            &sight.situation,
            &plan.coverage,
            &room,
        )))
    }

    /// How full each network ACL was that this process converged, when it last did. Asks nobody.
    pub fn seen(&self) -> Vec<Capacity> {
        self.driver.surveyor.seen.all()
    }
}
