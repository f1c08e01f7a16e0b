//! Finds what is around the subject of a remediation: of a block the network ACLs, the VPC's prefixes, the instance's addresses; of an instance or a security
//! group what it is, what it is in, and what was changed lately.

mod failure;
mod instance;
mod place;

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use self::failure::{never, of_cloud};
use super::evaluate::SurroundingsSource;
use crate::{
    cloud::{Cloud, SecurityGroupId},
    decision::{About, Thing},
    fact::Facts,
    guard::{GroupSurroundings, Most, Surroundings},
    hold::{Journal, Target},
    report::{Around, Failure},
    text::with_causes,
};

/// Finds what is around places, each place once.
pub(super) struct LiveSurroundings {
    facts: Arc<dyn Facts>,
    cloud: Arc<dyn Cloud>,
    journal: Arc<dyn Journal>,
    now: Timestamp,
    most: Most,
    changing: Arc<AsyncMutex<()>>,
    turn: Mutex<Option<Turn>>,
    found: Mutex<Vec<Around>>,
}

/// The turn of one alert to count the instances that were changed: whoever has it puts its own holds into the journal before the next one counts. So several
/// alerts at the same moment change no more than the guards allow.
pub(super) type Turn = OwnedMutexGuard<()>;

/// Where surroundings are looked for: what can be asked of `facts` is, the rest of `cloud`, and what Quell did lately of the journal.
pub(super) struct Sources {
    pub(super) facts: Arc<dyn Facts>,
    pub(super) cloud: Arc<dyn Cloud>,
    pub(super) journal: Arc<dyn Journal>,
    /// Whose turn it is to count the instances that were changed.
    pub(super) changing: Arc<AsyncMutex<()>>,
}

impl LiveSurroundings {
    /// Nothing found yet.
    pub(super) fn new(sources: Sources, now: Timestamp, most: Most) -> Self {
        let Sources {
            facts,
            cloud,
            journal,
            changing,
        } = sources;
        Self {
            facts,
            cloud,
            journal,
            now,
            most,
            changing,
            turn: Mutex::default(),
            found: Mutex::default(),
        }
    }

    /// What was found, in the order in which it was asked for; and the turn, if any instance was counted.
    pub(super) fn into_found(self) -> (Vec<Around>, Option<Turn>) {
        let found = self.found.into_inner().unwrap_or_else(PoisonError::into_inner);
        (found, self.turn.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits for the turn of this alert, if it does not have it yet.
    async fn take_turn(&self) {
        let has_turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner).is_some();
        if !has_turn {
            let turn = Arc::clone(&self.changing).lock_owned().await;
            *self.turn.lock().unwrap_or_else(PoisonError::into_inner) = Some(turn);
        }
    }

    fn known(&self, place: &About) -> Option<Result<Surroundings, Failure>> {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let around = found.iter().find(|around| around.place == *place)?;
        Some(around.found.as_result().cloned().map_err(Failure::clone))
    }
}

#[async_trait]
impl SurroundingsSource for LiveSurroundings {
    async fn around(&self, place: &About) -> Result<Surroundings, Failure> {
        if let Some(known) = self.known(place) {
            return known;
        }
        let found = match place {
            About::Place(place) => place::find(place, &*self.facts, &*self.cloud)
                .await
                .map(Surroundings::Place),
            About::Thing(Thing::ChangedInstance(id)) => self.instance(id).await.map(Surroundings::Instance),
            About::Thing(Thing::ChangedSecurityGroup(id)) => self.group(id).await.map(Surroundings::Group),
        };
        let mut all = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.iter().any(|around| around.place == *place) {
            all.push(Around {
                place: place.clone(),
                found: found.clone().into(),
            });
        }
        found
    }
}

impl LiveSurroundings {
    /// What a security group is that shall be changed.
    async fn group(&self, id: &str) -> Result<GroupSurroundings, Failure> {
        let id: SecurityGroupId = id.parse().map_err(|error| never(with_causes(&error)))?;
        let group = self.cloud.security_group(&id).await.map_err(|error| of_cloud(&error))?;
        Ok(GroupSurroundings {
            target: Target::new(self.cloud.place(), id),
            vpc: group.vpc,
            tags: group.tags,
        })
    }
}
