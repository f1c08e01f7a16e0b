//! What a journal keeps can be read whole and put into another.

use quell_tests::everything;

use super::*;

/// All records, by their text: in no particular order.
async fn records(journal: &dyn Journal) -> Vec<String> {
    let (mut all, mut place) = (Vec::new(), None);
    loop {
        let page = journal.records(place.as_ref()).await.unwrap();
        for mut record in page.records {
            if let Record::Hold { deliveries, .. } = &mut record {
                deliveries.sort();
            }
            all.push(format!("{record:?}"));
        }
        place = page.next;
        if place.is_none() {
            all.sort();
            return all;
        }
    }
}

#[tokio::test]
async fn a_copy_of_a_copy_keeps_all_that_there_was() {
    let journal = journal().await;
    everything::keep(&*journal).await.unwrap();
    let there = sqlite().await;
    let counted = archive::copy(&*journal, &*there, |_| {}).await.unwrap();
    assert_eq!((counted.deliveries, counted.holds, counted.changes), (4, 6, 5));
    assert_eq!(records(&*there).await, records(&*journal).await);
    let back = super::journal().await;
    archive::copy(&*there, &*back, |_| {}).await.unwrap();
    assert_eq!(records(&*back).await, records(&*journal).await);
    // Nothing is changed by a second copy, and what works on works on.
    archive::copy(&*there, &*back, |_| {}).await.unwrap();
    assert_eq!(records(&*back).await, records(&*journal).await);
    let (one, other) = (Inventory::of(&*journal).await.unwrap(), Inventory::of(&*back).await.unwrap());
    assert_eq!((one.missing_in(&other), other.missing_in(&one)), (0, 0));
}

#[tokio::test]
async fn a_number_that_only_the_ledger_still_knows_is_given_to_nothing_else() {
    let journal = journal().await;
    let held = put(&journal, intent("203.0.113.7/32", None), "a", 0).await;
    let lease = lease(&journal).await;
    let change = EntryChange::Create(deny(99, "203.0.113.7/32")).into();
    let begun = journal.begin(&lease, &change, None, at(1)).await.unwrap();
    // As in a journal whose holds and changes went for their age.
    let (there, mut place) = (super::journal().await, None);
    loop {
        let mut page = journal.records(place.as_ref()).await.unwrap();
        page.records.retain(|record| matches!(record, Record::Chain(_) | Record::Link(_)));
        there.restore(&page.records).await.unwrap();
        place = page.next;
        if place.is_none() {
            break;
        }
    }
    let other = put(&there, intent("203.0.113.8/32", None), "b", 2).await;
    assert!(other.id > held.id, "{} after {}", other.id, held.id);
    let lease = super::lease(&there).await;
    let next = there.begin(&lease, &change, None, at(3)).await.unwrap();
    assert!(next.0 > begun.0, "{next:?} after {begun:?}");
}

#[tokio::test]
async fn a_copy_goes_on_where_the_first_was() {
    let first = sqlite().await;
    everything::keep(&*first).await.unwrap();
    let journal = journal().await;
    archive::copy(&*first, &*journal, |_| {}).await.unwrap();
    let unfinished = journal.unfinished().await.unwrap();
    assert_eq!(unfinished.len(), 3, "all of them are looked at before anything is believed");
    let new = put(&journal, intent("192.0.2.9/32", None), "b", 200).await;
    assert_eq!(new.id, HoldId(7), "no number comes again");
    let again = put(&journal, intent("203.0.113.7/32", None), "waits", 201).await;
    assert_eq!(again.offences, 2, "the delivery is known");
    assert_eq!(journal.next_end().await.unwrap(), Some(at(4_000_000_000)));
    let waiting = journal.waiting(at(60), 10).await.unwrap();
    assert_eq!(waiting.len(), 2);
    assert!(journal.paused().await.unwrap().is_some());
    assert_eq!(situation(&journal, 200).await.own.len(), 3);
}
