use proptest::prelude::*;

use super::*;
use crate::{
    cloud::{
        RuleAction,
        oracle::{Packet, judge},
    },
    hold::Target,
};

fn prefix(text: &str) -> IpNet {
    text.parse().unwrap()
}

fn allow(number: u16, direction: Direction, from: &str) -> Entry {
    Entry {
        action: RuleAction::Allow,
        ..Entry::deny(number, direction, prefix(from))
    }
}

/// An ACL as AWS makes one: it allows all at 100 and 101, and ends with the final denies.
fn fresh(more: &[Entry]) -> NetworkAcl {
    let mut entries = more.to_vec();
    for direction in Direction::BOTH {
        entries.push(allow(100, direction, "0.0.0.0/0"));
        entries.push(allow(101, direction, "::/0"));
        entries.push(Entry::deny(32_767, direction, prefix("0.0.0.0/0")));
        entries.push(Entry::deny(32_768, direction, prefix("::/0")));
    }
    acl(entries)
}

fn acl(mut entries: Vec<Entry>) -> NetworkAcl {
    entries.sort_by_key(|entry| (entry.direction, entry.number));
    NetworkAcl {
        id: "acl-0a1b2c3d".parse().unwrap(),
        vpc: "vpc-0a1b2c3d".parse().unwrap(),
        subnets: Vec::new(),
        is_default: false,
        entries,
    }
}

fn hold(id: i64, direction: Direction, of: &str) -> Hold {
    Hold {
        id: HoldId(id),
        target: Target {
            account: "111122223333".to_owned(),
            region: "eu-west-1".to_owned(),
            acl: "acl-0a1b2c3d".parse().unwrap(),
        },
        prefix: prefix(of),
        direction,
        reason: "a test".to_owned(),
        confidence: 90,
        severity: None,
        plugin: "nacl-block".to_owned(),
        alert: "stealthwatch-cloud/1".to_owned(),
        since: jiff::Timestamp::UNIX_EPOCH,
        until: None,
        offences: 1,
        coverage: Coverage::Pending,
        ended: None,
    }
}

fn own(entry: &Entry) -> OwnEntry {
    OwnEntry {
        entry: entry.clone(),
        confirmed: true,
        written: jiff::Timestamp::UNIX_EPOCH,
    }
}

fn planned(live: &NetworkAcl, holds: &[Hold], ours: &[Entry]) -> Plan {
    let own: Vec<_> = ours.iter().map(own).collect();
    plan(live, holds, &own, Band::default(), &Room::default())
}

fn lines(plan: &Plan) -> String {
    let changes = plan.changes.iter().map(ToString::to_string);
    let coverage = plan
        .coverage
        .iter()
        .map(|(hold, coverage)| format!("hold {hold}: {coverage}"));
    changes.chain(coverage).collect::<Vec<_>>().join("\n")
}

use Direction::{Egress, Ingress};

