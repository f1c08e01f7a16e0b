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
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::cloud::acl::PortRange;

    fn acl() -> NetworkAcl {
        NetworkAcl {
            id: "acl-0a1b2c3d".parse().unwrap(),
            vpc: "vpc-0a1b2c3d".parse().unwrap(),
            subnets: Vec::new(),
            is_default: false,
            entries: final_denies(&["10.0.0.0/16".parse().unwrap(), "2001:db8::/56".parse().unwrap()]),
        }
    }

    fn deny(number: u16, prefix: &str) -> Entry {
        Entry::deny(number, Direction::Ingress, prefix.parse().unwrap())
    }

    #[test]
    fn the_quota_counts_the_final_deny_and_each_direction_and_family_apart() {
        let mut acl = acl();
        for number in 1..=19 {
            insert(&mut acl, &deny(number, "198.51.100.7/32"), DEFAULT_RULE_QUOTA).unwrap();
        }
        let fault = insert(&mut acl, &deny(20, "198.51.100.7/32"), DEFAULT_RULE_QUOTA).unwrap_err();
        insta::assert_snapshot!(
            fault,
            @"the network ACL has no room for another rule (NetworkAclEntryLimitExceeded): acl-0a1b2c3d has reached the limit of 20 ingress rules."
        );
        insert(&mut acl, &deny(20, "2001:db8::7/128"), DEFAULT_RULE_QUOTA).unwrap();
        let egress = Entry::deny(1, Direction::Egress, "198.51.100.7/32".parse().unwrap());
        insert(&mut acl, &egress, DEFAULT_RULE_QUOTA).unwrap();
    }

    #[test]
    fn a_number_is_taken_for_both_families_and_for_one_direction_only() {
        let mut acl = acl();
        insert(&mut acl, &deny(7, "198.51.100.7/32"), DEFAULT_RULE_QUOTA).unwrap();
        let again = insert(&mut acl, &deny(7, "2001:db8::7/128"), DEFAULT_RULE_QUOTA);
        assert!(matches!(again, Err(Fault::EntryExists { .. })));
        let egress = Entry::deny(7, Direction::Egress, "198.51.100.7/32".parse().unwrap());
        insert(&mut acl, &egress, DEFAULT_RULE_QUOTA).unwrap();
    }

    #[rstest]
    fn a_number_out_of_range_is_refused(#[values(0, 32_767, 32_768, 40_000)] number: u16) {
        let created = insert(&mut acl(), &deny(number, "198.51.100.7/32"), DEFAULT_RULE_QUOTA);
        assert!(matches!(created, Err(Fault::Invalid { .. })), "{created:?}");
        let replaced = replace(&mut acl(), &deny(number, "198.51.100.7/32"), DEFAULT_RULE_QUOTA);
        assert!(matches!(replaced, Err(Fault::Invalid { .. })), "{replaced:?}");
        let removed = remove(&mut acl(), Direction::Ingress, number);
        assert!(matches!(removed, Err(Fault::Invalid { .. })), "{removed:?}");
    }

    #[test]
    fn an_entry_is_swapped_also_in_a_full_acl() {
        let mut acl = acl();
        for number in 1..=19 {
            insert(&mut acl, &deny(number, "198.51.100.7/32"), DEFAULT_RULE_QUOTA).unwrap();
        }
        replace(&mut acl, &deny(7, "198.51.100.18/24"), DEFAULT_RULE_QUOTA).unwrap();
        assert_eq!(acl.entries[6], deny(7, "198.51.100.0/24"));
        assert_eq!(acl.entries.iter().filter(|entry| entry.number == 7).count(), 1);
    }

    #[test]
    fn an_entry_that_changes_its_family_needs_room_in_the_other() {
        let mut acl = acl();
        for number in 1..=19 {
            insert(&mut acl, &deny(number, "198.51.100.7/32"), DEFAULT_RULE_QUOTA).unwrap();
        }
        insert(&mut acl, &deny(20, "2001:db8::7/128"), DEFAULT_RULE_QUOTA).unwrap();
        let before = acl.clone();
        let full = replace(&mut acl, &deny(20, "198.51.100.8/32"), DEFAULT_RULE_QUOTA);
        assert!(matches!(full, Err(Fault::EntryLimit { .. })), "{full:?}");
        assert_eq!(acl, before);

        replace(&mut acl, &deny(19, "2001:db8::8/128"), DEFAULT_RULE_QUOTA).unwrap();
        replace(&mut acl, &deny(20, "198.51.100.8/32"), DEFAULT_RULE_QUOTA).unwrap();
    }

    #[test]
    fn an_entry_that_is_not_there_can_not_be_swapped() {
        let mut acl = acl();
        insert(&mut acl, &deny(7, "198.51.100.7/32"), DEFAULT_RULE_QUOTA).unwrap();
        let egress = Entry::deny(7, Direction::Egress, "198.51.100.7/32".parse().unwrap());
        let fault = replace(&mut acl, &egress, DEFAULT_RULE_QUOTA).unwrap_err();
        insta::assert_snapshot!(fault, @"not found (InvalidNetworkAclEntry.NotFound): The egress network acl entry 7 does not exist in acl-0a1b2c3d.");
    }

    #[test]
    fn host_bits_are_cleared() {
        let mut acl = acl();
        insert(&mut acl, &deny(7, "198.51.100.18/24"), DEFAULT_RULE_QUOTA).unwrap();
        assert_eq!(acl.entries[0].prefix.to_string(), "198.51.100.0/24");
    }

    #[test]
    fn entries_stay_in_the_order_of_evaluation() {
        let mut acl = acl();
        for number in [9, 3, 7] {
            insert(&mut acl, &deny(number, "198.51.100.7/32"), DEFAULT_RULE_QUOTA).unwrap();
        }
        let order: Vec<_> = acl
            .entries
            .iter()
            .map(|entry| (entry.direction.name(), entry.number))
            .collect();
        assert_eq!(
            order,
            [
                ("ingress", 3),
                ("ingress", 7),
                ("ingress", 9),
                ("ingress", 32_767),
                ("ingress", 32_768),
                ("egress", 32_767),
                ("egress", 32_768),
            ]
        );
    }

    #[rstest]
    #[case::tcp(6, "198.51.100.7/32")]
    #[case::udp(17, "2001:db8::7/128")]
    #[case::icmp(1, "198.51.100.7/32")]
    #[case::icmp_v6(58, "2001:db8::7/128")]
    fn a_protocol_without_what_it_needs_is_refused(#[case] protocol: u8, #[case] prefix: &str) {
        let entry = Entry {
            protocol: Protocol::Number(protocol),
            ..deny(7, prefix)
        };
        let fault = insert(&mut acl(), &entry, DEFAULT_RULE_QUOTA).unwrap_err();
        assert!(fault.to_string().contains("MissingParameter"), "{fault}");
    }

    #[test]
    fn a_port_range_that_runs_backwards_is_refused() {
        let entry = Entry {
            protocol: Protocol::Number(6),
            ports: Some(PortRange { first: 443, last: 80 }),
            ..deny(7, "198.51.100.7/32")
        };
        let fault = insert(&mut acl(), &entry, DEFAULT_RULE_QUOTA).unwrap_err();
        assert!(matches!(fault, Fault::Invalid { .. }), "{fault}");
    }
}
