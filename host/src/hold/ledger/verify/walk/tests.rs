//! Chains as they were written, and after somebody laid hands on them.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::hold::{DeliveryId, DeliveryState, ledger::Event};

fn chain(length: u64) -> (ChainState, Vec<Link>) {
    let chain = Chain::read("deliveries/07");
    let mut head = Head::NOTHING;
    let mut links = Vec::new();
    for number in 1..=length {
        let at = Timestamp::from_second(i64::try_from(number).unwrap()).unwrap();
        let id = DeliveryId::read(&format!("d{number}"));
        let event = Event::settled(&id, DeliveryState::Done, "{}");
        let link = Link::forge(&chain, head, at, &event).unwrap();
        head = link.head();
        links.push(link);
    }
    let anchor = Head::NOTHING;
    (ChainState { chain, head, anchor }, links)
}

fn found(state: &ChainState, links: &[Link]) -> Vec<String> {
    found_since(state, links, Vec::new())
}

fn found_since(state: &ChainState, links: &[Link], noted: Vec<(Head, Timestamp)>) -> Vec<String> {
    let mut walk = Walk::new(state, noted);
    for link in links {
        walk.step(link);
    }
    walk.end().iter().map(ToString::to_string).collect()
}

#[test]
fn a_chain_as_it_was_written_is_sound() {
    let (state, links) = chain(5);
    assert_eq!(found(&state, &links), [""; 0]);
}

#[test]
fn a_changed_byte_is_found_and_named_and_nothing_else_is() {
    let (state, mut links) = chain(5);
    links[2].text = links[2].text.replace("done", "gone");
    insta::assert_snapshot!(found(&state, &links).join("\n"), @"deliveries/07 3: CHANGED: the record (delivery-settled, delivery d3) is not what its hash says");
    let (state, mut links) = chain(5);
    links[2].hash = Digest::of(b"another");
    insta::assert_snapshot!(found(&state, &links).join("\n"), @"deliveries/07 3: CHANGED: the record (delivery-settled, delivery d3) is not what its hash says");
}

#[test]
fn a_removed_link_is_found_and_named() {
    let (state, mut links) = chain(5);
    links.remove(2);
    insta::assert_snapshot!(found(&state, &links).join("\n"), @"deliveries/07: REMOVED: record 3 is not there");
    links.truncate(2);
    insta::assert_snapshot!(found(&state, &links).join("\n"), @"deliveries/07: REMOVED: the chain had 5 records and ends with 2");
}

#[test]
fn two_swapped_links_are_found_and_named() {
    let (state, mut links) = chain(5);
    swap(&mut links, 1, 3);
    insta::assert_snapshot!(found(&state, &links).join("\n"), @r"
    deliveries/07 2: MOVED: the record that lies here (delivery-settled, delivery d4) is number 4
    deliveries/07 4: MOVED: the record that lies here (delivery-settled, delivery d2) is number 2
    ");
}

#[test]
fn a_tail_that_was_cut_with_its_head_is_found_by_a_checkpoint() {
    let (mut state, mut links) = chain(5);
    let noted = vec![(state.head, Timestamp::from_second(9).unwrap())];
    links.truncate(3);
    state.head = links[2].head();
    assert_eq!(found(&state, &links), [""; 0], "nobody can tell without one");
    insta::assert_snapshot!(found_since(&state, &links, noted).join("\n"), @"deliveries/07 5: REMOVED: the record was there in the checkpoint of 1970-01-01T00:00:09Z, and the chain ends with 3");
}

#[test]
fn a_chain_that_was_written_anew_is_found_by_a_checkpoint() {
    let (state, _) = chain(5);
    let noted = vec![(state.head, Timestamp::from_second(9).unwrap())];
    let chain = Chain::read("deliveries/07");
    let (mut head, mut links) = (Head::NOTHING, Vec::new());
    for _ in 0..6 {
        let event = Event::settled(&DeliveryId::read("forged"), DeliveryState::Done, "{}");
        let link = Link::forge(&chain, head, Timestamp::UNIX_EPOCH, &event).unwrap();
        head = link.head();
        links.push(link);
    }
    let state = ChainState { head, ..state };
    assert_eq!(found(&state, &links), [""; 0], "nobody can tell without one");
    insta::assert_snapshot!(found_since(&state, &links, noted).join("\n"), @"deliveries/07 5: REWRITTEN: the record is another than in the checkpoint of 1970-01-01T00:00:09Z");
}

#[test]
fn what_was_removed_for_its_age_is_vouched_for_by_the_chain_itself() {
    let (mut state, mut links) = chain(5);
    let event = Event::pruned(&state.chain, links[2].head(), BTreeMap::new(), None).remove(0);
    let link = Link::forge(&state.chain, state.head, Timestamp::UNIX_EPOCH, &event).unwrap();
    (state.head, state.anchor) = (link.head(), links[2].head());
    links.push(link);
    assert_eq!(found(&state, &links), [""; 0], "left over for a moment");
    links.drain(..3);
    assert_eq!(found(&state, &links), [""; 0]);
    state.anchor = links[0].head();
    links.remove(0);
    insta::assert_snapshot!(found(&state, &links).join("\n"), @"deliveries/07 4: REMOVED: the records before the first one were not removed by Quell: no record says that they were old");
}

/// Exchanges what lies at two places.
fn swap(links: &mut [Link], one: usize, other: usize) {
    links.swap(one, other);
    let number = links[one].number;
    links[one].number = links[other].number;
    links[other].number = number;
}

proptest! {
    #[test]
    fn whichever_byte_is_changed_is_found_at_its_place(length in 1_u64..20, at in any::<prop::sample::Index>(), byte in any::<prop::sample::Index>(), to in any::<u8>(), in_hash in any::<bool>()) {
        let (state, mut links) = chain(length);
        let at = at.index(links.len());
        let link = &mut links[at];
        let before = link.clone();
        if in_hash {
            let mut hash = *link.hash.as_bytes();
            hash[byte.index(32)] = to;
            link.hash = Digest::from_bytes(hash);
        } else {
            let mut text = link.text.clone().into_bytes();
            let byte = byte.index(text.len());
            text[byte] = to & 0x7f;
            link.text = String::from_utf8(text).unwrap();
        }
        prop_assume!(*link != before);
        let found = found(&state, &links);
        prop_assert_eq!(found.len(), 1, "{:?}", found);
        let place = format!("deliveries/07 {}: ", at + 1);
        prop_assert!(found[0].starts_with(&place), "{:?}", found);
    }

    #[test]
    fn whichever_links_are_removed_are_found(length in 1_u64..20, at in any::<prop::sample::Index>(), more in 0_usize..3) {
        let (state, mut links) = chain(length);
        let at = at.index(links.len());
        let last = (at + more).min(links.len() - 1);
        links.drain(at..=last);
        let found = found(&state, &links);
        prop_assert_eq!(found.len(), 1, "{:?}", found);
        prop_assert!(found[0].contains("REMOVED"), "{:?}", found);
    }

    #[test]
    fn whichever_two_are_swapped_are_both_named(length in 2_u64..20, one in any::<prop::sample::Index>(), other in any::<prop::sample::Index>()) {
        let (state, mut links) = chain(length);
        let (one, other) = (one.index(links.len()), other.index(links.len()));
        prop_assume!(one != other);
        swap(&mut links, one, other);
        let found = found(&state, &links);
        for place in [one, other] {
            let named = format!("deliveries/07 {}: MOVED", place + 1);
            prop_assert!(found.iter().any(|found| found.starts_with(&named)), "{:?}", found);
        }
    }
}
