//! Finds what is around the subject of a remediation: of a block the network ACLs, the VPC's prefixes, the instance's addresses; of an instance or a security
//! group what it is, what it is in, and what was changed lately.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;

use jiff::{SignedDuration, Timestamp};

use super::evaluate::SurroundingsSource;
use crate::{
    cloud::{AclId, Cloud, CloudError, InstanceId, InstanceName, NetworkAcl, SecurityGroupId, SubnetId, VpcId},
    decision::{About, BlockPlace, Thing},
    fact::{Answer, FactError, Facts, Question},
    guard::{ChangedInstance, GroupSurroundings, InstanceSurroundings, PlaceSurroundings, Surroundings},
    hold::{HoldFilter, Journal, JournalError, Resource, Target},
    report::{Around, Failure},
    text::with_causes,
};

/// Finds what is around places, each place once.
pub(super) struct LiveSurroundings {
    facts: Arc<dyn Facts>,
    cloud: Arc<dyn Cloud>,
    journal: Arc<dyn Journal>,
    now: Timestamp,
    found: Mutex<Vec<Around>>,
}

/// How far back changes of instances count.
const HOUR: SignedDuration = SignedDuration::from_hours(1);

impl LiveSurroundings {
    /// Nothing found yet. What can be asked of `facts` is, the rest of `cloud`, and what Quell did lately of the journal.
    pub(super) fn new(facts: Arc<dyn Facts>, cloud: Arc<dyn Cloud>, journal: Arc<dyn Journal>, now: Timestamp) -> Self {
        Self {
            facts,
            cloud,
            journal,
            now,
            found: Mutex::default(),
        }
    }

    /// What was found, in the order in which it was asked for.
    pub(super) fn into_found(self) -> Vec<Around> {
        self.found.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self, place: &About) -> Option<Result<Surroundings, Failure>> {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let around = found.iter().find(|around| around.place == *place)?;
        Some(around.found.as_result().cloned().map_err(Failure::clone))
    }
}

#[async_trait]
impl SurroundingsSource for LiveSurroundings {
    async fn around(&self, place: &About) -> Result<Surroundings, Failure> {
        if let Some(known) = self.known(place) {
            return known;
        }
        let found = match place {
            About::Place(place) => find(place, &*self.facts, &*self.cloud).await.map(Surroundings::Place),
            About::Thing(Thing::ChangedInstance(id)) => self.instance(id).await.map(Surroundings::Instance),
            About::Thing(Thing::ChangedSecurityGroup(id)) => self.group(id).await.map(Surroundings::Group),
        };
        let mut all = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.iter().any(|around| around.place == *place) {
            all.push(Around {
                place: place.clone(),
                found: found.clone().into(),
            });
        }
        found
    }
}

impl LiveSurroundings {
    /// What an instance is that shall be changed, and what was changed within the hour.
    async fn instance(&self, id: &str) -> Result<InstanceSurroundings, Failure> {
        let id: InstanceId = id.parse().map_err(|error| never(with_causes(&error)))?;
        let found = self.cloud.instances(&InstanceName::Id(id.clone())).await;
        let found = found.map_err(|error| of_cloud(&error))?.into_iter().next();
        let found = found.ok_or_else(|| never(format!("there is no instance {id}")))?;
        let instance = ChangedInstance::of(&found);
        let target = Target::new(self.cloud.place(), id);
        let mut changed = self.changed_lately().await?;
        if self.is_held(&target).await? {
            changed.push(instance.clone());
        }
        Ok(InstanceSurroundings {
            target,
            instance,
            tags: found.tags,
            changed,
        })
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

    /// What a security group is that shall be changed.
    async fn group(&self, id: &str) -> Result<GroupSurroundings, Failure> {
        let id: SecurityGroupId = id.parse().map_err(|error| never(with_causes(&error)))?;
        let group = self.cloud.security_group(&id).await.map_err(|error| of_cloud(&error))?;
        Ok(GroupSurroundings {
            target: Target::new(self.cloud.place(), id),
            vpc: group.vpc,
            tags: group.tags,
        })
    }
}

/// Finds them, or says why they can't be known, and whether they may be later. What the plugin asked already is not
/// fetched again.
async fn find(place: &BlockPlace, facts: &dyn Facts, cloud: &dyn Cloud) -> Result<PlaceSurroundings, Failure> {
    let mut own_addresses = Vec::new();
    let acls = match place {
        BlockPlace::Instance(id) => {
            let id: InstanceId = id.parse().map_err(|error| never(with_causes(&error)))?;
            let instance = match facts.ask(&Question::Instance(id.to_string())).await {
                Ok(Answer::Instance(instance)) => instance,
                Ok(_) => return Err(never(format!("the answer about {id} is not an instance"))),
                Err(error) => return Err(of_fact(&error)),
            };
            let subnets: BTreeSet<_> = instance.interfaces.iter().map(|interface| &interface.subnet).collect();
            let mut acls = Vec::new();
            for subnet in subnets {
                acls.push(acl_of(subnet, facts).await?);
            }
            own_addresses = instance.interfaces.into_iter().flat_map(|own| own.addresses).collect();
            acls
        }
        BlockPlace::Subnet(id) => {
            let id: SubnetId = id.parse().map_err(|error| never(with_causes(&error)))?;
            vec![acl_of(&id, facts).await?]
        }
        BlockPlace::NetworkAcl(id) => {
            let id: AclId = id.parse().map_err(|error| never(with_causes(&error)))?;
            vec![cloud.network_acl(&id).await.map_err(|error| of_cloud(&error))?]
        }
    };
    let vpcs: BTreeSet<VpcId> = acls.iter().map(|acl| acl.vpc.clone()).collect();
    let mut vpc_prefixes = Vec::new();
    for vpc in &vpcs {
        vpc_prefixes.extend(cloud.vpc_prefixes(vpc).await.map_err(|error| of_cloud(&error))?);
    }
    Ok(PlaceSurroundings {
        targets: targets(acls, cloud),
        vpcs: vpcs.into_iter().collect(),
        vpc_prefixes,
        own_addresses,
    })
}

async fn acl_of(subnet: &SubnetId, facts: &dyn Facts) -> Result<NetworkAcl, Failure> {
    match facts.ask(&Question::NetworkAcl(subnet.to_string())).await {
        Ok(Answer::NetworkAcl(acl)) => Ok(acl),
        Ok(_) => Err(never(format!("the answer about {subnet} is not a network ACL"))),
        Err(error) => Err(of_fact(&error)),
    }
}

fn never(message: String) -> Failure {
    Failure {
        message,
        passing: false,
    }
}

fn of_fact(error: &FactError) -> Failure {
    Failure {
        message: error.to_string(),
        passing: matches!(error, FactError::Unavailable(_)),
    }
}

fn of_journal(error: &JournalError) -> Failure {
    Failure {
        message: with_causes(error),
        passing: true,
    }
}

fn of_cloud(error: &CloudError) -> Failure {
    Failure {
        message: with_causes(error),
        passing: error.is_passing(),
    }
}

/// The ACLs as targets, each once: several subnets may share one.
fn targets(acls: Vec<NetworkAcl>, cloud: &dyn Cloud) -> Vec<Target> {
    let place = cloud.place();
    let targets: BTreeSet<_> = acls.into_iter().map(|acl| Target::new(place, acl.id)).collect();
    targets.into_iter().collect()
}
