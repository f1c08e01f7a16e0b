//! What is seen of a target: as it is, and what the journal knows of it.

use jiff::{SignedDuration, Timestamp};

use super::{
    super::{
        ConvergeError, Gone, Live, SETTLING, acl,
        gone::if_there,
        group,
        instance::{self, Around},
    },
    Surveyor, journal_error,
};
use crate::{
    cloud::{AclId, Cloud, CloudError, NetworkAcl},
    hold::{Hold, Resource, Situation, Target},
};

/// For how long what an alert's guards read of a network ACL is good enough to begin with. It is part of the time for which a read is good enough to write by.
const RECENT: SignedDuration = SignedDuration::from_secs(1);

/// What was seen of a target.
pub(in super::super) struct Sight {
    /// The target as it is, by what is read and what we know that we did.
    pub(in super::super) live: Live,
    /// What the journal knows of it.
    pub(in super::super) situation: Situation,
    /// When it was read.
    pub(in super::super) read_at: Timestamp,
    /// Of a network ACL: the read itself, unless it was looked at by an earlier one.
    read: Option<NetworkAcl>,
    /// Of an instance: what else bears on it.
    pub(super) around: Around,
}

impl Sight {
    /// Whether the target was read for it. What was not is good enough to see that all is done, and not to write by.
    pub(in super::super) fn was_read(&self) -> bool {
        !matches!((&self.live, &self.read), (Live::Acl(_), None))
    }
}

/// How a network ACL is read. Other targets are read anew in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Reading {
    /// EC2 is asked.
    Anew,
    /// Or what the guards of an alert read a moment ago is good enough.
    Recent,
}

impl Surveyor {
    /// The target as it is, as if `more` holds were in force as well.
    pub(in super::super) async fn look(
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
    pub(in super::super) async fn look_after(
        &self,
        target: &Target,
        sight: Sight,
    ) -> Result<Option<Sight>, ConvergeError> {
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
    pub(in super::super) async fn in_force(&self, target: &Target) -> Result<Vec<Hold>, ConvergeError> {
        let now = self.clock.now();
        let situation = self.journal.situation(target, now, now).await;
        Ok(situation.map_err(|source| journal_error(target, source))?.holds)
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
