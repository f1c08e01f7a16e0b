//! No bad moment: in which order changes come.

use super::*;

fn deny(number: u16, of: &str) -> Entry {
    Entry::deny(number, Ingress, prefix(of))
}

/// Room for exactly so many of ours on a fresh ACL.
fn room_for(ours: u16) -> Room {
    Room::new(ours + 2, QuotaSource::Configured, 0)
}

fn ordered(ours: &[Entry], holds: &[&str], room: u16) -> String {
    let holds: Vec<_> = holds.iter().zip(1..).map(|(of, id)| hold(id, Ingress, of)).collect();
    let plan = planned_in(&fresh(ours), &situation(&holds, ours), &room_for(room));
    let lines: Vec<_> = plan.changes.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

/// Whether the page that explains network ACLs to network engineers shows these changes.
fn is_on_the_page(changes: &str) -> bool {
    include_str!("../../../../../../examples/network-acl/README.md").contains(&format!("```\n{changes}\n```"))
}

#[test]
fn merging_on_a_full_acl_replaces_in_place_and_then_drops_the_rest() {
    let ours = [deny(99, "203.0.113.4/32"), deny(98, "203.0.113.5/32")];
    let plan = ordered(&ours, &["203.0.113.4/32", "203.0.113.5/32", "198.51.100.7/32"], 2);
    insta::assert_snapshot!(plan, @r"
    ~ 98 deny 203.0.113.5/32 → 203.0.113.4/31 ingress
    ~ 99 deny 203.0.113.4/32 → 198.51.100.7/32 ingress
    ");
    assert!(is_on_the_page(&plan));
}

#[test]
fn splitting_makes_all_parts_but_one_before_the_last_takes_the_place() {
    let ours = [deny(99, "203.0.113.4/30")];
    let plan = ordered(&ours, &["203.0.113.4/32", "203.0.113.5/32", "203.0.113.7/32"], 5);
    insta::assert_snapshot!(plan, @r"
    + 98 deny 203.0.113.4/32 ingress
    + 97 deny 203.0.113.5/32 ingress
    ~ 99 deny 203.0.113.4/30 → 203.0.113.7/32 ingress
    ");
    assert!(is_on_the_page(&plan));
}

#[test]
fn what_ended_hands_its_place_over_in_one_step() {
    let ours = [deny(99, "203.0.113.4/32")];
    let plan = ordered(&ours, &["198.51.100.7/32"], 1);
    insta::assert_snapshot!(plan, @"~ 99 deny 203.0.113.4/32 → 198.51.100.7/32 ingress");
    assert!(is_on_the_page(&plan));
}

#[test]
fn of_two_entries_for_one_prefix_one_goes() {
    let ours = [deny(99, "203.0.113.4/32"), deny(98, "203.0.113.4/32")];
    insta::assert_snapshot!(ordered(&ours, &["203.0.113.4/32"], 5), @"- 99 deny 203.0.113.4/32 ingress");
}

#[test]
fn an_address_stays_denied_while_a_wider_hold_takes_over_from_a_narrow_one() {
    let ours = [deny(2, "203.0.113.16/32")];
    let theirs = [allow(3, Ingress, "203.0.113.16/28"), deny(85, "203.0.113.0/24")];
    let live = fresh(&[&ours[..], &theirs].concat());
    let holds = [hold(1, Ingress, "203.0.114.0/32"), hold(2, Ingress, "203.0.113.0/25")];
    let plan = planned(&live, &holds, &ours);
    insta::assert_snapshot!(lines(&plan), @r"
    ~ 2 deny 203.0.113.16/32 → 203.0.113.0/25 ingress
    + 99 deny 203.0.114.0/32 ingress
    hold 1: rule 99
    hold 2: rule 2
    ");
}

#[test]
fn only_where_there_is_no_room_at_all_is_it_open_for_the_moment_between_two_calls() {
    let ours = [deny(50, "203.0.113.16/32")];
    let live = fresh(&[&ours[..], &[allow(3, Ingress, "203.0.113.64/28")]].concat());
    let in_room_for = |count: u16| {
        let room = Room::new(count + 3, QuotaSource::Configured, 0);
        let holds = [hold(1, Ingress, "203.0.113.0/25")];
        lines(&planned_in(&live, &situation(&holds, &ours), &room))
    };
    insta::assert_snapshot!(in_room_for(2), @r"
    + 2 deny 203.0.113.0/25 ingress
    - 50 deny 203.0.113.16/32 ingress
    hold 1: rule 2
    ");
    insta::assert_snapshot!(in_room_for(1), @r"
    - 50 deny 203.0.113.16/32 ingress
    + 2 deny 203.0.113.0/25 ingress
    hold 1: rule 2
    ");
}
