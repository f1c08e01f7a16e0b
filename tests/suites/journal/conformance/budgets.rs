//! Budgets: what is charged is charged in the transaction that puts holds in force, once, whoever else charges at the same time.

use quell::{
    duration::HumanDuration,
    hold::budget::{ComesBack, Limits, Per, Tally},
};

use super::*;

fn spending(limits: Limits) -> Spending {
    Spending {
        budgets: vec![Budget {
            name: "most".to_owned(),
            per: Per::Overall,
            limits,
            comes_back: ComesBack::After(HumanDuration::from_secs(60)),
        }],
        is_approved: false,
    }
}

fn holds_an_hour(most: u32) -> Spending {
    spending(Limits {
        holds_per_hour: Some(most),
        ..Limits::default()
    })
}

fn blocks(numbers: std::ops::Range<u8>) -> Vec<Intent> {
    numbers.map(|number| intent(&format!("203.0.113.{number}/32"), Some(10_000))).collect()
}

async fn spent(journal: &Opened) -> u32 {
    let note = journal.note(NoteKind::Budget, "most").await.unwrap().unwrap();
    serde_json::from_str::<Tally>(&note.text).unwrap().spent(at(0)).holds_per_hour
}

#[tokio::test]
async fn what_fits_is_put_in_force_and_the_rest_kept_back() {
    let journal = journal().await;
    let put = journal.put_within(&blocks(1..5), &holds_an_hour(3), &id("a"), at(0)).await.unwrap();
    assert_eq!((put.holds.len(), put.withheld.len(), put.tripped.len()), (3, 1, 1));
    assert_eq!(journal.holds(&HoldFilter::default()).await.unwrap().len(), 3);
    assert_eq!(spent(&journal).await, 3);
}

#[tokio::test]
async fn who_asks_again_is_charged_nothing_and_never_kept_back() {
    let journal = journal().await;
    let spending = holds_an_hour(3);
    for delivery in ["a", "a", "b"] {
        let put = journal.put_within(&blocks(1..4), &spending, &id(delivery), at(0)).await.unwrap();
        assert_eq!((put.holds.len(), put.withheld.len()), (3, 0));
    }
    assert_eq!(spent(&journal).await, 3);
}

#[tokio::test]
async fn many_at_once_spend_it_once_and_trip_it_once() {
    let journal = journal().await;
    let spending = holds_an_hour(5);
    let deliveries: Vec<_> = (0..6_u8).map(|number| (id(&number.to_string()), blocks(number * 2..number * 2 + 2))).collect();
    let put = deliveries.iter().map(|(delivery, intents)| journal.put_within(intents, &spending, delivery, at(0)));
    let put = futures::future::join_all(put).await;
    let put: Vec<Put> = put.into_iter().map(Result::unwrap).collect();
    assert_eq!(put.iter().map(|put| put.holds.len()).sum::<usize>(), 5);
    assert_eq!(put.iter().map(|put| put.withheld.len()).sum::<usize>(), 7);
    assert_eq!(put.iter().map(|put| put.tripped.len()).sum::<usize>(), 1, "it is said once");
    assert_eq!(journal.holds(&HoldFilter::default()).await.unwrap().len(), 5);
}

#[tokio::test]
async fn holds_on_very_many_targets_are_charged_one_by_one() {
    let journal = journal().await;
    let mut intents = Vec::new();
    for number in 0..40 {
        let mut block = intent("203.0.113.7/32", None);
        block.target.resource = format!("acl-0a1b2c{number:02}").parse().unwrap();
        intents.push(block);
    }
    let put = journal.put_within(&intents, &holds_an_hour(33), &id("a"), at(0)).await.unwrap();
    assert_eq!((put.holds.len(), put.withheld.len()), (33, 7));
    assert_eq!(spent(&journal).await, 33);
}

#[tokio::test]
async fn what_can_not_be_read_keeps_all_back_and_stays_as_it_is() {
    let journal = journal().await;
    let note = Note::new(NoteKind::Budget, "most").saying("nonsense".to_owned(), at(0));
    assert!(journal.write_note(&note).await.unwrap());
    let put = journal.put_within(&blocks(1..3), &holds_an_hour(100), &id("a"), at(0)).await.unwrap();
    assert_eq!((put.holds.len(), put.withheld.len()), (0, 2));
    assert_eq!(journal.note(NoteKind::Budget, "most").await.unwrap().unwrap().text, "nonsense");
}
