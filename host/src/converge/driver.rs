//! The driver: applies plans, one journalled change at a time.

use std::{collections::HashMap, sync::Arc};

use tokio::sync::Mutex;

use super::{Band, ConvergeError, Plan, Room, plan};
use crate::{
    clock::Clock,
    cloud::{Cloud, CloudError, Clouds, Family, Fault, NetworkAcl},
    hold::{
        Change, Coverage, Hold, HoldId, Journal, JournalError, Target,
        journal::{ChangeEnd, Situation},
    },
};

/// How often one converge plans anew because the ACL is not as it was read: somebody took a number.
const STALE_ROUNDS: u32 = 8;
/// How often one converge plans at all. Where room is short each round makes some for the next, so one is often not enough.
const ROUNDS: u32 = 64;

/// Brings network ACLs to what their holds say.
pub struct Converger {
    clouds: Arc<Clouds>,
    journal: Arc<dyn Journal>,
    clock: Arc<dyn Clock>,
    band: Band,
    room: Room,
    /// One writer an ACL.
    writers: Mutex<HashMap<Target, Arc<Mutex<()>>>>,
}

/// What a converge did.
#[derive(Debug, Clone)]
pub struct Converged {
    /// The ACL.
    pub target: Target,
    /// As it was.
    pub before: NetworkAcl,
    /// As it is now.
    pub after: NetworkAcl,
    /// The changes that were made, in order.
    pub changes: Vec<Change>,
    /// How each hold in force is covered.
    pub coverage: Vec<(HoldId, Coverage)>,
}

/// How one pass over a plan ended.
enum Pass {
    /// All changes are made.
    Complete,
    /// Something was not as it was read; read and plan again.
    Stale,
}

impl Converger {
    /// A converger of the ACLs of these clouds.
    pub fn new(clouds: Arc<Clouds>, journal: Arc<dyn Journal>, clock: Arc<dyn Clock>, band: Band, room: Room) -> Self {
        Self {
            clouds,
            journal,
            clock,
            band,
            room,
            writers: Mutex::default(),
        }
    }

    /// What a converge would change if `more` holds were in force as well, and how they would be covered. Writes nothing.
    pub async fn preview(&self, target: &Target, more: &[Hold]) -> Result<(NetworkAcl, Plan), ConvergeError> {
        let live = self.read(target).await?;
        let Situation { mut holds, own, .. } = self.situation(target).await?;
        let in_force = holds.len();
        for hold in more {
            if !holds.iter().take(in_force).any(|known| same_hold(known, hold)) {
                holds.push(hold.clone());
            }
        }
        let mut plan = plan(&live, &holds, &own, self.band, &self.room);
        // What is in force already answers for the one that asks for the same.
        let planned = |hold: &Hold| {
            let known = holds.iter().find(|known| same_hold(known, hold))?;
            plan.coverage.iter().find(|(id, _)| *id == known.id)
        };
        plan.coverage = more
            .iter()
            .map(|hold| {
                (
                    hold.id,
                    planned(hold).map_or(Coverage::Pending, |(_, coverage)| coverage.clone()),
                )
            })
            .collect();
        Ok((live, plan))
    }

    /// Brings one ACL to what its holds say now. If it does already, nothing is written.
    pub async fn converge(&self, target: &Target) -> Result<Converged, ConvergeError> {
        let writer = Arc::clone(self.writers.lock().await.entry(target.clone()).or_default());
        let _only_writer = writer.lock().await;
        let before = self.read(target).await?;
        let mut live = before.clone();
        let mut changes = Vec::new();
        let mut room = self.room.clone();
        let mut stale = 0;
        for _ in 0..ROUNDS {
            let situation = self.situation(target).await?;
            let plan = plan(&live, &situation.holds, &situation.own, self.band, &room);
            if plan.is_empty() {
                self.settle(target, &situation, &plan, &live).await?;
                return Ok(Converged {
                    target: target.clone(),
                    before,
                    after: live,
                    changes,
                    coverage: plan.coverage,
                });
            }
            if let Pass::Stale = self.apply(target, &plan, &mut changes, &mut room).await? {
                tracing::debug!(at = %target, "the network ACL is not as it was read; planning anew");
                stale += 1;
                if stale > STALE_ROUNDS {
                    break;
                }
            }
            live = self.read(target).await?;
        }
        Err(ConvergeError::Unsteady { target: target.clone() })
    }

