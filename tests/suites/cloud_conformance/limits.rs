//! What AWS does not take.

use ipnet::IpNet;
use quell::cloud::{Cloud, Direction, Entry, Protocol};
use quell_tests::scene::Scene;

use crate::{
    case::{Case, Outcome, case, equal, fails, read, works},
    entries::deny,
};

pub(crate) const CASES: &[Case] = &[
    case!(
        "an ACL has room for 18 entries beside the one that allows all",
        |cloud, scene| {
            for number in 1..=18 {
                works(
                    cloud
                        .create_entry(&scene.database.acl, &deny(number, "198.51.100.7/32")?)
                        .await,
                )?;
            }
            let one_more = cloud
                .create_entry(&scene.database.acl, &deny(19, "198.51.100.7/32")?)
                .await;
            fails(one_more, "NetworkAclEntryLimitExceeded")
        }
    ),
    case!("an entry of a full ACL can be swapped", |cloud, scene| {
        for number in 1..=18 {
            works(
                cloud
                    .create_entry(&scene.database.acl, &deny(number, "198.51.100.7/32")?)
                    .await,
            )?;
        }
        works(
            cloud
                .replace_entry(&scene.database.acl, &deny(18, "198.51.100.0/28")?)
                .await,
        )
    }),
    case!(
        "an entry that changes its family needs room in the other",
        |cloud, scene| {
            for number in 1..=18 {
                works(
                    cloud
                        .create_entry(&scene.database.acl, &deny(number, "198.51.100.7/32")?)
                        .await,
                )?;
            }
            works(
                cloud
                    .create_entry(&scene.database.acl, &deny(19, "2001:db8::7/128")?)
                    .await,
            )?;
            let swapped = cloud
                .replace_entry(&scene.database.acl, &deny(19, "198.51.100.8/32")?)
                .await;
            fails(swapped, "NetworkAclEntryLimitExceeded")
        }
    ),
    case!("the final deny can't be swapped", |cloud, scene| {
        let swapped = cloud
            .replace_entry(&scene.web.acl, &deny(32_767, "198.51.100.7/32")?)
            .await;
        fails(swapped, "InvalidParameterValue")
    }),
    case!("the quota of rules is told", |cloud, _scene| {
        equal(&works(cloud.rule_quota().await)?, &Some(20))
    }),
    case!("number 0 is refused", |cloud, scene| { refused(cloud, scene, 0).await }),
    case!("the number of the final deny is refused", |cloud, scene| {
        refused(cloud, scene, 32_767).await
    }),
    case!("number 40000 is refused", |cloud, scene| {
        refused(cloud, scene, 40_000).await
    }),
    case!("the final deny can't be taken out", |cloud, scene| {
        let taken_out = cloud.delete_entry(&scene.web.acl, Direction::Ingress, 32_767).await;
        fails(taken_out, "InvalidParameterValue")
    }),
    case!("host bits of a prefix are cleared", |cloud, scene| {
        works(cloud.create_entry(&scene.web.acl, &deny(7, "198.51.100.18/24")?).await)?;
        let acl = works(cloud.network_acl(&scene.web.acl).await)?;
        let kept: Vec<IpNet> = acl
            .entries
            .iter()
            .filter(|entry| entry.direction == Direction::Ingress && entry.number == 7)
            .map(|entry| entry.prefix)
            .collect();
        let cleared = read("198.51.100.0/24")?;
        equal(&kept, &vec![cleared])
    }),
    case!("TCP without ports is refused", |cloud, scene| {
        let entry = Entry {
            protocol: Protocol::Number(6),
            ..deny(7, "198.51.100.7/32")?
        };
        fails(cloud.create_entry(&scene.web.acl, &entry).await, "MissingParameter")
    }),
    case!("ICMP without a type is refused", |cloud, scene| {
        let entry = Entry {
            protocol: Protocol::Number(1),
            ..deny(7, "198.51.100.7/32")?
        };
        fails(cloud.create_entry(&scene.web.acl, &entry).await, "MissingParameter")
    }),
    case!("more than 100 reads at once are throttled", |cloud, scene| {
        for _ in 0..100 {
            works(cloud.network_acl(&scene.web.acl).await)?;
        }
        fails(cloud.network_acl(&scene.web.acl).await, "RequestLimitExceeded")
    }),
];

async fn refused(cloud: &dyn Cloud, scene: &Scene, number: u16) -> Outcome {
    let written = cloud
        .create_entry(&scene.web.acl, &deny(number, "198.51.100.7/32")?)
        .await;
    fails(written, "InvalidParameterValue")
}
