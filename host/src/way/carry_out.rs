//! Carries out what passed the guards: holds first, then converge. Or, if nothing may be written, says what would be done.

use std::collections::BTreeMap;

use futures::future::join_all;
use jiff::Timestamp;

use super::Host;
use crate::{
    converge::ConvergeError,
    hold::{Coverage, Hold, HoldId, Intent, Target},
    report::{Failure, HeldReport, TargetReport},
    text::with_causes,
};

impl Host {
    /// Brings the targets of holds to them. A target that fails does not keep the others from being done, and its holds stay.
    pub(super) async fn carry_out(&self, holds: Vec<Hold>) -> Vec<TargetReport> {
        let targets = by_target(holds).into_iter();
        join_all(targets.map(|(target, holds)| self.bring_about(target, holds))).await
    }

    /// Waits for the target's converge, which other alerts may share. In a storm not everybody can wait: what is in the journal is done by the timer, and the
    /// report says that it is pending.
    async fn bring_about(&self, target: Target, holds: Vec<Hold>) -> TargetReport {
        let Ok(_place) = self.waiting.try_acquire() else {
            self.held.notify_one();
            return pending(target, holds);
        };
        match self.parts.converger.converge(&target).await {
            Ok(converged) => TargetReport {
                target,
                before: Some(converged.before.clone()),
                after: (!converged.changes.is_empty()).then(|| converged.after.clone()),
                changes: converged.changes.clone(),
                aggregates: converged.aggregates.clone(),
                holds: covered(holds, &converged.coverage),
                failure: None,
            },
            // Another process brings it to its holds just now, and the timer does the rest.
            Err(ConvergeError::Busy { .. }) => {
                self.held.notify_one();
                pending(target, holds)
            }
            Err(error) => failed(target, holds, &error),
        }
    }

    /// What would be done. Writes nothing.
    pub(super) async fn preview(&self, intents: &[Intent], now: Timestamp) -> Vec<TargetReport> {
        // Their numbers are negative: the journal has none for them.
        let holds = intents
            .iter()
            .zip(1..)
            .map(|(intent, number)| Hold::begun(HoldId(-number), intent, now))
            .collect();
        let spare: Vec<_> = intents.iter().flat_map(|intent| intent.spare.iter().copied()).collect();
        let mut reports = Vec::new();
        for (target, holds) in by_target(holds) {
            let report = match self.parts.converger.preview(&target, &holds, &spare).await {
                Ok((before, plan)) => TargetReport {
                    target,
                    before: Some(before),
                    after: None,
                    changes: plan.changes(),
                    aggregates: plan.aggregates,
                    holds: covered(holds, &plan.coverage),
                    failure: None,
                },
                Err(error) => failed(target, holds, &error),
            };
            reports.push(report);
        }
        reports
    }
}

fn by_target(holds: Vec<Hold>) -> BTreeMap<Target, Vec<Hold>> {
    let mut targets: BTreeMap<Target, Vec<Hold>> = BTreeMap::new();
    for hold in holds {
        targets.entry(hold.target.clone()).or_default().push(hold);
    }
    targets
}

fn covered(holds: Vec<Hold>, coverage: &[(HoldId, Coverage)]) -> Vec<HeldReport> {
    let coverage_of = |hold: &Hold| {
        let found = coverage.iter().find(|(id, _)| *id == hold.id);
        found.map_or(Coverage::Pending, |(_, coverage)| coverage.clone())
    };
    holds
        .into_iter()
        .map(|hold| HeldReport {
            coverage: coverage_of(&hold),
            hold,
        })
        .collect()
}

/// What is told of a target that is not converged yet. Its holds are in force.
fn pending(target: Target, holds: Vec<Hold>) -> TargetReport {
    TargetReport {
        target,
        before: None,
        after: None,
        changes: Vec::new(),
        aggregates: Vec::new(),
        holds: covered(holds, &[]),
        failure: None,
    }
}

/// What is told of a target that could not be read or changed. Its holds stay.
fn failed(target: Target, holds: Vec<Hold>, error: &ConvergeError) -> TargetReport {
    TargetReport {
        failure: Some(Failure {
            message: with_causes(error),
            passing: error.is_passing(),
        }),
        ..pending(target, holds)
    }
}
