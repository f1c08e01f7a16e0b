//! Instances and how they are found.

use std::net::IpAddr;

use quell::cloud::{Cloud, InstanceId, InstanceName};
use quell_tests::scene::Place;

use crate::case::{Case, Outcome, case, equal, works};

pub(crate) const CASES: &[Case] = &[
    case!(
        "an instance shows its interface, addresses, groups and tags",
        |cloud, scene| {
            let name = InstanceName::Id(scene.web.instance.clone());
            let found = works(cloud.instances(&name).await)?;
            let [instance] = found.as_slice() else {
                return Err(format!("there are {} of it", found.len()));
            };
            equal(&instance.state.as_str(), &"running")?;
            equal(&instance.vpc, &Some(scene.vpc.clone()))?;
            let [interface] = instance.interfaces.as_slice() else {
                return Err(format!("it has {} interfaces", instance.interfaces.len()));
            };
            equal(&interface.subnet, &scene.web.subnet)?;
            equal(&interface.vpc, &scene.vpc)?;
            equal(&interface.security_groups, &vec![scene.web.security_group.clone()])?;
            for address in [Some(scene.web.private_address), scene.web.public_address]
                .into_iter()
                .flatten()
            {
                equal(&interface.addresses.contains(&IpAddr::V4(address)), &true)?;
            }
            let tag = ("Name".to_owned(), "web-1".to_owned());
            equal(&instance.tags.contains(&tag), &true)
        }
    ),
    case!("an instance is found by its private address", |cloud, scene| {
        finds(cloud, &scene.web.private_address.to_string(), Some(&scene.web)).await
    }),
    case!("an instance is found by its public address", |cloud, scene| {
        let Some(address) = scene.web.public_address else {
            return Err("it has none".to_owned());
        };
        finds(cloud, &address.to_string(), Some(&scene.web)).await
    }),
    case!("an instance is found by its DNS name", |cloud, scene| {
        finds(cloud, &scene.database.host_name, Some(&scene.database)).await
    }),
    case!("an unknown instance id finds nothing", |cloud, _scene| {
        finds(cloud, "i-0123456789abcdef0", None).await
    }),
    case!("an unknown IPv4 address finds nothing", |cloud, _scene| {
        finds(cloud, "203.0.113.9", None).await
    }),
    case!("an unknown IPv6 address finds nothing", |cloud, _scene| {
        finds(cloud, "2001:db8::9", None).await
    }),
    case!("an unknown DNS name finds nothing", |cloud, _scene| {
        finds(cloud, "nowhere.example.internal", None).await
    }),
    case!("a DNS name with a wildcard finds nothing", |cloud, _scene| {
        finds(cloud, "ip-10-0-*", None).await
    }),
];

async fn finds(cloud: &dyn Cloud, name: &str, place: Option<&Place>) -> Outcome {
    let found = works(cloud.instances(&InstanceName::read(name)).await)?;
    let found: Vec<_> = found.into_iter().map(|instance| instance.id).collect();
    let expected: Vec<InstanceId> = place.map(|place| place.instance.clone()).into_iter().collect();
    equal(&found, &expected)
}
