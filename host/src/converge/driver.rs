//! The driver: applies plans, one journalled change at a time, and looks whether all is as it shall be.

mod lease;

use std::time::Duration;

use jiff::SignedDuration;

use super::{
    Aggregate, ConvergeError, Drift, Live, Plan, SETTLING, Stance, Step, gone,
    pace::Pace,
    surveyor::{Insistence, Reading, Sight, Surveyor, journal_error},
    write::{Written, Wrote, write},
};
use crate::{
    clock::Clock,
    cloud::{Cloud, CloudError, InterfaceId, RequestId},
    hold::{Change, Coverage, EntryChange, GroupChange, HoldId, Journal, Lease, Owner, Situation, Target, ToldChange},
};

/// How often one converge plans anew because the target is not as it was read: somebody took a number, or a read was old.
const STALE_ROUNDS: u32 = 6;
/// The wait before the first of these rounds; it doubles from one to the next.
const STALE_WAIT: Duration = Duration::from_millis(100);
/// How often one converge plans at all.
const ROUNDS: u32 = 64;
/// For how long a read is good enough to write by: `DeleteNetworkAclEntry` and `ReplaceNetworkAclEntry` know an entry by its number alone, so that
/// what stands there must have been seen right before.
const FRESH: SignedDuration = SignedDuration::from_secs(5);

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

/// How one pass over a plan ended.
enum Pass {
    /// Every change of it is made.
    All,
    /// As far as it could be: read and plan again.
    On,
    /// Something was not as it was read.
    Stale,
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

    async fn apply(&self, run: &mut Run<'_>, plan: &Plan, sight: &Sight) -> Result<Pass, ConvergeError> {
        let mut failed: Vec<(Step, CloudError)> = Vec::new();
        let mut all = true;
        for (at, step) in plan.steps.iter().enumerate() {
            // An interface that could not be isolated keeps no other from being so, but on a half-isolated one nothing more is done.
            let is_in_vain = |(before, _): &(Step, CloudError)| {
                interface(before).is_none() || interface(before) == interface(step) || interface(step).is_none()
            };
            if failed.iter().any(is_in_vain) {
                continue;
            }
            // Between the two calls of an isolation the interface lets everything in: the second waits for nobody, and there is always time for it.
            let before = run.changes.last().and_then(|told| interface_of(&told.change));
            let is_second = before.is_some() && before == interface(step);
            self.wait_for_turn(run, is_second).await;
            if self.clock().now().duration_since(sight.read_at) > FRESH {
                all = false;
                break;
            }
            if !is_second {
                self.in_time(run.target)?;
            }
            run.has_turn = false;
            let (wrote, request_id) = self.make(run, step).await?;
            match wrote {
                Wrote::Done => run.changes.push(ToldChange {
                    change: step.change.clone(),
                    request_id,
                }),
                Wrote::Stale => return Ok(Pass::Stale),
                Wrote::Full => {
                    self.learn(run.target, step, plan.steps.get(..at).unwrap_or_default(), &sight.live);
                    return Ok(Pass::On);
                }
                Wrote::Failed(source) => {
                    // What is only not known, such as after an answer that was lost, is looked up by the next run.
                    if let Some(back) = step.or_else.as_deref().filter(|_| !source.is_passing()) {
                        self.back_out(run, back).await?;
                    }
                    failed.push((step.clone(), source));
                }
            }
        }
        match failed.into_iter().next() {
            None if all => Ok(Pass::All),
            None => Ok(Pass::On),
            Some((step, source)) => Err(ConvergeError::Change {
                target: run.target.clone(),
                change: Box::new(step.change),
                source: source.into(),
            }),
        }
    }

    /// Does at once what takes the place of a change that was refused.
    async fn back_out(&self, run: &mut Run<'_>, back: &Step) -> Result<(), ConvergeError> {
        self.wait_for_turn(run, true).await;
        run.has_turn = false;
        let at = run.target;
        match self.make(run, back).await? {
            (Wrote::Done, request_id) => {
                tracing::warn!(%at, "what was to come next is refused, so this was taken back: {}", back.change);
                run.changes.push(ToldChange {
                    change: back.change.clone(),
                    request_id,
                });
            }
            (Wrote::Failed(error), _) => {
                tracing::error!(%at, "refused, and can't be taken back either: {}: {error}; tried again", back.change);
            }
            (Wrote::Stale | Wrote::Full, _) => {}
        }
        Ok(())
    }

    /// Waits until the pace lets one more write through. A turn that was waited for stays the run's own when the target has to be read anew before it: where many write, each would otherwise wait for so
    /// long that its read is too old, and wait again, and nobody would ever write.
    async fn wait_for_turn(&self, run: &mut Run<'_>, is_urgent: bool) {
        if run.has_turn {
            return;
        }
        let wait = self.pace.reserve(&run.target.place(), self.clock().now());
        run.has_turn = true;
        if !is_urgent {
            self.clock().sleep(wait).await;
        }
    }

    /// Makes one change: in the journal, in AWS, in the journal. Gives AWS's number of the request too.
    async fn make(&self, run: &mut Run<'_>, step: &Step) -> Result<(Wrote, Option<RequestId>), ConvergeError> {
        self.renew(run).await?;
        let journal = |source| journal_error(run.target, source);
        let begun = self
            .journal()
            .begin(&run.lease, &step.change, step.before.as_ref(), self.clock().now());
        let id = begun.await.map_err(journal)?;
        let write = write(run.cloud, &run.target.resource, step);
        let (Written { wrote, end, image }, request) = RequestId::of_last(write).await;
        let now = self.clock().now();
        let finished = self.journal().finish(id, &end, request.as_ref(), image.as_ref(), now);
        finished.await.map_err(journal)?;
        Ok((wrote, request))
    }

    /// Remembers that a network ACL takes no more entries.
    fn learn(&self, target: &Target, refused: &Step, made: &[Step], live: &Live) {
        if let (Some(change), Some(live)) = (refused.change.entry(), live.acl()) {
            let made: Vec<EntryChange> = made.iter().filter_map(|step| step.change.entry()).cloned().collect();
            let full = &self.surveyor.full;
            full.learn(target, change, live, &made, self.clock().now());
        }
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

/// The interface that a step is about.
fn interface(step: &Step) -> Option<&InterfaceId> {
    interface_of(&step.change)
}

fn interface_of(change: &Change) -> Option<&InterfaceId> {
    match change {
        Change::Groups(GroupChange::SetGroups { interface, .. }) => Some(interface),
        _ => None,
    }
}
