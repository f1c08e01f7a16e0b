//! The driver: applies plans, one journalled change at a time, and reads back.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{
    Aggregate, ConvergeError, Drift, Plan, Stance,
    drift::drift,
    pace::Pace,
    surveyor::{Surveyor, journal_error},
    view::SETTLING,
    write::{Wrote, write},
};
use crate::{
    clock::Clock,
    cloud::{Cloud, NetworkAcl},
    hold::{Change, Coverage, HoldId, Journal, Lease, Leasing, Owner, Situation, Target},
};

/// How often one converge plans anew because the ACL is not as it was read: somebody took a number, or a read was old.
const STALE_ROUNDS: u32 = 6;
/// The wait before the first of these rounds; it doubles from one to the next.
const STALE_WAIT: Duration = Duration::from_millis(100);
/// How often one converge plans at all.
const ROUNDS: u32 = 64;
/// How long a lease lasts. Longer than any one call to AWS, so that it can't end while a change is under way.
const LEASE: SignedDuration = SignedDuration::from_mins(2);
/// A lease with less left than this is renewed before the next change.
const RENEW: SignedDuration = SignedDuration::from_mins(1);
/// For how long a read is good enough to write by: `DeleteNetworkAclEntry` and `ReplaceNetworkAclEntry` know an entry by its number alone, so that
/// what stands there must have been seen right before.
const FRESH: SignedDuration = SignedDuration::from_secs(5);

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
    /// The entries that several holds share.
    pub aggregates: Vec<Aggregate>,
    /// What somebody else had done to entries of ours.
    pub drift: Vec<Drift>,
}

/// Brings network ACLs to what their holds say, one run at a time on each.
pub(super) struct Driver {
    pub(super) surveyor: Surveyor,
    /// What a run may do unless the journal says that Quell is paused.
    pub(super) stance: Stance,
    pub(super) owner: Owner,
    pub(super) pace: Pace,
}

/// How one pass over a plan ended.
enum Pass {
    /// As far as it could be: read and plan again.
    On,
    /// Something was not as it was read.
    Stale,
}

/// One run on one target.
struct Run<'a> {
    target: &'a Target,
    cloud: &'a dyn Cloud,
    lease: Lease,
    changes: Vec<Change>,
}

impl Driver {
    /// Brings one ACL to what its holds say. If it does already, nothing is written.
    pub(super) async fn run(&self, target: &Target) -> Result<Converged, ConvergeError> {
        let cloud = self.surveyor.cloud(target)?;
        let lease = self.lease(target).await?;
        let mut run = Run {
            target,
            cloud: &**cloud,
            lease,
            changes: Vec::new(),
        };
        let result = self.rounds(&mut run).await;
        if let Err(error) = self.journal().give_back(&run.lease).await {
            // It ends by itself.
            tracing::warn!(at = %target, "the lease could not be given back: {error}");
        }
        result
    }

    async fn rounds(&self, run: &mut Run<'_>) -> Result<Converged, ConvergeError> {
        let mut first: Option<(NetworkAcl, Vec<Drift>)> = None;
        let mut stale = 0;
        for _ in 0..ROUNDS {
            let (live, situation, read_at) = self.surveyor.look(run.target, run.cloud).await?;
            if first.is_none() {
                let drift = drift(&live, &situation, read_at);
                for drift in &drift {
                    tracing::warn!(at = %run.target, "drift: {drift}");
                }
                first = Some((live.clone(), drift));
            }
            let surveyor = &self.surveyor;
            let plan = surveyor
                .plan(run.target, run.cloud, &live, &situation, &self.stance)
                .await;
            if plan.is_empty() {
                self.settle(run.target, &situation, &plan, &live, read_at).await?;
                let (before, drift) = first.unwrap_or_else(|| (live.clone(), Vec::new()));
                return Ok(Converged {
                    target: run.target.clone(),
                    before,
                    after: live,
                    changes: run.changes.clone(),
                    coverage: plan.coverage,
                    aggregates: plan.aggregates,
                    drift,
                });
            }
            if let Pass::Stale = self.apply(run, &plan, &live, read_at).await? {
                tracing::debug!(at = %run.target, "the network ACL is not as it was read; planning anew");
                stale += 1;
                if stale > STALE_ROUNDS {
                    break;
                }
                self.clock().sleep(STALE_WAIT * 2_u32.saturating_pow(stale - 1)).await;
            }
        }
        Err(ConvergeError::Unsteady {
            target: run.target.clone(),
        })
    }

