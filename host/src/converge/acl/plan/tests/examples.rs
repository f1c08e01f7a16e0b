//! What a plan comes to in plain cases.

use super::*;

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
    + 99 deny 203.0.113.0/28 ingress
    hold 1: rule 99 (203.0.113.0/28)
    hold 2: rule 99 (203.0.113.0/28)
    rule 99 is shared: 203.0.113.0/28, 2 offenders, 14 innocents
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
    ~ 99 deny 203.0.113.7/32 → 203.0.113.8/32 ingress
    hold 2: rule 99
    ");
}
