//! The surveyor: what a target is, what room it has, and what it shall be. It reads and plans, and writes nothing.

use std::{collections::BTreeSet, sync::Arc};

use arc_swap::ArcSwap;
use jiff::Timestamp;

use super::{
    ConvergeError, InstanceTerms, Live, LiveGroup, LiveInstance, Plan, Room, SETTLING, Stance, Terms,
    acl::{self, FullAcls, Quotas},
    group,
    instance::{self, OwnGroup, OwnGroups, Servings},
};
use crate::{
    clock::Clock,
    cloud::{Cloud, CloudError, Clouds, Fault, InstanceId, ScalingMembership, SecurityGroupId},
    decision::StateChange,
    hold::{Hold, Image, InterfaceImage, Journal, JournalError, MadeChange, Remedy, Resource, Situation, Target},
};

/// Looks and plans.
pub(super) struct Surveyor {
    pub(super) clouds: Arc<Clouds>,
    pub(super) journal: Arc<dyn Journal>,
    pub(super) clock: Arc<dyn Clock>,
    /// Replaced when the never-block list is reloaded.
    pub(super) terms: ArcSwap<Terms>,
    pub(super) instances: InstanceTerms,
    pub(super) quotas: Quotas,
    pub(super) full: FullAcls,
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
    /// Of an instance: the groups of Quell's own that its isolation needs.
    own_groups: OwnGroups,
    /// Of an instance that is put back: the groups that its interfaces were in and that somebody deleted meanwhile.
    gone_groups: BTreeSet<SecurityGroupId>,
    /// Of an instance whose state holds are about: the Auto Scaling group that it is in.
    scaling: Option<ScalingMembership>,
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
    pub(super) async fn look(&self, target: &Target, cloud: &dyn Cloud, more: &[Hold]) -> Result<Sight, ConvergeError> {
        let read_at = self.clock.now();
        let since = read_at.saturating_sub(SETTLING).unwrap_or(Timestamp::MIN);
        let read_error = |source: CloudError| ConvergeError::Read {
            target: target.clone(),
            source: source.into(),
        };
        let situation = async || {
            let situation = self.journal.situation(target, self.clock.now(), since).await;
            let mut situation = situation.map_err(|source| journal_error(target, source))?;
            add(&mut situation.holds, more);
            Ok::<_, ConvergeError>(situation)
        };
        let mut sight = Sight {
            live: match &target.resource {
                Resource::Acl(id) => {
                    // The read comes first: what the journal says of our writes must not be older.
                    let read = cloud.network_acl(id).await.map_err(read_error)?;
                    let situation = situation().await?;
                    let live = Live::Acl(acl::view(&read, &situation.recent));
                    return Ok(Sight::plain(live, situation, read_at));
                }
                Resource::SecurityGroup(id) => {
                    let read = group_rules(cloud, id, &[]).await.map_err(read_error)?;
                    let situation = situation().await?;
                    let live = Live::Group(group::view(read, &situation.recent));
                    return Ok(Sight::plain(live, situation, read_at));
                }
                Resource::Instance(id) => Live::Instance(LiveInstance {
                    machine: cloud.machine(id).await.map_err(read_error)?,
                    interfaces: cloud.interfaces_of(id).await.map_err(read_error)?,
                    serving: None,
                }),
            },
            situation: situation().await?,
            read_at,
            own_groups: OwnGroups::default(),
            gone_groups: BTreeSet::new(),
            scaling: None,
        };
        if let (Live::Instance(live), Resource::Instance(id)) = (&mut sight.live, &target.resource) {
            self.look_around(cloud, live, &sight.situation, &mut sight.own_groups)
                .await
                .map_err(read_error)?;
            *live = instance::view(live.clone(), &sight.situation.recent);
            sight.gone_groups = gone_groups(cloud, live, &sight.situation).await.map_err(read_error)?;
            let holds = &sight.situation.holds;
            live.serving = self.servings.of(target, live, holds, cloud, read_at).await;
            sight.scaling = scaling(id, cloud, &sight.situation).await.map_err(read_error)?;
        }
        Ok(sight)
    }

