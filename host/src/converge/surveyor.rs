//! The surveyor: what a target is, what room it has, and what it shall be. It reads and plans, and writes nothing.

mod sight;

use std::sync::Arc;

pub(super) use self::sight::{Reading, Sight};
use super::{
    Capacity, ConvergeError, EntryPlan, InstanceTerms, Live, Plan, QuotaSource, Room, Stance, Terms,
    acl::{self, FullAcls, Quotas, SeenAcls},
    gone, group,
    instance::{self, Servings},
};
use crate::{
    clock::Clock,
    cloud::{Cloud, Clouds, NetworkAcl},
    hold::{Journal, JournalError, Situation, Target},
    never_block::Lists,
};
use arc_swap::ArcSwap;

/// Looks and plans.
pub(super) struct Surveyor {
    pub(super) clouds: Arc<Clouds>,
    pub(super) journal: Arc<dyn Journal>,
    pub(super) clock: Arc<dyn Clock>,
    /// Replaced when the never-block list is reloaded.
    pub(super) terms: ArcSwap<Terms>,
    pub(super) lists: Arc<Lists>,
    pub(super) instances: InstanceTerms,
    pub(super) quotas: Quotas,
    pub(super) full: FullAcls,
    pub(super) seen: SeenAcls,
    pub(super) servings: Servings,
}

/// What is done beside what the holds say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Insistence {
    /// Nothing: what somebody else changed is left alone.
    None,
    /// What no hold wants any more is put back, whatever somebody else made of it.
    PutBack,
}

impl Surveyor {
    /// The account and region of a target.
    pub(super) fn cloud(&self, target: &Target) -> Result<&Arc<dyn Cloud>, ConvergeError> {
        let cloud = self.clouds.of(&target.place());
        cloud.ok_or_else(|| ConvergeError::NotConfigured { target: target.clone() })
    }

    /// The plan for what was seen.
    pub(super) async fn plan(
        &self,
        target: &Target,
        cloud: &dyn Cloud,
        sight: &Sight,
        stance: &Stance,
        insistence: Insistence,
    ) -> Plan {
        let situation = &sight.situation;
        let stance = match stance {
            Stance::Enforce if situation.paused => &Stance::TakeBack {
                why: "Quell is paused, `quell resume` goes on".to_owned(),
            },
            stance => stance,
        };
        let now = self.clock.now();
        match &sight.live {
            Live::Acl(live) => {
                let mut plan = Plan::from(self.acl_plan(target, cloud, live, situation, stance).await);
                let drift = acl::drift(live, situation, sight.read_at);
                plan.drift = drift.into_iter().map(Into::into).collect();
                plan
            }
            Live::Instance(live) => {
                let put_back = format!("quell put-back {}", target.resource);
                instance::plan(&instance::Ground {
                    live,
                    around: &sight.around,
                    situation,
                    terms: &self.instances,
                    stance,
                    put_back: (insistence == Insistence::None).then_some(&put_back),
                    now,
                })
            }
            Live::Group(live) => group::plan(&group::Ground {
                live,
                situation,
                stance,
                now,
            }),
            Live::Gone(_) => gone::plan(&target.resource, situation, now),
        }
    }

    /// The plan for a network ACL. Service Quotas is asked only if Amazon's default is not enough: most often it is, and the first alert need not wait.
    async fn acl_plan(
        &self,
        target: &Target,
        cloud: &dyn Cloud,
        live: &NetworkAcl,
        situation: &Situation,
        stance: &Stance,
    ) -> EntryPlan {
        let now = self.clock.now();
        let listed = self.lists.standing(now).await;
        let mut terms = Terms::clone(&self.terms.load());
        terms.never.extend(listed.entries.iter().cloned());
        // What is in a list that can't be read must not come under a new rule, nor under a wider one.
        let unknown = listed.unknown.map(|why| Stance::TakeBack { why });
        let stance = match (stance, &unknown) {
            (Stance::Enforce, Some(unknown)) => unknown,
            (stance, _) => stance,
        };
        let plan = |room: &Room| acl::plan(live, situation, &terms, room, stance, now);
        let quota = self.quotas.at_least(cloud.place(), terms.quota, now).await;
        let least = plan(&self.room_of(target, quota, &terms));
        if least.has_room_for_all() {
            return least;
        }
        plan(&self.room(target, cloud).await)
    }

    /// The room that a network ACL has by all that is known: the quota, and what the API said lately.
    pub(super) async fn room(&self, target: &Target, cloud: &dyn Cloud) -> Room {
        let now = self.clock.now();
        let terms = self.terms.load_full();
        let quota = self.quotas.of(cloud, terms.quota, now).await;
        self.room_of(target, quota, &terms)
    }

    /// Remembers how full a network ACL is, by what is known without a question.
    pub(super) async fn see(&self, target: &Target, cloud: &dyn Cloud, sight: &Sight, plan: &Plan) {
        let Live::Acl(live) = &sight.live else {
            self.seen.forget(target);
            return;
        };
        let terms = self.terms.load_full();
        let quota = self.quotas.at_least(cloud.place(), terms.quota, self.clock.now());
        let room = self.room_of(target, quota.await, &terms);
        self.seen
            .see(Capacity::of(target, live, &sight.situation, &plan.coverage, &room));
    }

    /// The room by a quota, and by what the API said of this very ACL.
    fn room_of(&self, target: &Target, (quota, source): (u16, QuotaSource), terms: &Terms) -> Room {
        let mut room = Room::new(quota, source, terms.reserve);
        self.full.tell(&mut room, target, self.clock.now());
        room
    }
}

pub(super) fn journal_error(target: &Target, source: JournalError) -> ConvergeError {
    ConvergeError::Journal {
        target: target.clone(),
        source: source.into(),
    }
}