    async fn apply(
        &self,
        target: &Target,
        plan: &Plan,
        made: &mut Vec<Change>,
        room: &mut Room,
    ) -> Result<Pass, ConvergeError> {
        let cloud = self.clouds.of(&target.place()).ok_or_else(|| not_configured(target))?;
        for change in &plan.changes {
            let journal = |source| journal_error(target, source);
            let id = self
                .journal
                .begin(target, change, self.clock.now())
                .await
                .map_err(journal)?;
            let result = make(&**cloud, target, change).await;
            let end = change_end(&result);
            self.journal.finish(id, &end, self.clock.now()).await.map_err(journal)?;
            match result {
                Ok(()) => made.push(change.clone()),
                Err(error) => match (&error.fault, change) {
                    (Fault::EntryLimit { .. }, Change::Create(entry)) => {
                        room.is_full(entry.direction, Family::of(entry.prefix));
                        return Ok(Pass::Stale);
                    }
                    (Fault::EntryExists { .. }, Change::Create(_)) => return Ok(Pass::Stale),
                    (Fault::NotFound { code, .. }, Change::Delete(_)) if is_entry_gone(code) => {}
                    _ => {
                        return Err(ConvergeError::Change {
                            target: target.clone(),
                            change: change.clone(),
                            source: error,
                        });
                    }
                },
            }
        }
        Ok(Pass::Complete)
    }

    /// Notes the end, and forgets entries of ours that are not there: somebody removed them, or they were never written.
    async fn settle(
        &self,
        target: &Target,
        situation: &Situation,
        plan: &Plan,
        live: &NetworkAcl,
    ) -> Result<(), ConvergeError> {
        let journal = |source| journal_error(target, source);
        for gone in situation
            .own
            .iter()
            .filter(|own| !live.entries.iter().any(|entry| own.is(entry)))
        {
            self.journal.forget(target, gone).await.map_err(journal)?;
        }
        self.journal
            .converged(target, situation.revision, &plan.coverage)
            .await
            .map_err(journal)
    }

    async fn read(&self, target: &Target) -> Result<NetworkAcl, ConvergeError> {
        let cloud = self.clouds.of(&target.place());
        cloud
            .ok_or_else(|| not_configured(target))?
            .network_acl(&target.acl)
            .await
            .map_err(|source| ConvergeError::Read {
                target: target.clone(),
                source,
            })
    }

    async fn situation(&self, target: &Target) -> Result<Situation, ConvergeError> {
        self.journal
            .situation(target, self.clock.now())
            .await
            .map_err(|source| journal_error(target, source))
    }
}

async fn make(cloud: &dyn Cloud, target: &Target, change: &Change) -> Result<(), CloudError> {
    match change {
        Change::Create(entry) => cloud.create_entry(&target.acl, entry).await,
        Change::Delete(entry) => cloud.delete_entry(&target.acl, entry.direction, entry.number).await,
    }
}

fn same_hold(one: &Hold, other: &Hold) -> bool {
    one.prefix == other.prefix && one.direction == other.direction
}

/// A change whose answer did not come may have been made; one that was refused was not.
fn change_end(result: &Result<(), CloudError>) -> ChangeEnd {
    match result {
        Ok(()) => ChangeEnd::Done,
        Err(error) => match &error.fault {
            Fault::NotFound { code, .. } if is_entry_gone(code) => ChangeEnd::Done,
            // A client that retries after a lost answer may meet its own write.
            Fault::Unreachable { .. } | Fault::Other { .. } | Fault::EntryExists { .. } => {
                ChangeEnd::Unknown(error.to_string())
            }
            _ => ChangeEnd::Refused(error.to_string()),
        },
    }
}

fn is_entry_gone(code: &str) -> bool {
    code == "InvalidNetworkAclEntry.NotFound"
}

fn not_configured(target: &Target) -> ConvergeError {
    ConvergeError::NotConfigured { target: target.clone() }
}

fn journal_error(target: &Target, source: JournalError) -> ConvergeError {
    ConvergeError::Journal {
        target: target.clone(),
        source,
    }
}
