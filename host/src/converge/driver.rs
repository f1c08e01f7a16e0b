//! The driver: applies plans, one journalled change at a time, and looks whether all is as it shall be.

mod apply;
mod lease;

use std::time::Duration;

use self::apply::Pass;
use super::{
    Aggregate, ConvergeError, Drift, Live, Plan, SETTLING, Stance, gone,
    pace::Pace,
    surveyor::{Insistence, Reading, Sight, Surveyor, journal_error},
};
use crate::{
    clock::Clock,
    cloud::Cloud,
    hold::{Coverage, HoldId, Journal, Lease, Owner, Situation, Target, ToldChange},
};

/// How often one converge plans anew because the target is not as it was read: somebody took a number, or a read was old.
const STALE_ROUNDS: u32 = 6;
/// The wait before the first of these rounds; it doubles from one to the next.
const STALE_WAIT: Duration = Duration::from_millis(100);
/// How often one converge plans at all.
const ROUNDS: u32 = 64;

/// What a converge did.
#[derive(Debug, Clone)]
pub struct Converged {
    /// The target.
    pub target: Target,
    /// As it was.
    pub before: Live,
    /// As it is now.
    pub after: Live,
    /// The changes that were made, in order.
    pub changes: Vec<ToldChange>,
    /// How each hold in force is covered.
    pub coverage: Vec<(HoldId, Coverage)>,
    /// The entries that several holds share.
    pub aggregates: Vec<Aggregate>,
    /// What somebody else had done to what is ours.
    pub drift: Vec<Drift>,
}

/// Brings targets to what their holds say, one run at a time on each.
pub(super) struct Driver {
    pub(super) surveyor: Surveyor,
    /// What a run may do unless the journal says that Quell is paused.
    pub(super) stance: Stance,
    pub(super) owner: Owner,
    pub(super) pace: Pace,
}

/// One run on one target.
struct Run<'a> {
    target: &'a Target,
    cloud: &'a dyn Cloud,
    insistence: Insistence,
    lease: Lease,
    /// Whether it waited for its turn to write, and has not written since.
    has_turn: bool,
    changes: Vec<ToldChange>,
}

impl Driver {
    /// Brings one target to what its holds say. If it is so already, nothing is written.
    pub(super) async fn run(&self, target: &Target, insistence: Insistence) -> Result<Converged, ConvergeError> {
        let cloud = self.surveyor.cloud(target)?;
        self.in_time(target)?;
        let lease = self.lease_in_turn(target).await?;
        let mut run = Run {
            target,
            cloud: &**cloud,
            insistence,
            lease,
            has_turn: false,
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
        let mut first: Option<(Live, Vec<Drift>)> = None;
        let mut stale = 0;
        let mut after: Option<Sight> = None;
        for _ in 0..ROUNDS {
            self.in_time(run.target)?;
            let sight = match after.take() {
                Some(sight) => sight,
                None => {
                    let reading = match first {
                        None => Reading::Recent,
                        Some(_) => Reading::Anew,
                    };
                    self.surveyor.look(run.target, run.cloud, &[], reading).await?
                }
            };
            let plan = self
                .surveyor
                .plan(run.target, run.cloud, &sight, &self.stance, run.insistence)
                .await;
            if first.is_none() {
                for drift in &plan.drift {
                    tracing::warn!(at = %run.target, "drift: {drift}");
                }
                first = Some((sight.live.clone(), plan.drift.clone()));
            }
            if plan.is_empty() {
                self.settle(run.target, &sight, &plan).await?;
                self.surveyor.see(run.target, run.cloud, &sight, &plan).await;
                let (before, drift) = first.unwrap_or_else(|| (sight.live.clone(), Vec::new()));
                return Ok(Converged {
                    target: run.target.clone(),
                    before,
                    after: sight.live,
                    changes: run.changes.clone(),
                    coverage: plan.coverage,
                    aggregates: plan.aggregates,
                    drift,
                });
            }
            if !sight.was_read() {
                continue;
            }
            match self.apply(run, &plan, &sight).await? {
                Pass::All => after = self.surveyor.look_after(run.target, sight).await?,
                Pass::On => {}
                Pass::Stale => {
                    tracing::debug!(at = %run.target, "the target is not as it was read; planning anew");
                    stale += 1;
                    if stale > STALE_ROUNDS {
                        break;
                    }
                    self.clock().sleep(STALE_WAIT * 2_u32.saturating_pow(stale - 1)).await;
                }
            }
        }
        Err(ConvergeError::Unsteady {
            target: run.target.clone(),
        })
    }

    /// Notes the end, and forgets what has done its duty: entries of ours that are known not to be there, because somebody removed them or they were never
    /// written, and images of what is as it was. An entry that was written a moment ago may only not be shown yet.
    async fn settle(&self, target: &Target, sight: &Sight, plan: &Plan) -> Result<(), ConvergeError> {
        let journal = |source| journal_error(target, source);
        let Situation { own, revision, .. } = &sight.situation;
        let is_gone = matches!(sight.live, Live::Gone(_));
        let is_kept = is_gone && gone::is_kept(&sight.situation);
        for own in own.iter().filter(|_| !is_kept) {
            let is_live = sight
                .live
                .acl()
                .is_some_and(|acl| acl.entries.iter().any(|entry| own.is(entry)));
            if !is_live && sight.read_at.duration_since(own.written) > SETTLING {
                self.journal().forget(target, own).await.map_err(journal)?;
            }
        }
        for image in &plan.forget {
            self.journal().forget_image(target, image).await.map_err(journal)?;
        }
        // Of what is under way somebody has to look again.
        let revision = (!plan.is_under_way()).then_some(*revision);
        let converged = self.journal().converged(target, revision, &plan.coverage).await;
        converged.map_err(journal)?;
        if is_gone && let Some(news) = gone::news(&sight.situation, &plan.coverage) {
            tracing::warn!(at = %target, "{news}");
        }
        Ok(())
    }

    /// Whether another change may begin.
    fn in_time(&self, target: &Target) -> Result<(), ConvergeError> {
        if self.clock().is_time_up() {
            return Err(ConvergeError::OutOfTime { target: target.clone() });
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
