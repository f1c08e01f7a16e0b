//! Entries that are written and taken out again.

use quell::cloud::{
    Cloud, Direction, Entry, NetworkAcl, PortRange, Protocol, RuleAction,
    oracle::{Packet, judge},
};
use quell_tests::scene::Scene;

use crate::case::{Case, Outcome, case, equal, fails, read, works};

pub(crate) const CASES: &[Case] = &[
    case!("an IPv4 entry is read as it was written", |cloud, scene| {
        written_and_read(cloud, scene, &deny(7, "198.51.100.7/32")?).await
    }),
    case!("an IPv6 entry is read as it was written", |cloud, scene| {
        written_and_read(cloud, scene, &deny(7, "2001:db8:7::/48")?).await
    }),
    case!("an egress entry is read as it was written", |cloud, scene| {
        let entry = Entry {
            direction: Direction::Egress,
            ..deny(7, "198.51.100.7/32")?
        };
        written_and_read(cloud, scene, &entry).await
    }),
    case!("an entry with ports is read as it was written", |cloud, scene| {
        let entry = Entry {
            action: RuleAction::Allow,
            protocol: Protocol::Number(6),
            ports: Some(PortRange { first: 80, last: 443 }),
            ..deny(7, "198.51.100.0/24")?
        };
        written_and_read(cloud, scene, &entry).await
    }),
    case!("a number may be used once in each direction", |cloud, scene| {
        let entry = deny(7, "198.51.100.7/32")?;
        works(cloud.create_entry(&scene.web.acl, &entry).await)?;
        let egress = Entry {
            direction: Direction::Egress,
            ..entry
        };
        written_and_read(cloud, scene, &egress).await
    }),
    case!("a number is taken, also by an equal entry", |cloud, scene| {
        let entry = deny(7, "198.51.100.7/32")?;
        works(cloud.create_entry(&scene.web.acl, &entry).await)?;
        let again = cloud.create_entry(&scene.web.acl, &entry).await;
        fails(again, "NetworkAclEntryAlreadyExists")
    }),
    case!("a number is taken for the other family, too", |cloud, scene| {
        works(cloud.create_entry(&scene.web.acl, &deny(7, "198.51.100.7/32")?).await)?;
        let again = cloud.create_entry(&scene.web.acl, &deny(7, "2001:db8::7/128")?).await;
        fails(again, "NetworkAclEntryAlreadyExists")
    }),
    case!(
        "an entry that was taken out leaves the ACL as it was",
        |cloud, scene| {
            let before = works(cloud.network_acl(&scene.web.acl).await)?;
            works(cloud.create_entry(&scene.web.acl, &deny(7, "198.51.100.7/32")?).await)?;
            works(cloud.delete_entry(&scene.web.acl, Direction::Ingress, 7).await)?;
            let after = works(cloud.network_acl(&scene.web.acl).await)?;
            equal(&after, &before)
        }
    ),
    case!("a deny closes the door and taking it out opens it", |cloud, scene| {
        let remote = read("198.51.100.7")?;
        let packet = Packet::tcp(Direction::Ingress, remote, 22);
        works(cloud.create_entry(&scene.web.acl, &deny(7, "198.51.100.7/32")?).await)?;
        let closed = works(cloud.network_acl(&scene.web.acl).await)?;
        equal(&judge(&closed, &packet).action, &RuleAction::Deny)?;
        works(cloud.delete_entry(&scene.web.acl, Direction::Ingress, 7).await)?;
        let open = works(cloud.network_acl(&scene.web.acl).await)?;
        equal(&judge(&open, &packet).action, &RuleAction::Allow)
    }),
    case!("an entry that is not there can't be taken out", |cloud, scene| {
        let taken_out = cloud.delete_entry(&scene.web.acl, Direction::Ingress, 7).await;
        fails(taken_out, "InvalidNetworkAclEntry.NotFound")
    }),
    case!(
        "an entry that is swapped is the other one from then on",
        |cloud, scene| {
            let before = works(cloud.network_acl(&scene.web.acl).await)?;
            works(cloud.create_entry(&scene.web.acl, &deny(7, "198.51.100.7/32")?).await)?;
            let wider = deny(7, "198.51.100.0/28")?;
            works(cloud.replace_entry(&scene.web.acl, &wider).await)?;
            let after = works(cloud.network_acl(&scene.web.acl).await)?;
            let new: Vec<_> = after
                .entries
                .iter()
                .filter(|entry| !before.entries.contains(entry))
                .collect();
            equal(&new, &vec![&wider])
        }
    ),
    case!("an entry may be swapped for one of the other family", |cloud, scene| {
        works(cloud.create_entry(&scene.web.acl, &deny(7, "198.51.100.7/32")?).await)?;
        let other = deny(7, "2001:db8:7::/48")?;
        works(cloud.replace_entry(&scene.web.acl, &other).await)?;
        let acl = works(cloud.network_acl(&scene.web.acl).await)?;
        equal(&kept(&acl, &other), &Some(&other))
    }),
    case!("swapping an entry leaves the other direction alone", |cloud, scene| {
        let egress = Entry {
            direction: Direction::Egress,
            ..deny(7, "198.51.100.7/32")?
        };
        works(cloud.create_entry(&scene.web.acl, &egress).await)?;
        let ingress = deny(7, "198.51.100.8/32")?;
        let swapped = cloud.replace_entry(&scene.web.acl, &ingress).await;
        fails(swapped, "InvalidNetworkAclEntry.NotFound")?;
        let acl = works(cloud.network_acl(&scene.web.acl).await)?;
        equal(&kept(&acl, &egress), &Some(&egress))
    }),
    case!("an entry that is not there can't be swapped", |cloud, scene| {
        let swapped = cloud.replace_entry(&scene.web.acl, &deny(7, "198.51.100.7/32")?).await;
        fails(swapped, "InvalidNetworkAclEntry.NotFound")
    }),
    case!("an unknown ACL has no entry to swap", |cloud, _scene| {
        let acl = read("acl-0123456789abcdef0")?;
        let swapped = cloud.replace_entry(&acl, &deny(7, "198.51.100.7/32")?).await;
        fails(swapped, "InvalidNetworkAclID.NotFound")
    }),
    case!("an unknown ACL takes no entry", |cloud, _scene| {
        let acl = read("acl-0123456789abcdef0")?;
        let written = cloud.create_entry(&acl, &deny(7, "198.51.100.7/32")?).await;
        fails(written, "InvalidNetworkAclID.NotFound")
    }),
    case!("an unknown ACL has no entry to take out", |cloud, _scene| {
        let acl = read("acl-0123456789abcdef0")?;
        let taken_out = cloud.delete_entry(&acl, Direction::Ingress, 7).await;
        fails(taken_out, "InvalidNetworkAclID.NotFound")
    }),
];

/// An ingress deny.
pub(crate) fn deny(number: u16, prefix: &str) -> Result<Entry, String> {
    Ok(Entry::deny(number, Direction::Ingress, read(prefix)?))
}

async fn written_and_read(cloud: &dyn Cloud, scene: &Scene, entry: &Entry) -> Outcome {
    works(cloud.create_entry(&scene.web.acl, entry).await)?;
    let acl = works(cloud.network_acl(&scene.web.acl).await)?;
    equal(&kept(&acl, entry), &Some(entry))
}

/// What the ACL has at the direction and number of `entry`.
fn kept<'a>(acl: &'a NetworkAcl, entry: &Entry) -> Option<&'a Entry> {
    let place = |entry: &Entry| (entry.direction, entry.number);
    acl.entries.iter().find(|other| place(other) == place(entry))
}
