//! Network interfaces and the security groups that they are given.

use quell::cloud::{Cloud, InterfaceId, SecurityGroupId};
use quell_tests::scene::{Place, Scene};

use crate::{
    case::{Case, Outcome, case, equal, fails, read, works},
    groups::isolation,
};

pub(crate) const CASES: &[Case] = &[
    case!(
        "an interface is the same by its instance and by its own id",
        |cloud, scene| {
            let by_instance = works(cloud.interfaces_of(&scene.web.instance).await)?;
            let by_id = works(cloud.interfaces(&[interface(cloud, &scene.web).await?]).await)?;
            equal(&by_instance, &by_id)
        }
    ),
    case!(
        "an interface is the same by its instance and with its instance",
        |cloud, scene| {
            let by_instance = works(cloud.interfaces_of(&scene.web.instance).await)?;
            let name = quell::cloud::InstanceName::Id(scene.web.instance.clone());
            let found = works(cloud.instances(&name).await)?;
            let with_instance = found.into_iter().flat_map(|instance| instance.interfaces).collect();
            equal(&by_instance, &with_instance)
        }
    ),
    case!("an unknown instance has no interfaces", |cloud, _scene| {
        let nobody = read("i-0123456789abcdef0")?;
        equal(&works(cloud.interfaces_of(&nobody).await)?, &Vec::new())
    }),
    case!("an interface that is gone is left out", |cloud, scene| {
        let own = interface(cloud, &scene.web).await?;
        let gone = read("eni-0123456789abcdef0")?;
        let found = works(cloud.interfaces(&[gone, own.clone()]).await)?;
        equal(&ids(found), &vec![own])
    }),
    case!("several interfaces come by id", |cloud, scene| {
        let mut own = vec![
            interface(cloud, &scene.web).await?,
            interface(cloud, &scene.database).await?,
        ];
        let found = works(cloud.interfaces(&own).await)?;
        own.sort();
        equal(&ids(found), &own)
    }),
    case!("an interface has just the groups that it is given", |cloud, scene| {
        let isolation = isolation(cloud, scene).await?;
        has_after_it_is_given(cloud, scene, &[isolation]).await
    }),
    case!("an interface may have five groups", |cloud, scene| {
        let groups = several(cloud, scene, 5).await?;
        has_after_it_is_given(cloud, scene, &groups).await
    }),
    case!("an interface gets its old groups back", |cloud, scene| {
        let isolation = isolation(cloud, scene).await?;
        has_after_it_is_given(cloud, scene, &[isolation]).await?;
        has_after_it_is_given(cloud, scene, std::slice::from_ref(&scene.web.security_group)).await
    }),
    case!("a sixth group is refused", |cloud, scene| {
        let groups = several(cloud, scene, 6).await?;
        let own = interface(cloud, &scene.web).await?;
        fails(
            cloud.set_groups(&own, &groups).await,
            "SecurityGroupsPerInterfaceLimitExceeded",
        )
    }),
    case!("an unknown group can't be given", |cloud, scene| {
        let own = interface(cloud, &scene.web).await?;
        let unknown = read("sg-0123456789abcdef0")?;
        fails(cloud.set_groups(&own, &[unknown]).await, "InvalidGroup.NotFound")
    }),
    case!("an unknown interface can't be given groups", |cloud, scene| {
        let unknown = read("eni-0123456789abcdef0")?;
        let groups = std::slice::from_ref(&scene.web.security_group);
        fails(
            cloud.set_groups(&unknown, groups).await,
            "InvalidNetworkInterfaceID.NotFound",
        )
    }),
];

/// The first interface of a place's instance.
async fn interface(cloud: &dyn Cloud, place: &Place) -> Result<InterfaceId, String> {
    let mut ids = ids(works(cloud.interfaces_of(&place.instance).await)?);
    if ids.len() != 1 {
        return Err(format!("there are {} interfaces", ids.len()));
    }
    Ok(ids.remove(0))
}

fn ids(interfaces: Vec<quell::cloud::Interface>) -> Vec<InterfaceId> {
    interfaces.into_iter().map(|interface| interface.id).collect()
}

async fn several(cloud: &dyn Cloud, scene: &Scene, count: usize) -> Result<Vec<SecurityGroupId>, String> {
    let mut groups = Vec::new();
    for number in 0..count {
        let name = format!("group {number}");
        groups.push(works(cloud.create_group(&scene.vpc, &name, &name, &[]).await)?);
    }
    Ok(groups)
}

async fn has_after_it_is_given(cloud: &dyn Cloud, scene: &Scene, groups: &[SecurityGroupId]) -> Outcome {
    let own = interface(cloud, &scene.web).await?;
    works(cloud.set_groups(&own, groups).await)?;
    let found = works(cloud.interfaces(&[own]).await)?;
    let mut has: Vec<_> = found
        .into_iter()
        .flat_map(|interface| interface.security_groups)
        .collect();
    let mut expected = groups.to_vec();
    has.sort();
    expected.sort();
    equal(&has, &expected)
}
