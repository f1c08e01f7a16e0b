//! The plan: the changes that bring a target from what it is to what its holds say. Each kind of target has its own way of making one.

use super::{
    Drift,
    acl::{Aggregate, EntryPlan},
};
use crate::hold::{Change, Coverage, HoldId, Image, ToldChange};

/// What to change, and what it comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// What to do, in this order.
    pub steps: Vec<Step>,
    /// How each hold is covered once it is done.
    pub coverage: Vec<(HoldId, Coverage)>,
    /// The entries that deny more than any one hold asks for, once it is done.
    pub aggregates: Vec<Aggregate>,
    /// What somebody else did to what is ours.
    pub drift: Vec<Drift>,
    /// Images of parts that are as they were again, or gone.
    pub forget: Vec<Image>,
    /// Whether something is being put back that only time can bring, such as an instance that is stopping before it is started again.
    pub waits: bool,
}

/// One change, with what the journal has to keep of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The change.
    pub change: Change,
    /// How what it changes was before: in the journal before the call.
    pub before: Option<Image>,
    /// The image once it is done, if it is another one then.
    pub after: Option<Image>,
    /// What is done at once if AWS refuses it, where the target must not stay as it is before it.
    pub or_else: Option<Box<Step>>,
}

impl Plan {
    /// Whether the target does all it can already.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The changes, in order.
    pub fn changes(&self) -> Vec<ToldChange> {
        self.steps.iter().map(|step| step.change.clone().into()).collect()
    }

    /// Whether time brings the rest of it: somebody has to look again.
    pub fn is_under_way(&self) -> bool {
        let is_under_way = |coverage: &Coverage| matches!(coverage, Coverage::UnderWay { .. });
        self.waits || self.coverage.iter().any(|(_, coverage)| is_under_way(coverage))
    }
}

impl Step {
    /// A change that needs no image.
    pub fn plain(change: impl Into<Change>) -> Self {
        Self {
            change: change.into(),
            before: None,
            after: None,
            or_else: None,
        }
    }
}

impl From<EntryPlan> for Plan {
    fn from(plan: EntryPlan) -> Self {
        Self {
            steps: plan.changes.into_iter().map(Step::plain).collect(),
            coverage: plan.coverage,
            aggregates: plan.aggregates,
            ..Self::default()
        }
    }
}
