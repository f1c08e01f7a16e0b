//! Applies a plan, one journalled change at a time.

use jiff::SignedDuration;

use super::{
    super::{
        ConvergeError, Live, Plan, Step,
        surveyor::{Sight, journal_error},
        write::{Written, Wrote, write},
    },
    Driver, Run,
};
use crate::{
    cloud::{CloudError, InterfaceId, RequestId},
    hold::{Change, EntryChange, GroupChange, Target, ToldChange},
};

/// For how long a read is good enough to write by: `DeleteNetworkAclEntry` and `ReplaceNetworkAclEntry` know an entry by its number alone, so that
/// what stands there must have been seen right before.
const FRESH: SignedDuration = SignedDuration::from_secs(5);

/// How one pass over a plan ended.
pub(super) enum Pass {
    /// Every change of it is made.
    All,
    /// As far as it could be: read and plan again.
    On,
    /// Something was not as it was read.
    Stale,
}

impl Driver {
    /// Applies a plan as far as it can be.
    pub(super) async fn apply(&self, run: &mut Run<'_>, plan: &Plan, sight: &Sight) -> Result<Pass, ConvergeError> {
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