    async fn apply(
        &self,
        run: &mut Run<'_>,
        plan: &Plan,
        live: &NetworkAcl,
        read_at: Timestamp,
    ) -> Result<Pass, ConvergeError> {
        for (at, change) in plan.changes.iter().enumerate() {
            self.clock()
                .sleep(self.pace.reserve(&run.target.place(), self.clock().now()))
                .await;
            if self.clock().now().duration_since(read_at) > FRESH {
                return Ok(Pass::On);
            }
            self.renew(run).await?;
            let journal = |source| journal_error(run.target, source);
            let id = self.journal().begin(&run.lease, change, self.clock().now()).await;
            let id = id.map_err(journal)?;
            let (wrote, end) = write(run.cloud, &run.target.acl, change).await;
            self.journal()
                .finish(id, &end, self.clock().now())
                .await
                .map_err(journal)?;
            match wrote {
                Wrote::Done => run.changes.push(change.clone()),
                Wrote::Stale => return Ok(Pass::Stale),
                Wrote::Full => {
                    let made = plan.changes.get(..at).unwrap_or_default();
                    let full = &self.surveyor.full;
                    full.learn(run.target, change, live, made, self.clock().now());
                    return Ok(Pass::On);
                }
                Wrote::Failed(source) => {
                    return Err(ConvergeError::Change {
                        target: run.target.clone(),
                        change: Box::new(change.clone()),
                        source: source.into(),
                    });
                }
            }
        }
        Ok(Pass::On)
    }

    /// Notes the end, and forgets entries of ours that are known not to be there: somebody removed them, or they were never written. One that was written a moment ago may
    /// only not be shown yet.
    async fn settle(
        &self,
        target: &Target,
        situation: &Situation,
        plan: &Plan,
        live: &NetworkAcl,
        now: Timestamp,
    ) -> Result<(), ConvergeError> {
        let journal = |source| journal_error(target, source);
        for own in &situation.own {
            let is_live = live.entries.iter().any(|entry| own.is(entry));
            if !is_live && now.duration_since(own.written) > SETTLING {
                self.journal().forget(target, own).await.map_err(journal)?;
            }
        }
        let converged = self
            .journal()
            .converged(target, situation.revision, &plan.coverage)
            .await;
        converged.map_err(journal)
    }

    async fn lease(&self, target: &Target) -> Result<Lease, ConvergeError> {
        let now = self.clock().now();
        let until = now.saturating_add(LEASE).unwrap_or(Timestamp::MAX);
        let leasing = self.journal().lease(target, &self.owner, now, until).await;
        match leasing.map_err(|source| journal_error(target, source))? {
            Leasing::Ours(lease) => Ok(lease),
            Leasing::Theirs { owner, until } => Err(ConvergeError::Busy {
                target: target.clone(),
                owner,
                until,
            }),
        }
    }

    async fn renew(&self, run: &mut Run<'_>) -> Result<(), ConvergeError> {
        if run.lease.until.duration_since(self.clock().now()) < RENEW {
            run.lease = self.lease(run.target).await?;
        }
        Ok(())
    }

    fn clock(&self) -> &dyn Clock {
        &*self.surveyor.clock
    }

    fn journal(&self) -> &dyn Journal {
        &*self.surveyor.journal
    }
}
