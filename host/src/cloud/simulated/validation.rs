//! What EC2 takes as an entry of a network ACL and what it refuses, with its own error codes.

use ipnet::IpNet;

use crate::cloud::{
    acl::{Direction, Entry, FIRST_NUMBER, Family, LAST_NUMBER, NetworkAcl, Protocol},
    error::Fault,
};

/// How many rules an ACL may have by default, a direction and family (quota L-2AEEBF1A). The final deny is one of them.
pub(super) const DEFAULT_RULE_QUOTA: u16 = 20;

/// The number of the final IPv4 deny.
const FINAL_V4: u16 = LAST_NUMBER + 1;
/// The number of the final IPv6 deny, which an ACL has if its VPC has an IPv6 prefix.
const FINAL_V6: u16 = LAST_NUMBER + 2;

/// The denies that end every ACL.
pub(super) fn final_denies(vpc_prefixes: &[IpNet]) -> Vec<Entry> {
    let v4 = IpNet::V4(ipnet::Ipv4Net::default());
    let v6 = IpNet::V6(ipnet::Ipv6Net::default());
    let has_v6 = vpc_prefixes.iter().any(|prefix| matches!(prefix, IpNet::V6(_)));
    Direction::BOTH
        .into_iter()
        .flat_map(|direction| {
            let first = Entry::deny(FINAL_V4, direction, v4);
            let second = has_v6.then(|| Entry::deny(FINAL_V6, direction, v6));
            std::iter::once(first).chain(second)
        })
        .collect()
}

/// Puts an entry into an ACL, in the form in which EC2 keeps it, or says with EC2's words why not.
pub(super) fn insert(acl: &mut NetworkAcl, entry: &Entry, rule_quota: u16) -> Result<(), Fault> {
    let entry = as_kept(entry)?;
    if position(acl, entry.direction, entry.number).is_some() {
        return Err(Fault::EntryExists {
            message: format!("The network acl entry identified by {} already exists.", entry.number),
        });
    }
    check_room(acl, &entry, rule_quota)?;
    acl.entries.push(entry);
    acl.entries.sort_by_key(|entry| (entry.direction, entry.number));
    Ok(())
}

/// Swaps the entry of an ACL that has the direction and number of `entry` for it, or says with EC2's words why not. A full ACL is no reason,
/// unless the entry changes its family: then it counts towards the other quota.
pub(super) fn replace(acl: &mut NetworkAcl, entry: &Entry, rule_quota: u16) -> Result<(), Fault> {
    let entry = as_kept(entry)?;
    let position =
        position(acl, entry.direction, entry.number).ok_or_else(|| no_entry(acl, entry.direction, entry.number))?;
    let family_of = |entry: &Entry| Family::of(entry.prefix);
    if acl.entries.get(position).map(family_of) != Some(family_of(&entry)) {
        check_room(acl, &entry, rule_quota)?;
    }
    if let Some(old) = acl.entries.get_mut(position) {
        *old = entry;
    }
    Ok(())
}

/// Takes an entry out of an ACL, or says with EC2's words why not.
pub(super) fn remove(acl: &mut NetworkAcl, direction: Direction, number: u16) -> Result<(), Fault> {
    check_number(number)?;
    let position = position(acl, direction, number).ok_or_else(|| no_entry(acl, direction, number))?;
    acl.entries.remove(position);
    Ok(())
}

/// An entry in the form in which EC2 keeps it, or with EC2's words why it takes no such entry.
fn as_kept(entry: &Entry) -> Result<Entry, Fault> {
    check_number(entry.number)?;
    check_protocol(entry)?;
    Ok(Entry {
        // EC2 takes 198.51.100.18/24 and keeps 198.51.100.0/24.
        prefix: entry.prefix.trunc(),
        ..entry.clone()
    })
}

fn no_entry(acl: &NetworkAcl, direction: Direction, number: u16) -> Fault {
    Fault::NotFound {
        code: "InvalidNetworkAclEntry.NotFound".to_owned(),
        message: format!(
            "The {direction} network acl entry {number} does not exist in {}.",
            acl.id
        ),
    }
}

fn position(acl: &NetworkAcl, direction: Direction, number: u16) -> Option<usize> {
    acl.entries
        .iter()
        .position(|entry| entry.direction == direction && entry.number == number)
}

fn check_room(acl: &NetworkAcl, entry: &Entry, rule_quota: u16) -> Result<(), Fault> {
    if rules(acl, entry) < usize::from(rule_quota) {
        return Ok(());
    }
    Err(Fault::EntryLimit {
        message: format!(
            "{} has reached the limit of {rule_quota} {} rules.",
            acl.id, entry.direction
        ),
    })
}

/// How many rules count towards the quota that `entry` would count towards: the family's final deny is one, also where it isn't shown.
fn rules(acl: &NetworkAcl, entry: &Entry) -> usize {
    let others = acl.entries.iter().filter(|other| {
        !other.is_final() && other.direction == entry.direction && Family::of(other.prefix) == Family::of(entry.prefix)
    });
    others.count() + 1
}

fn check_number(number: u16) -> Result<(), Fault> {
    if (FIRST_NUMBER..=LAST_NUMBER).contains(&number) {
        return Ok(());
    }
    Err(Fault::Invalid {
        code: "InvalidParameterValue".to_owned(),
        message: format!(
            "Value ({number}) for parameter ruleNumber is invalid. It must be between {FIRST_NUMBER} and {LAST_NUMBER}."
        ),
    })
}

/// TCP and UDP need ports; ICMP, and ICMPv6 with an IPv6 prefix, need a type and code.
fn check_protocol(entry: &Entry) -> Result<(), Fault> {
    let missing = |parameter: &str| {
        Err(Fault::Invalid {
            code: "MissingParameter".to_owned(),
            message: format!("The request must contain the parameter {parameter}."),
        })
    };
    let is_v6 = matches!(entry.prefix, IpNet::V6(_));
    match entry.protocol {
        Protocol::Number(6 | 17) if entry.ports.is_none() => missing("portRange"),
        Protocol::Number(1) if entry.icmp.is_none() => missing("icmpTypeCode"),
        Protocol::Number(58) if is_v6 && entry.icmp.is_none() => missing("icmpTypeCode"),
        _ => match entry.ports {
            Some(ports) if ports.first < 0 || ports.last > i32::from(u16::MAX) || ports.first > ports.last => {
                Err(Fault::Invalid {
                    code: "InvalidParameterValue".to_owned(),
                    message: format!("Invalid TCP/UDP port range ({}:{})", ports.first, ports.last),
                })
            }
            _ => Ok(()),
        },
    }
}

#[cfg(test)]
mod tests;
