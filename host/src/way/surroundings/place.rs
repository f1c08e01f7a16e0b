//! What is around the place of a block.

use std::collections::BTreeSet;

use futures::try_join;
use ipnet::IpNet;

use super::failure::{never, of_cloud, of_fact};
use crate::{
    cloud::{AclId, Cloud, InstanceId, NetworkAcl, SubnetId, VpcId},
    decision::BlockPlace,
    fact::{Answer, Facts, Question},
    guard::PlaceSurroundings,
    hold::Target,
    report::Failure,
    text::with_causes,
};

/// Finds them, or says why they can't be known, and whether they may be later. What the plugin asked already is not
/// fetched again.
pub(super) async fn find(
    place: &BlockPlace,
    facts: &dyn Facts,
    cloud: &dyn Cloud,
) -> Result<PlaceSurroundings, Failure> {
    let acl = match place {
        BlockPlace::Instance(id) => return of_instance(id, facts, cloud).await,
        BlockPlace::Subnet(id) => {
            let id: SubnetId = id.parse().map_err(|error| never(with_causes(&error)))?;
            acl_of(&id, facts).await?
        }
        BlockPlace::NetworkAcl(id) => {
            let id: AclId = id.parse().map_err(|error| never(with_causes(&error)))?;
            cloud.network_acl(&id).await.map_err(|error| of_cloud(&error))?
        }
    };
    let vpcs = vec![acl.vpc.clone()];
    Ok(PlaceSurroundings {
        vpc_prefixes: prefixes_of(&vpcs, cloud).await?,
        targets: targets(vec![acl], cloud),
        vpcs,
        own_addresses: Vec::new(),
    })
}

/// What is around an instance: the network ACLs of its subnets, its VPC and its own addresses.
async fn of_instance(id: &str, facts: &dyn Facts, cloud: &dyn Cloud) -> Result<PlaceSurroundings, Failure> {
    let id: InstanceId = id.parse().map_err(|error| never(with_causes(&error)))?;
    let instance = match facts.ask(&Question::Instance(id.to_string())).await {
        Ok(Answer::Instance(instance)) => instance,
        Ok(_) => return Err(never(format!("the answer about {id} is not an instance"))),
        Err(error) => return Err(of_fact(&error)),
    };
    let subnets: BTreeSet<_> = instance.interfaces.iter().map(|interface| &interface.subnet).collect();
    let vpcs: BTreeSet<_> = instance.interfaces.iter().map(|interface| &interface.vpc).collect();
    let vpcs: Vec<VpcId> = vpcs.into_iter().cloned().collect();
    let acls = async {
        let mut acls = Vec::new();
        for subnet in subnets {
            acls.push(acl_of(subnet, facts).await?);
        }
        Ok(acls)
    };
    // Neither waits for the other: a function's first alert has to ask for both.
    let (acls, vpc_prefixes) = try_join!(acls, prefixes_of(&vpcs, cloud))?;
    Ok(PlaceSurroundings {
        targets: targets(acls, cloud),
        vpcs,
        vpc_prefixes,
        own_addresses: instance.interfaces.into_iter().flat_map(|own| own.addresses).collect(),
    })
}

async fn prefixes_of(vpcs: &[VpcId], cloud: &dyn Cloud) -> Result<Vec<IpNet>, Failure> {
    let mut prefixes = Vec::new();
    for vpc in vpcs {
        prefixes.extend(cloud.vpc_prefixes(vpc).await.map_err(|error| of_cloud(&error))?);
    }
    Ok(prefixes)
}

async fn acl_of(subnet: &SubnetId, facts: &dyn Facts) -> Result<NetworkAcl, Failure> {
    match facts.ask(&Question::NetworkAcl(subnet.to_string())).await {
        Ok(Answer::NetworkAcl(acl)) => Ok(acl),
        Ok(_) => Err(never(format!("the answer about {subnet} is not a network ACL"))),
        Err(error) => Err(of_fact(&error)),
    }
}

/// The ACLs as targets, each once: several subnets may share one.
fn targets(acls: Vec<NetworkAcl>, cloud: &dyn Cloud) -> Vec<Target> {
    let place = cloud.place();
    let targets: BTreeSet<_> = acls.into_iter().map(|acl| Target::new(place, acl.id)).collect();
    targets.into_iter().collect()
}