#[test]
fn a_deny_goes_below_the_lowest_allow_of_its_direction() {
    let live = fresh(&[allow(40, Ingress, "203.0.0.0/8"), allow(3, Egress, "0.0.0.0/0")]);
    let holds = [
        hold(1, Ingress, "203.0.113.7/32"),
        hold(2, Ingress, "198.51.100.7/32"),
        hold(3, Ingress, "2001:db8::7/128"),
    ];
    insta::assert_snapshot!(lines(&planned(&live, &holds, &[])), @r"
    + 39 deny 203.0.113.7/32 ingress
    + 99 deny 198.51.100.7/32 ingress
    + 98 deny 2001:db8::7/128 ingress
    hold 1: rule 39
    hold 2: rule 99
    hold 3: rule 98
    ");
}

#[test]
fn an_allow_of_one_port_counts_as_a_way_in() {
    let mut ssh = allow(10, Ingress, "0.0.0.0/0");
    ssh.protocol = crate::cloud::Protocol::Number(6);
    ssh.ports = Some(crate::cloud::PortRange { first: 22, last: 22 });
    let plan = planned(&fresh(&[ssh]), &[hold(1, Ingress, "203.0.113.7/32")], &[]);
    insta::assert_snapshot!(lines(&plan), @r"
    + 9 deny 203.0.113.7/32 ingress
    hold 1: rule 9
    ");
}

#[test]
fn an_allow_for_the_address_is_not_already_blocked() {
    let plan = planned(
        &fresh(&[allow(50, Ingress, "203.0.113.7/32")]),
        &[hold(1, Ingress, "203.0.113.7/32")],
        &[],
    );
    insta::assert_snapshot!(lines(&plan), @r"
    + 49 deny 203.0.113.7/32 ingress
    hold 1: rule 49
    ");
}

#[test]
fn an_egress_deny_is_not_an_ingress_deny() {
    let live = fresh(&[Entry::deny(50, Egress, prefix("203.0.113.7/32"))]);
    let plan = planned(&live, &[hold(1, Ingress, "203.0.113.7/32")], &[]);
    insta::assert_snapshot!(lines(&plan), @r"
    + 99 deny 203.0.113.7/32 ingress
    hold 1: rule 99
    ");
}

#[test]
fn an_own_entry_that_works_is_not_written_again() {
    let ours = Entry::deny(99, Ingress, prefix("203.0.113.7/32"));
    let plan = planned(
        &fresh(std::slice::from_ref(&ours)),
        &[hold(1, Ingress, "203.0.113.7/32")],
        &[ours],
    );
    insta::assert_snapshot!(lines(&plan), @"hold 1: rule 99");
}

#[test]
fn what_somebody_else_denies_already_needs_no_second_entry() {
    let live = fresh(&[Entry::deny(60, Ingress, prefix("203.0.113.0/24"))]);
    let plan = planned(&live, &[hold(1, Ingress, "203.0.113.7/32")], &[]);
    insta::assert_snapshot!(lines(&plan), @"hold 1: rule 60, not ours");
}

#[test]
fn a_deny_of_others_above_an_allow_denies_nothing() {
    let live = fresh(&[Entry::deny(200, Ingress, prefix("203.0.113.0/24"))]);
    let plan = planned(&live, &[hold(1, Ingress, "203.0.113.7/32")], &[]);
    insta::assert_snapshot!(lines(&plan), @r"
    + 99 deny 203.0.113.7/32 ingress
    hold 1: rule 99
    ");
}

#[test]
fn the_entry_of_an_ended_hold_goes_and_nothing_else() {
    let ours = Entry::deny(99, Ingress, prefix("203.0.113.7/32"));
    let theirs = Entry::deny(98, Ingress, prefix("203.0.113.8/32"));
    let plan = planned(&fresh(&[ours.clone(), theirs]), &[], &[ours]);
    insta::assert_snapshot!(lines(&plan), @"- 99 deny 203.0.113.7/32 ingress");
}

#[test]
fn an_entry_that_is_ours_by_number_only_is_somebody_elses() {
    let journalled = Entry::deny(99, Ingress, prefix("203.0.113.7/32"));
    let live = fresh(&[Entry::deny(99, Ingress, prefix("198.51.100.0/24"))]);
    let plan = planned(&live, &[hold(1, Ingress, "203.0.113.7/32")], &[journalled]);
    insta::assert_snapshot!(lines(&plan), @r"
    + 98 deny 203.0.113.7/32 ingress
    hold 1: rule 98
    ");
}

#[test]
fn an_entry_that_somebody_removed_is_written_again() {
    let journalled = Entry::deny(99, Ingress, prefix("203.0.113.7/32"));
    let plan = planned(&fresh(&[]), &[hold(1, Ingress, "203.0.113.7/32")], &[journalled]);
    insta::assert_snapshot!(lines(&plan), @r"
    + 99 deny 203.0.113.7/32 ingress
    hold 1: rule 99
    ");
}

#[test]
fn an_allow_that_was_put_below_our_entry_makes_it_move_down_before_it_goes() {
    let ours = Entry::deny(99, Ingress, prefix("203.0.113.7/32"));
    let live = fresh(&[ours.clone(), allow(20, Ingress, "0.0.0.0/0")]);
    let plan = planned(&live, &[hold(1, Ingress, "203.0.113.7/32")], &[ours]);
    insta::assert_snapshot!(lines(&plan), @r"
    + 19 deny 203.0.113.7/32 ingress
    - 99 deny 203.0.113.7/32 ingress
    hold 1: rule 19
    ");
}

#[test]
fn no_room_is_said_with_the_figures() {
    let theirs: Vec<_> = (1..=17)
        .map(|number| Entry::deny(number, Ingress, prefix("192.0.2.0/24")))
        .collect();
    let holds = [hold(1, Ingress, "203.0.113.7/32"), hold(2, Ingress, "203.0.113.8/32")];
    insta::assert_snapshot!(lines(&planned(&fresh(&theirs), &holds, &[])), @r"
    + 99 deny 203.0.113.7/32 ingress
    hold 1: rule 99
    hold 2: NOT COVERED: no room: 20 of 20 ingress rules for IPv4 are in use (quota L-2AEEBF1A)
    ");
}

#[test]
fn no_number_below_the_first_allow_is_said_and_nothing_is_written() {
    let live = fresh(&[allow(1, Ingress, "0.0.0.0/0")]);
    let plan = planned(&live, &[hold(1, Ingress, "203.0.113.7/32")], &[]);
    insta::assert_snapshot!(lines(&plan), @"hold 1: NOT COVERED: no number from 1 to 99 is free below rule 1, the lowest that allows some of it");
}

#[test]
fn what_ended_makes_room_for_what_waits() {
    let mut entries: Vec<_> = (1..=17)
        .map(|number| Entry::deny(number, Ingress, prefix("192.0.2.0/24")))
        .collect();
    let ended = Entry::deny(99, Ingress, prefix("203.0.113.7/32"));
    entries.push(ended.clone());
    let plan = planned(&fresh(&entries), &[hold(2, Ingress, "203.0.113.8/32")], &[ended]);
    insta::assert_snapshot!(lines(&plan), @r"
    - 99 deny 203.0.113.7/32 ingress
    + 98 deny 203.0.113.8/32 ingress
    hold 2: rule 98
    ");
}

/// Makes one change to an ACL, as AWS would.
fn apply(live: &mut NetworkAcl, change: &Change) {
    match change {
        Change::Create(entry) => {
            let taken = |other: &Entry| (other.direction, other.number) == (entry.direction, entry.number);
            assert!(!live.entries.iter().any(taken), "{change}: the number is taken");
            live.entries.push(entry.clone());
            live.entries.sort_by_key(|entry| (entry.direction, entry.number));
        }
        Change::Replace { old, new } => {
            apply(live, &Change::Delete(old.clone()));
            apply(live, &Change::Create(new.clone()));
        }
        Change::Delete(entry) => {
            let before = live.entries.len();
            live.entries.retain(|other| other != entry);
            assert_eq!(live.entries.len(), before - 1, "{change}: it is not there");
        }
    }
}

fn denies(live: &NetworkAcl, direction: Direction, prefix: IpNet) -> bool {
    [prefix.network(), prefix.broadcast()].into_iter().all(|remote| {
        [(6, Some(22)), (17, Some(53)), (47, None)]
            .into_iter()
            .all(|(protocol, port)| {
                let packet = Packet {
                    direction,
                    remote,
                    protocol,
                    port,
                    icmp: None,
                };
                judge(live, &packet).action == RuleAction::Deny
            })
    })
}

prop_compose! {
    fn any_prefix()(family: bool, host in 0_u8..12, length in 24_u8..=32) -> IpNet {
        let text = if family { format!("203.0.113.{host}/{length}") } else { format!("2001:db8::{host:x}/{}", length + 96) };
        prefix(&text).trunc()
    }
}

prop_compose! {
    fn any_entry()(number in 1_u16..120, egress: bool, allows: bool, one_port: bool, prefix in any_prefix()) -> Entry {
        let direction = if egress { Egress } else { Ingress };
        let mut entry = Entry::deny(number, direction, prefix);
        if allows {
            entry.action = RuleAction::Allow;
        }
        if one_port {
            entry.protocol = crate::cloud::Protocol::Number(6);
            entry.ports = Some(crate::cloud::PortRange { first: 22, last: 22 });
        }
        entry
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// On whatever ACL of others: what is said to be covered is denied once the plan is done, nothing that was denied for a hold is open in between,
    /// the entries of others are as they were, planning comes to an end, and all that is ours goes with the last hold.
    #[test]
    fn a_plan_does_what_it_says(
        others in proptest::collection::vec(any_entry(), 0..24),
        wanted in proptest::collection::btree_set((any::<bool>(), any_prefix()), 0..10),
        later in proptest::collection::vec(any_entry(), 0..3),
        quota in 4_u16..30,
    ) {
        let mut entries: Vec<Entry> = Vec::new();
        for entry in others {
            if !entries.iter().any(|other| (other.direction, other.number) == (entry.direction, entry.number)) {
                entries.push(entry);
            }
        }
        entries.retain(|entry| entry.number != 100 && entry.number != 101);
        let mut live = fresh(&entries);
        let room = Room::of_quota(quota);
        let holds: Vec<_> = wanted
            .iter()
            .zip(1..)
            .map(|((egress, prefix), id)| hold(id, if *egress { Egress } else { Ingress }, &prefix.to_string()))
            .collect();

        let mut ours: Vec<OwnEntry> = Vec::new();
        let mut theirs = live.entries.clone();
        // Twice: on the ACL as it is, and after its owner put more entries into it.
        for more in [Vec::new(), later] {
            for entry in more {
                if !live.entries.iter().any(|other| (other.direction, other.number) == (entry.direction, entry.number)) {
                    apply(&mut live, &Change::Create(entry.clone()));
                    theirs.push(entry);
                }
            }
            // Where room is short, what is replaced makes room only once it is gone: then a plan takes another round.
            let mut rounds = 0;
            let plan = loop {
                let plan = plan(&live, &holds, &ours, Band::default(), &room);
                if plan.is_empty() {
                    break plan;
                }
                rounds += 1;
                prop_assert!(rounds <= holds.len() + 1, "no end: {}", lines(&plan));
                for change in &plan.changes {
                    let shut: Vec<_> = holds.iter().filter(|hold| denies(&live, hold.direction, hold.prefix)).collect();
                    apply(&mut live, change);
                    if let Some(entry) = change.removes() {
                        ours.retain(|own| !own.is(entry));
                    }
                    ours.extend(change.adds().map(own));
                    for hold in shut {
                        prop_assert!(denies(&live, hold.direction, hold.prefix), "{} is open after {change}", hold.prefix);
                    }
                }
            };
            for (id, coverage) in &plan.coverage {
                let hold = holds.iter().find(|hold| hold.id == *id).unwrap();
                prop_assert!(!coverage.is_covered() || denies(&live, hold.direction, hold.prefix), "{} {coverage}", hold.prefix);
            }
            prop_assert_eq!(plan.coverage.len(), holds.len());
            prop_assert!(theirs.iter().all(|entry| live.entries.contains(entry)), "an entry of others is gone");
        }
        for change in &plan(&live, &[], &ours, Band::default(), &room).changes {
            apply(&mut live, change);
        }
        prop_assert_eq!(live.entries.len(), theirs.len(), "something of ours is left");
    }
}
