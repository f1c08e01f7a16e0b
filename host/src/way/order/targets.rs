//! The targets of an order: converged, planned or measured.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use futures::{StreamExt, stream};

use super::{AclCapacity, Done, OrderError, TargetFilter, TargetOutcome, Uncovered};
use crate::{
    converge::{ConvergeError, Converged},
    hold::{Coverage, Hold, HoldFilter, HoldId, JournalError, Target},
    report::Failure,
    way::{Host, ending::TARGETS_AT_ONCE},
};

impl Host {
    /// The targets that are meant: of those with a hold in force, an entry of ours, a before-image, or something unfinished.
    pub(super) async fn known(&self, filter: &TargetFilter) -> Result<Vec<Target>, OrderError> {
        let journal = &self.parts.journal;
        let mut known: BTreeSet<Target> = journal.targets().await?.into_iter().collect();
        known.extend(journal.unfinished().await?);
        known.retain(|target| filter.has(target));
        if known.is_empty() && *filter != TargetFilter::default() {
            return Err(OrderError::NoTarget { filter: filter.clone() });
        }
        Ok(known.into_iter().collect())
    }

    /// Converges targets, each once.
    pub(super) async fn outcomes(
        &self,
        targets: impl IntoIterator<Item = Target>,
    ) -> Result<Vec<TargetOutcome>, JournalError> {
        let targets: BTreeSet<Target> = targets.into_iter().collect();
        let mut outcomes = Vec::new();
        for (target, result) in self.converge_each(targets).await {
            outcomes.push(self.outcome(target, result).await?);
        }
        Ok(outcomes)
    }

    /// What a converge came to.
    pub(super) async fn outcome(
        &self,
        target: Target,
        result: Result<Arc<Converged>, ConvergeError>,
    ) -> Result<TargetOutcome, JournalError> {
        let converged = match result {
            Ok(converged) => converged,
            Err(error) => return Ok(failed(target, &error)),
        };
        let (covered, not_covered) = self.covered(&target, &converged.coverage).await?;
        Ok(TargetOutcome {
            target,
            before: Some(converged.before.clone()),
            changes: converged.changes.clone(),
            covered,
            not_covered,
            aggregates: converged.aggregates.clone(),
            drift: converged.drift.clone(),
            failure: None,
        })
    }

    /// What [`Self::outcomes`] would come to. Writes nothing.
    pub(super) async fn plan_each(&self, targets: Vec<Target>) -> Result<Vec<TargetOutcome>, JournalError> {
        let preview = async |target: Target| {
            let planned = self.parts.converger.dry_run(&target).await;
            (target, planned)
        };
        let planned: Vec<_> = stream::iter(targets)
            .map(preview)
            .buffered(TARGETS_AT_ONCE)
            .collect()
            .await;
        let mut outcomes = Vec::new();
        for (target, planned) in planned {
            outcomes.push(match planned {
                Ok((before, plan)) => {
                    let (covered, not_covered) = self.covered(&target, &plan.coverage).await?;
                    TargetOutcome {
                        target,
                        before: Some(before),
                        changes: plan.changes(),
                        covered,
                        not_covered,
                        aggregates: plan.aggregates,
                        drift: plan.drift,
                        failure: None,
                    }
                }
                Err(error) => failed(target, &error),
            });
        }
        Ok(outcomes)
    }

    /// How full network ACLs are.
    pub(super) async fn capacity(&self, targets: Vec<Target>) -> Done {
        let measure = async |target: Target| match self.parts.converger.capacity(&target).await {
            Ok(capacity) => AclCapacity {
                target,
                capacity,
                failure: None,
            },
            Err(error) => AclCapacity {
                target,
                capacity: None,
                failure: Some(failure(&error)),
            },
        };
        let acls = targets.into_iter().filter(|target| target.acl().is_some());
        let measured = stream::iter(acls).map(measure).buffered(TARGETS_AT_ONCE);
        Done::Capacity {
            acls: measured.collect().await,
        }
    }

    /// How many holds are covered, and those that are not.
    async fn covered(
        &self,
        target: &Target,
        coverage: &[(HoldId, Coverage)],
    ) -> Result<(usize, Vec<Uncovered>), JournalError> {
        let filter = HoldFilter {
            target: Some(target.clone()),
            ..HoldFilter::default()
        };
        let holds = self.parts.journal.holds(&filter).await?;
        let holds: HashMap<HoldId, &Hold> = holds.iter().map(|hold| (hold.id, hold)).collect();
        let covered = coverage.iter().filter(|(_, coverage)| coverage.is_covered()).count();
        let not_covered = coverage.iter().filter_map(|(id, coverage)| match coverage {
            Coverage::NotCovered { why } => {
                let hold = holds.get(id)?;
                Some(Uncovered {
                    hold: *id,
                    remedy: hold.remedy.clone(),
                    why: why.clone(),
                })
            }
            _ => None,
        });
        Ok((covered, not_covered.collect()))
    }
}

/// What is told of a target that could not be read or changed.
fn failed(target: Target, error: &ConvergeError) -> TargetOutcome {
    TargetOutcome {
        target,
        before: None,
        changes: Vec::new(),
        covered: 0,
        not_covered: Vec::new(),
        aggregates: Vec::new(),
        drift: Vec::new(),
        failure: Some(failure(error)),
    }
}

fn failure(error: &ConvergeError) -> Failure {
    Failure {
        message: crate::text::with_causes(error),
        passing: error.is_passing(),
    }
}
