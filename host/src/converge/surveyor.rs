//! The surveyor: what a target is, what room it has, and what it shall be. It reads and plans, and writes nothing.

use std::sync::Arc;

use arc_swap::ArcSwap;
use jiff::{SignedDuration, Timestamp};

use super::{
    Capacity, ConvergeError, EntryPlan, Gone, InstanceTerms, Live, Plan, QuotaSource, Room, SETTLING, Stance, Terms,
    acl::{self, FullAcls, Quotas, SeenAcls},
    gone::{self, if_there},
    group,
    instance::{self, Around, Servings},
};
use crate::{
    clock::Clock,
    cloud::{AclId, Cloud, CloudError, Clouds, NetworkAcl},
    hold::{Hold, Journal, JournalError, Resource, Situation, Target},
    never_block::Lists,
};

/// For how long what an alert's guards read of a network ACL is good enough to begin with. It is part of the time for which a read is good enough to write by.
const RECENT: SignedDuration = SignedDuration::from_secs(1);

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

/// What was seen of a target.
pub(super) struct Sight {
    /// The target as it is, by what is read and what we know that we did.
    pub(super) live: Live,
    /// What the journal knows of it.
    pub(super) situation: Situation,
    /// When it was read.
    pub(super) read_at: Timestamp,
    /// Of a network ACL: the read itself, unless it was looked at by an earlier one.
    read: Option<NetworkAcl>,
    /// Of an instance: what else bears on it.
    around: Around,
}

impl Sight {
    /// Whether the target was read for it. What was not is good enough to see that all is done, and not to write by.
    pub(super) fn was_read(&self) -> bool {
        !matches!((&self.live, &self.read), (Live::Acl(_), None))
    }
}

/// How a network ACL is read. Other targets are read anew in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// EC2 is asked.
    Anew,
    /// Or what the guards of an alert read a moment ago is good enough.
    Recent,
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

    /// The target as it is, as if `more` holds were in force as well.
    pub(super) async fn look(
        &self,
        target: &Target,
        cloud: &dyn Cloud,
        more: &[Hold],
        reading: Reading,
    ) -> Result<Sight, ConvergeError> {
        let now = self.clock.now();
        let read_error = |source: CloudError| ConvergeError::Read {
            target: target.clone(),
            source: source.into(),
        };
        let situation = async |read_at| {
            let mut situation = self.situation(target, read_at).await?;
            add(&mut situation.holds, more);
            Ok::<_, ConvergeError>(situation)
        };
        let resource = &target.resource;
        let gone = || Live::Gone(Gone { gone: resource.clone() });
        let mut of_acl = None;
        let mut read_at = now;
        // The read of what is there comes first: what the journal says of our writes must not be older.
        let (live, situation, around) = match resource {
            Resource::Acl(id) => {
                let read = match recent(cloud, id, reading, now) {
                    Some((read, at)) => {
                        read_at = at;
                        Some(read)
                    }
                    None => if_there(resource, cloud.network_acl(id).await).map_err(read_error)?,
                };
                let situation = situation(read_at).await?;
                let view = |read| Live::Acl(acl::view(read, &situation.recent));
                let live = read.as_ref().map_or_else(gone, view);
                of_acl = read;
                (live, situation, Around::default())
            }
            Resource::SecurityGroup(id) => {
                let read = if_there(resource, group::read_existing(cloud, id).await).map_err(read_error)?;
                let situation = situation(read_at).await?;
                let view = |read| Live::Group(group::view(read, &situation.recent));
                let live = read.map_or_else(gone, view);
                (live, situation, Around::default())
            }
            Resource::Instance(id) => {
                let read = instance::read(cloud, id).await.map_err(read_error)?;
                let situation = situation(read_at).await?;
                let around = instance::look_around(read, cloud, &situation, &self.instances).await;
                let (mut live, around) = around.map_err(read_error)?;
                let holds = &situation.holds;
                live.serving = self.servings.of(target, &live, holds, cloud, read_at).await;
                (Live::Instance(live), situation, around)
            }
        };
        Ok(Sight {
            live,
            situation,
            read_at,
            read: of_acl,
            around,
        })
    }

    /// A network ACL after all changes of a plan that was made by this sight. EC2 has confirmed them, and may for some seconds not show them, so another read
    /// would tell nothing that the changes do not. None of other targets, and if there was no read: those are read.
    pub(super) async fn look_after(&self, target: &Target, sight: Sight) -> Result<Option<Sight>, ConvergeError> {
        let Some(read) = sight.read else { return Ok(None) };
        let (now, since) = (self.clock.now(), settling_since(sight.read_at));
        let situation = self.journal.situation_after(&sight.situation, target, now, since).await;
        let situation = situation.map_err(|source| journal_error(target, source))?;
        Ok(Some(Sight {
            live: Live::Acl(acl::view(&read, &situation.recent)),
            situation,
            read_at: sight.read_at,
            read: None,
            around: Around::default(),
        }))
    }

    /// What the journal knows of a target that was read at this time.
    async fn situation(&self, target: &Target, read_at: Timestamp) -> Result<Situation, ConvergeError> {
        let situation = self
            .journal
            .situation(target, self.clock.now(), settling_since(read_at))
            .await;
        situation.map_err(|source| journal_error(target, source))
    }

    /// The holds of a target that are in force.
    pub(super) async fn in_force(&self, target: &Target) -> Result<Vec<Hold>, ConvergeError> {
        let now = self.clock.now();
        let situation = self.journal.situation(target, now, now).await;
        Ok(situation.map_err(|source| journal_error(target, source))?.holds)
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

/// Since when what was written may not be shown yet by a read of this time.
fn settling_since(read_at: Timestamp) -> Timestamp {
    read_at.saturating_sub(SETTLING).unwrap_or(Timestamp::MIN)
}

/// A network ACL as it was read a moment ago, and when, if that is good enough.
fn recent(cloud: &dyn Cloud, id: &AclId, reading: Reading, now: Timestamp) -> Option<(NetworkAcl, Timestamp)> {
    let remembered = match reading {
        Reading::Anew => None,
        Reading::Recent => cloud.remembered_acl(id),
    };
    remembered.filter(|(_, read_at)| now.duration_since(*read_at) <= RECENT)
}

/// Adds holds that are not in force yet. Who asks for what is in force already adds nothing.
fn add(holds: &mut Vec<Hold>, more: &[Hold]) {
    let in_force = holds.len();
    for hold in more {
        let mut known = holds.iter().take(in_force);
        if !known.any(|known| known.remedy == hold.remedy) {
            holds.push(hold.clone());
        }
    }
}

pub(super) fn journal_error(target: &Target, source: JournalError) -> ConvergeError {
    ConvergeError::Journal {
        target: target.clone(),
        source: source.into(),
    }
}
