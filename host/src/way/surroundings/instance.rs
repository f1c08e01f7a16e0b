//! What an instance is that shall be changed, and what was changed within the hour.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::{
    LiveSurroundings,
    failure::{never, of_cloud, of_journal},
};
use crate::{
    cloud::{Instance, InstanceId, InstanceName},
    guard::{ChangedInstance, Fleet, InstanceSurroundings, Most},
    hold::{HoldFilter, Resource, Target},
    report::Failure,
    text::with_causes,
};

/// How far back changes of instances count.
const HOUR: SignedDuration = SignedDuration::from_hours(1);

impl LiveSurroundings {
    /// What an instance is that shall be changed, and what was changed within the hour.
    pub(super) async fn instance(&self, id: &str) -> Result<InstanceSurroundings, Failure> {
        let id: InstanceId = id.parse().map_err(|error| never(with_causes(&error)))?;
        let found = self.cloud.instances(&InstanceName::Id(id.clone())).await;
        let found = found.map_err(|error| of_cloud(&error))?.into_iter().next();
        let found = found.ok_or_else(|| never(format!("there is no instance {id}")))?;
        let instance = ChangedInstance::of(&found);
        let target = Target::new(self.cloud.place(), id);
        let fleet = match self.most {
            Most::Instances(_) => None,
            Most::Percent(_) => self.fleet(&instance).await?,
        };
        self.take_turn().await;
        let mut changed = self.changed_lately().await?;
        if self.is_held(&target).await? {
            changed.push(instance.clone());
        }
        Ok(InstanceSurroundings {
            fleet,
            target,
            instance,
            tags: found.tags,
            changed,
        })
    }

    /// How many instances there are where this one is.
    async fn fleet(&self, instance: &ChangedInstance) -> Result<Option<Fleet>, Failure> {
        let Some(vpc) = &instance.vpc else { return Ok(None) };
        let all = self.cloud.instances_of_vpc(vpc).await;
        let all = all.map_err(|error| of_cloud(&error))?;
        let in_group = |group: &String| {
            let shares = |other: &&Instance| ChangedInstance::of(other).auto_scaling_group.as_ref() == Some(group);
            all.iter().filter(shares).count()
        };
        Ok(Some(Fleet {
            in_vpc: all.len(),
            in_group: instance.auto_scaling_group.as_ref().map(in_group),
        }))
    }

    /// Whether a hold on this target is in force.
    async fn is_held(&self, target: &Target) -> Result<bool, Failure> {
        let filter = HoldFilter {
            target: Some(target.clone()),
            ..HoldFilter::default()
        };
        let holds = self.journal.holds(&filter).await;
        holds.map(|holds| !holds.is_empty()).map_err(|error| of_journal(&error))
    }

    /// The instances that were changed here within the hour, with what each is in.
    async fn changed_lately(&self) -> Result<Vec<ChangedInstance>, Failure> {
        let filter = HoldFilter {
            ended: true,
            account: Some(self.cloud.place().account.clone()),
            region: Some(self.cloud.place().region.clone()),
            since: Some(self.now.saturating_sub(HOUR).unwrap_or(Timestamp::MIN)),
            is_denial: Some(false),
            ..HoldFilter::default()
        };
        let holds = self.journal.holds(&filter).await.map_err(|error| of_journal(&error))?;
        let ids: BTreeSet<_> = holds
            .into_iter()
            .filter_map(|hold| match hold.target.resource {
                Resource::Instance(id) => Some(id),
                Resource::Acl(_) | Resource::SecurityGroup(_) => None,
            })
            .collect();
        let mut changed = Vec::new();
        for id in ids {
            let found = self.cloud.instances(&InstanceName::Id(id)).await;
            changed.extend(found.map_err(|error| of_cloud(&error))?.iter().map(ChangedInstance::of));
        }
        Ok(changed)
    }
}
