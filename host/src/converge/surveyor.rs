//! The surveyor: what a network ACL is, what room it has, and what it shall be. It reads and plans, and writes nothing.

use std::sync::Arc;

use arc_swap::ArcSwap;
use jiff::Timestamp;

use super::{
    ConvergeError, Plan, Room, Stance, Terms,
    full::FullAcls,
    plan,
    quota::Quotas,
    view::{SETTLING, view},
};
use crate::{
    clock::Clock,
    cloud::{Cloud, Clouds, NetworkAcl},
    hold::{Journal, JournalError, Situation, Target},
};

/// Looks and plans.
pub(super) struct Surveyor {
    pub(super) clouds: Arc<Clouds>,
    pub(super) journal: Arc<dyn Journal>,
    pub(super) clock: Arc<dyn Clock>,
    /// Replaced when the never-block list is reloaded.
    pub(super) terms: ArcSwap<Terms>,
    pub(super) quotas: Quotas,
    pub(super) full: FullAcls,
}

impl Surveyor {
    /// The account and region of a target.
    pub(super) fn cloud(&self, target: &Target) -> Result<&Arc<dyn Cloud>, ConvergeError> {
        let cloud = self.clouds.of(&target.place());
        cloud.ok_or_else(|| ConvergeError::NotConfigured { target: target.clone() })
    }

    /// The ACL as it is by what is read and what we know that we did, with what the journal knows of it.
    pub(super) async fn look(
        &self,
        target: &Target,
        cloud: &dyn Cloud,
    ) -> Result<(NetworkAcl, Situation, Timestamp), ConvergeError> {
        let read_at = self.clock.now();
        let read = cloud.network_acl(&target.acl).await;
        let read = read.map_err(|source| ConvergeError::Read {
            target: target.clone(),
            source: source.into(),
        })?;
        let since = read_at.saturating_sub(SETTLING).unwrap_or(Timestamp::MIN);
        let situation = self.journal.situation(target, self.clock.now(), since).await;
        let situation = situation.map_err(|source| journal_error(target, source))?;
        Ok((view(&read, &situation.recent), situation, read_at))
    }

    pub(super) async fn plan(
        &self,
        target: &Target,
        cloud: &dyn Cloud,
        live: &NetworkAcl,
        situation: &Situation,
        stance: &Stance,
    ) -> Plan {
        let room = self.room(target, cloud).await;
        let stance = match stance {
            Stance::Enforce if situation.paused => Stance::TakeBack {
                why: "Quell is paused, `quell resume` goes on".to_owned(),
            },
            stance => stance.clone(),
        };
        plan(live, situation, &self.terms.load(), &room, &stance, self.clock.now())
    }

    /// The room that a target has by all that is known: the quota, and what the API said lately.
    pub(super) async fn room(&self, target: &Target, cloud: &dyn Cloud) -> Room {
        let now = self.clock.now();
        let terms = self.terms.load_full();
        let (quota, source) = self.quotas.of(cloud, terms.quota, now).await;
        let mut room = Room::new(quota, source, terms.reserve);
        self.full.tell(&mut room, target, now);
        room
    }
}

pub(super) fn journal_error(target: &Target, source: JournalError) -> ConvergeError {
    ConvergeError::Journal {
        target: target.clone(),
        source: source.into(),
    }
}
