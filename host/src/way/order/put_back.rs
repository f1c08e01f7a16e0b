//! Putting back: what somebody else changed while a hold was in force is put back to what it was, because a person says so.

use super::{Done, OrderError, TargetFilter};
use crate::{hold::Resource, way::Host};

impl Host {
    /// Puts back what no hold wants any more. What a hold in force wants stays as the hold wants it.
    pub(super) async fn put_back(&self, resource: Resource) -> Result<Done, OrderError> {
        let filter = TargetFilter {
            resource: Some(resource),
            ..TargetFilter::default()
        };
        let mut outcomes = Vec::new();
        for target in self.known(&filter).await? {
            let result = self.parts.converger.put_back(&target).await;
            outcomes.push(self.outcome(target, result).await?);
        }
        Ok(Done::Converged { acls: outcomes })
    }
}