    /// What else bears on an instance: interfaces that were taken from it while they were isolated, and the groups that isolation needs.
    async fn look_around(
        &self,
        cloud: &dyn Cloud,
        live: &mut LiveInstance,
        situation: &Situation,
        own_groups: &mut OwnGroups,
    ) -> Result<(), CloudError> {
        let attached = |image: &&InterfaceImage| {
            let mut live = live.interfaces.iter();
            live.any(|interface| interface.id == image.interface)
        };
        let images = situation.images.iter().filter_map(|kept| match &kept.image {
            Image::Interface(image) => Some(image),
            _ => None,
        });
        let elsewhere: Vec<_> = images
            .filter(|image| !attached(image))
            .map(|image| image.interface.clone())
            .collect();
        if !elsewhere.is_empty() {
            live.interfaces.extend(cloud.interfaces(&elsewhere).await?);
        }
        for (vpc, role) in instance::needed_groups(live, &situation.holds, &self.instances) {
            let mut found = None;
            for tag in instance::tags(role) {
                found = cloud.groups_tagged(&vpc, &tag).await?.into_iter().next();
            }
            let group = match found {
                None => None,
                Some(group) => Some(OwnGroup {
                    rules: group_rules(cloud, &group.id, &situation.recent).await?.rules,
                    id: group.id,
                }),
            };
            own_groups.insert((vpc, role), group);
        }
        Ok(())
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
                let room = self.room(target, cloud).await;
                let mut plan = Plan::from(acl::plan(live, situation, &self.terms.load(), &room, stance, now));
                let drift = acl::drift(live, situation, sight.read_at);
                plan.drift = drift.into_iter().map(Into::into).collect();
                plan
            }
            Live::Instance(live) => {
                let put_back = format!("quell put-back {}", target.resource);
                instance::plan(&instance::Ground {
                    live,
                    scaling: sight.scaling.as_ref(),
                    own_groups: &sight.own_groups,
                    gone_groups: &sight.gone_groups,
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
        }
    }

    /// The room that a network ACL has by all that is known: the quota, and what the API said lately.
    pub(super) async fn room(&self, target: &Target, cloud: &dyn Cloud) -> Room {
        let now = self.clock.now();
        let terms = self.terms.load_full();
        let (quota, source) = self.quotas.of(cloud, terms.quota, now).await;
        let mut room = Room::new(quota, source, terms.reserve);
        self.full.tell(&mut room, target, now);
        room
    }
}

impl Sight {
    fn plain(live: Live, situation: Situation, read_at: Timestamp) -> Self {
        Self {
            live,
            situation,
            read_at,
            own_groups: OwnGroups::default(),
            gone_groups: BTreeSet::new(),
            scaling: None,
        }
    }
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

async fn group_rules(cloud: &dyn Cloud, id: &SecurityGroupId, recent: &[MadeChange]) -> Result<LiveGroup, CloudError> {
    let live = LiveGroup {
        group: id.clone(),
        rules: cloud.group_rules(id).await?,
    };
    Ok(group::view(live, recent))
}

/// Asked only of the groups that an interface is about to be put back into.
async fn gone_groups(
    cloud: &dyn Cloud,
    live: &LiveInstance,
    situation: &Situation,
) -> Result<BTreeSet<SecurityGroupId>, CloudError> {
    let mut gone = BTreeSet::new();
    for group in instance::groups_to_put_back(live, situation) {
        match cloud.security_group(&group).await {
            Ok(_) => {}
            Err(error) if matches!(error.fault, Fault::NotFound { .. }) => {
                gone.insert(group);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(gone)
}

/// Asked only where it matters: it is another service, and another permission.
async fn scaling(
    id: &InstanceId,
    cloud: &dyn Cloud,
    situation: &Situation,
) -> Result<Option<ScalingMembership>, CloudError> {
    let stops = |hold: &Hold| {
        matches!(
            hold.remedy,
            Remedy::SetState {
                change: StateChange::Stop
            }
        )
    };
    if situation.holds.iter().any(stops) {
        cloud.scaling(id).await
    } else {
        Ok(None)
    }
}

pub(super) fn journal_error(target: &Target, source: JournalError) -> ConvergeError {
    ConvergeError::Journal {
        target: target.clone(),
        source: source.into(),
    }
}
