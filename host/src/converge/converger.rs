//! The converger: what the rest of the host asks to bring network ACLs to what their holds say.

use std::sync::Arc;

use arc_swap::ArcSwap;
use ipnet::IpNet;

use super::{
    Capacity, ConvergeError, Converged, Plan, SideCapacity, Stance, Terms, driver::Driver, full::FullAcls, lane::Lanes,
    pace::Pace, quota::Quotas, surveyor::Surveyor,
};
use crate::{
    clock::Clock,
    cloud::{Cause, Clouds, Direction, Entry, Family, NetworkAcl},
    hold::{Coverage, Hold, Journal, Owner, Situation, Target},
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
    /// Whether it may add entries, or only take back.
    pub stance: Stance,
    /// Who holds its leases.
    pub owner: Owner,
}

/// Brings network ACLs to what their holds say. The only writer. Cheap to clone.
#[derive(Clone)]
pub struct Converger {
    driver: Arc<Driver>,
    lanes: Arc<Lanes<Target, Result<Arc<Converged>, ConvergeError>>>,
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
            quotas: Quotas::default(),
            full: FullAcls::default(),
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
        }
    }

    /// Lets every plan from now on leave these prefixes alone, beside what the journal knows of each target. Network ACLs follow when they are converged.
    pub fn never_deny(&self, never: Vec<IpNet>) {
        let terms = &self.driver.surveyor.terms;
        terms.rcu(|terms| Terms {
            never: never.clone(),
            ..Terms::clone(terms)
        });
    }

    /// Brings one ACL to what its holds say now. If it does already, nothing is written. Who asks while a converge is under way shares the
    /// next one with all others who do.
    pub async fn converge(&self, target: &Target) -> Result<Arc<Converged>, ConvergeError> {
        let (driver, lanes, on) = (Arc::clone(&self.driver), Arc::clone(&self.lanes), target.clone());
        let turn = async move { lanes.go(&on, async { driver.run(&on).await.map(Arc::new) }).await };
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

    /// What a converge would change. Writes nothing.
    pub async fn dry_run(&self, target: &Target) -> Result<(NetworkAcl, Plan), ConvergeError> {
        let (live, situation) = self.look(target).await?;
        let plan = self.plan(target, &live, &situation, &self.driver.stance).await?;
        Ok((live, plan))
    }

    /// What a converge would change if `more` holds were in force as well, of whose surroundings `spare` must stay
    /// reachable, and how they would be covered; as if entries might be added. Writes nothing.
    pub async fn preview(
        &self,
        target: &Target,
        more: &[Hold],
        spare: &[IpNet],
    ) -> Result<(NetworkAcl, Plan), ConvergeError> {
        let (live, mut situation) = self.look(target).await?;
        situation.spare.extend_from_slice(spare);
        let in_force = situation.holds.len();
        for hold in more {
            if !situation
                .holds
                .iter()
                .take(in_force)
                .any(|known| same_hold(known, hold))
            {
                situation.holds.push(hold.clone());
            }
        }
        let mut plan = self.plan(target, &live, &situation, &Stance::Enforce).await?;
        // What is in force already answers for the one that asks for the same.
        let planned = |hold: &Hold| {
            let known = situation.holds.iter().find(|known| same_hold(known, hold))?;
            plan.coverage.iter().find(|(id, _)| *id == known.id)
        };
        let coverage = |hold: &Hold| planned(hold).map_or(Coverage::Pending, |(_, coverage)| coverage.clone());
        plan.coverage = more.iter().map(|hold| (hold.id, coverage(hold))).collect();
        Ok((live, plan))
    }

    /// How full an ACL is.
    pub async fn capacity(&self, target: &Target) -> Result<Capacity, ConvergeError> {
        let cloud = self.driver.surveyor.cloud(target)?;
        let (live, situation) = self.look(target).await?;
        let plan = self.plan(target, &live, &situation, &self.driver.stance).await?;
        let room = self.driver.surveyor.room(target, &**cloud).await;
        let is_ours = |entry: &&Entry| situation.own.iter().any(|own| own.is(entry));
        let mut sides = Vec::new();
        for direction in Direction::BOTH {
            for family in [Family::IPv4, Family::IPv6] {
                let entries = || {
                    live.entries
                        .iter()
                        .filter(|entry| !entry.is_final())
                        .filter(|entry| entry.direction == direction && Family::of(entry.prefix) == family)
                };
                let ours = entries().filter(is_ours).count();
                let others = entries().count() - ours;
                let holds: Vec<_> = situation
                    .holds
                    .iter()
                    .filter(|hold| hold.direction == direction && Family::of(hold.prefix) == family)
                    .map(|hold| hold.id)
                    .collect();
                let uncovered = plan
                    .coverage
                    .iter()
                    .filter(|(id, coverage)| !coverage.is_covered() && holds.contains(id));
                sides.push(SideCapacity {
                    direction,
                    family,
                    quota: room.quota(),
                    quota_source: room.source(),
                    learnt: room.learnt(direction, family),
                    others,
                    ours,
                    room: room.for_us(direction, family, others),
                    holds: holds.len(),
                    not_covered: uncovered.count(),
                });
            }
        }
        Ok(Capacity {
            target: target.clone(),
            sides,
        })
    }

    async fn look(&self, target: &Target) -> Result<(NetworkAcl, Situation), ConvergeError> {
        let cloud = self.driver.surveyor.cloud(target)?;
        let (live, situation, _) = self.driver.surveyor.look(target, &**cloud).await?;
        Ok((live, situation))
    }

    async fn plan(
        &self,
        target: &Target,
        live: &NetworkAcl,
        situation: &Situation,
        stance: &Stance,
    ) -> Result<Plan, ConvergeError> {
        let cloud = self.driver.surveyor.cloud(target)?;
        Ok(self
            .driver
            .surveyor
            .plan(target, &**cloud, live, situation, stance)
            .await)
    }
}

fn same_hold(one: &Hold, other: &Hold) -> bool {
    one.prefix == other.prefix && one.direction == other.direction
}
