//! When room is short.

use super::*;

/// An ACL that has room for so many of ours.
fn with_room_for(ours: usize) -> (NetworkAcl, Vec<Entry>) {
    let theirs: Vec<_> = (0..)
        .map(|host| Entry::deny(60 - host, Ingress, prefix(&format!("192.0.2.{host}/32"))))
        .take(18 - ours)
        .collect();
    (fresh(&theirs), theirs)
}

fn sure(id: i64, of: &str, confidence: u8) -> Hold {
    Hold {
        confidence,
        ..hold(id, Ingress, of)
    }
}

#[test]
fn what_does_not_fit_is_said_with_the_figures() {
    let (live, _) = with_room_for(1);
    let holds = [sure(1, "203.0.113.7/32", 90), sure(2, "198.51.100.8/32", 80)];
    insta::assert_snapshot!(lines(&planned(&live, &holds, &[])), @r"
    + 99 deny 203.0.113.7/32 ingress
    hold 1: rule 99
    hold 2: NOT COVERED: no room: of 20 ingress rules for IPv4 (quota L-2AEEBF1A) 19 are others'; the one left for ours goes to heavier holds
    ");
}

#[test]
fn neighbours_share_a_rule_and_the_innocents_between_them_are_told() {
    let (live, _) = with_room_for(2);
    let holds = [
        sure(1, "203.0.113.4/32", 90),
        sure(2, "203.0.113.5/32", 90),
        sure(3, "203.0.113.7/32", 90),
        sure(4, "198.51.100.8/32", 90),
    ];
    insta::assert_snapshot!(lines(&planned(&live, &holds, &[])), @r"
    + 99 deny 203.0.113.4/30 ingress
    + 98 deny 198.51.100.8/32 ingress
    hold 1: rule 99 (203.0.113.4/30)
    hold 2: rule 99 (203.0.113.4/30)
    hold 3: rule 99 (203.0.113.4/30)
    hold 4: rule 98
    rule 99 is shared: 203.0.113.4/30, 3 offenders, 1 innocents
    ");
}

#[test]
fn a_heavier_hold_takes_the_place_of_a_lighter_in_one_step() {
    let (mut live, _) = with_room_for(1);
    let ours = Entry::deny(99, Ingress, prefix("198.51.100.8/32"));
    live = with(live, &ours);
    let holds = [sure(1, "198.51.100.8/32", 50), sure(2, "203.0.113.7/32", 95)];
    insta::assert_snapshot!(lines(&planned(&live, &holds, &[ours])), @r"
    ~ 99 deny 198.51.100.8/32 → 203.0.113.7/32 ingress
    hold 1: NOT COVERED: no room: of 20 ingress rules for IPv4 (quota L-2AEEBF1A) 19 are others'; the one left for ours goes to heavier holds
    hold 2: rule 99
    ");
}

#[test]
fn a_hold_that_is_hardly_heavier_moves_nobody() {
    let (mut live, _) = with_room_for(1);
    let ours = Entry::deny(99, Ingress, prefix("198.51.100.8/32"));
    live = with(live, &ours);
    let holds = [sure(1, "198.51.100.8/32", 90), sure(2, "203.0.113.7/32", 95)];
    assert!(planned(&live, &holds, &[ours]).is_empty());
}

#[test]
fn no_aggregate_covers_what_must_never_be_denied() {
    let (live, _) = with_room_for(1);
    let holds = [sure(1, "203.0.113.4/32", 90), sure(2, "203.0.113.6/32", 90)];
    for never in ["configured", "spared", "pardoned"] {
        let mut situation = situation(&holds, &[]);
        let mut terms = Terms::default();
        match never {
            "configured" => terms.never.push(prefix("203.0.113.5/32").into()),
            "spared" => situation.spare.push(prefix("203.0.113.5/32")),
            _ => situation.pardons.push(pardon("203.0.113.5/32")),
        }
        let plan = plan(
            &live,
            &situation,
            &terms,
            &room(),
            &Stance::Enforce,
            Timestamp::UNIX_EPOCH,
        );
        assert_eq!(plan.changes.len(), 1, "{never}");
        assert_eq!(plan.aggregates, [], "{never}");
    }
}

#[test]
fn a_longer_never_block_list_frees_the_address_first_and_keeps_the_others_denied() {
    let (live, _) = with_room_for(2);
    let ours = [
        Entry::deny(99, Ingress, prefix("203.0.113.4/30")),
        Entry::deny(98, Ingress, prefix("198.51.100.8/32")),
    ];
    let live = ours.iter().fold(live, with);
    let holds = [
        sure(1, "203.0.113.4/32", 90),
        sure(2, "203.0.113.5/32", 90),
        sure(3, "203.0.113.7/32", 90),
        sure(4, "198.51.100.8/32", 90),
    ];
    let mut situation = situation(&holds, &ours);
    situation.pardons.push(pardon("203.0.113.7/32"));
    insta::assert_snapshot!(lines(&planned_in(&live, &situation, &room())), @r"
    ~ 99 deny 203.0.113.4/30 → 203.0.113.4/31 ingress
    hold 1: rule 99 (203.0.113.4/31)
    hold 2: rule 99 (203.0.113.4/31)
    hold 3: NOT COVERED: it overlaps 203.0.113.7/32, which is pardoned until 2026-03-02T12:00:00Z
    hold 4: rule 98
    rule 99 is shared: 203.0.113.4/31, 2 offenders, 0 innocents
    ");
}

#[test]
fn an_owners_early_allow_is_not_cut_by_an_aggregate_around_it() {
    let (live, _) = with_room_for(1);
    let live = with(live, &allow(70, Ingress, "203.0.113.5/32"));
    let holds = [sure(1, "203.0.113.4/32", 90), sure(2, "203.0.113.6/32", 90)];
    let room = Room::new(21, QuotaSource::Configured, 0);
    assert_eq!(planned_in(&live, &situation(&holds, &[]), &room).aggregates, []);
}

#[test]
fn ipv6_offenders_of_one_network_are_one_rule() {
    let mut entries: Vec<_> = (0..17)
        .map(|host| Entry::deny(60 - host, Ingress, prefix(&format!("2001:db8:ffff::{host:x}/128"))))
        .collect();
    entries.push(Entry::deny(61, Egress, prefix("2001:db8:ffff::1/128")));
    let holds = [sure(1, "2001:db8::7/128", 90), sure(2, "2001:db8::8000:7/128", 90)];
    insta::assert_snapshot!(lines(&planned(&fresh(&entries), &holds, &[])), @r"
    + 99 deny 2001:db8::/64 ingress
    hold 1: rule 99 (2001:db8::/64)
    hold 2: rule 99 (2001:db8::/64)
    rule 99 is shared: 2001:db8::/64, 2 offenders, 0 innocents
    ");
}

#[test]
fn both_families_share_the_numbers_and_the_heavier_get_them() {
    let live = fresh(&[allow(3, Ingress, "0.0.0.0/0"), allow(4, Ingress, "::/0")]);
    let holds = [
        sure(1, "203.0.113.7/32", 60),
        sure(2, "198.51.100.7/32", 95),
        sure(3, "2001:db8::7/128", 90),
    ];
    let plan = planned(&live, &holds, &[]);
    let covered: Vec<_> = plan
        .coverage
        .iter()
        .filter(|(_, it)| it.is_covered())
        .map(|(id, _)| id.0)
        .collect();
    assert_eq!(covered, [2, 3]);
}

#[test]
fn a_hold_inside_another_needs_no_rule_of_its_own() {
    let holds = [sure(1, "203.0.113.0/28", 90), sure(2, "203.0.113.7/32", 90)];
    insta::assert_snapshot!(lines(&planned(&fresh(&[]), &holds, &[])), @r"
    + 99 deny 203.0.113.0/28 ingress
    hold 1: rule 99
    hold 2: rule 99 (203.0.113.0/28)
    ");
}

#[test]
fn an_ended_outer_hold_frees_only_what_no_inner_one_needs() {
    let ours = Entry::deny(99, Ingress, prefix("203.0.113.0/28"));
    let plan = planned(
        &fresh(std::slice::from_ref(&ours)),
        &[sure(2, "203.0.113.7/32", 90)],
        &[ours],
    );
    insta::assert_snapshot!(lines(&plan), @r"
    ~ 99 deny 203.0.113.0/28 → 203.0.113.7/32 ingress
    hold 2: rule 99
    ");
}

#[test]
fn while_it_may_only_take_back_nothing_is_added_and_what_ended_goes() {
    let ours = ["203.0.113.7/32", "203.0.113.8/32"]
        .map(|of| Entry::deny(99 - u16::from(of.contains(".8")), Ingress, prefix(of)));
    let holds = [sure(1, "203.0.113.7/32", 90), sure(3, "198.51.100.9/32", 90)];
    let stance = Stance::TakeBack {
        why: "Quell is paused".to_owned(),
    };
    let plan = plan(
        &fresh(&ours),
        &situation(&holds, &ours),
        &Terms::default(),
        &room(),
        &stance,
        Timestamp::UNIX_EPOCH,
    );
    insta::assert_snapshot!(lines(&plan), @r"
    - 98 deny 203.0.113.8/32 ingress
    hold 1: rule 99
    hold 3: NOT COVERED: Quell is paused
    ");
}

#[test]
fn more_entries_of_others_push_ours_out_by_weight() {
    let ours =
        [("203.0.113.7/32", 99), ("198.51.100.8/32", 98)].map(|(of, number)| Entry::deny(number, Ingress, prefix(of)));
    let (live, _) = with_room_for(1);
    let live = ours.iter().fold(live, with);
    let holds = [sure(1, "203.0.113.7/32", 60), sure(2, "198.51.100.8/32", 90)];
    insta::assert_snapshot!(lines(&planned(&live, &holds, &ours)), @r"
    - 99 deny 203.0.113.7/32 ingress
    hold 1: NOT COVERED: no room: of 20 ingress rules for IPv4 (quota L-2AEEBF1A) 19 are others'; the one left for ours goes to heavier holds
    hold 2: rule 98
    ");
}

fn with(mut live: NetworkAcl, entry: &Entry) -> NetworkAcl {
    apply(&mut live, &EntryChange::Create(entry.clone()));
    live
}

pub(super) fn pardon(of: &str) -> crate::hold::Pardon {
    crate::hold::Pardon {
        prefix: prefix(of),
        since: Timestamp::UNIX_EPOCH,
        until: "2026-03-02T12:00:00Z".parse().unwrap(),
        reason: "a customer".to_owned(),
    }
}
