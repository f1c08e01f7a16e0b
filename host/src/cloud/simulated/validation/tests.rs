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
