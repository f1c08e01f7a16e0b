//! Pruning: the journal stays bounded, and nothing that still matters goes.

use super::*;

async fn settled(journal: &SqliteJournal, name: &str, received: i64, state: DeliveryState) {
    let delivery = Delivery {
        received: at(received),
        ..delivery(name)
    };
    journal.admit(&delivery, 10_000).await.unwrap();
    journal.settle(&delivery.id, state, "{}").await.unwrap();
}

#[tokio::test]
async fn deliveries_go_once_they_are_settled_and_old() {
    let journal = journal();
    settled(&journal, "done", 10, DeliveryState::Done).await;
    settled(&journal, "failed", 10, DeliveryState::Failed).await;
    settled(&journal, "waits", 10, DeliveryState::Waiting { not_before: at(20) }).await;
    settled(&journal, "young", 100, DeliveryState::Done).await;
    assert_eq!(journal.prune(at(100)).await.unwrap().deliveries, 2);
    assert!(journal.delivery(&id("done")).await.unwrap().is_none());
    assert!(journal.delivery(&id("waits")).await.unwrap().is_some());
    assert!(journal.delivery(&id("young")).await.unwrap().is_some());
}

#[tokio::test]
async fn holds_go_once_they_ended_long_ago_and_never_while_they_are_in_force() {
    let journal = journal();
    let ended = put(&journal, intent("203.0.113.7/32", Some(50)), "a", 0).await;
    put(&journal, intent("203.0.113.8/32", Some(50)), "b", 0).await;
    put(&journal, intent("203.0.113.9/32", Some(200)), "c", 0).await;
    journal.end(&[ended.id], EndReason::Released, at(40)).await.unwrap();
    assert_eq!(journal.prune(at(100)).await.unwrap().holds, 1);
    let left = journal.holds(&everything()).await.unwrap();
    assert_eq!(
        left.len(),
        2,
        "one is over in time but was not ended: its entry may still be there"
    );
    journal.expire(at(100)).await.unwrap();
    assert_eq!(journal.prune(at(100)).await.unwrap().holds, 0);
    assert_eq!(journal.prune(at(101)).await.unwrap().holds, 1);
}

#[tokio::test]
async fn a_hold_goes_on_counting_when_the_delivery_that_began_it_is_gone() {
    let journal = journal();
    settled(&journal, "a", 10, DeliveryState::Done).await;
    put(&journal, intent("203.0.113.7/32", None), "a", 10).await;
    journal.prune(at(100)).await.unwrap();
    assert_eq!(
        put(&journal, intent("203.0.113.7/32", None), "b", 200).await.offences,
        2
    );
}

#[tokio::test]
async fn changes_go_but_the_entries_that_they_made_stay_ours() {
    let journal = journal();
    let lease = lease(&journal).await;
    let create = Change::from(EntryChange::Create(deny(99, "203.0.113.7/32")));
    let done = journal.begin(&lease, &create, None, at(1)).await.unwrap();
    journal.finish(done, &ChangeEnd::Done, None, None, at(2)).await.unwrap();
    let left_by_a_crash = Change::from(EntryChange::Create(deny(98, "203.0.113.8/32")));
    journal.begin(&lease, &left_by_a_crash, None, at(3)).await.unwrap();
    let under_way = Change::from(EntryChange::Create(deny(97, "203.0.113.9/32")));
    let under_way = journal.begin(&lease, &under_way, None, at(100)).await.unwrap();
    assert_eq!(journal.prune(at(100)).await.unwrap().changes, 2);
    journal
        .finish(under_way, &ChangeEnd::Done, None, None, at(101))
        .await
        .unwrap();
    let situation = situation(&journal, 101).await;
    assert_eq!((situation.own.len(), situation.recent.len()), (3, 1));
}

#[tokio::test]
async fn what_must_stay_reachable_is_kept_as_long_as_a_hold_or_an_entry_needs_it() {
    let journal = journal();
    let mut sparing = intent("203.0.113.7/32", None);
    sparing.spare = vec!["10.0.0.0/16".parse().unwrap()];
    let hold = put(&journal, sparing, "a", 0).await;
    let lease = lease(&journal).await;
    let create = Change::from(EntryChange::Create(deny(99, "203.0.113.7/32")));
    let created = journal.begin(&lease, &create, None, at(1)).await.unwrap();
    journal
        .finish(created, &ChangeEnd::Done, None, None, at(2))
        .await
        .unwrap();
    let is_spared = async || !situation(&journal, 0).await.spare.is_empty();

    journal.prune(at(10_000)).await.unwrap();
    assert!(is_spared().await);
    journal.end(&[hold.id], EndReason::Released, at(3)).await.unwrap();
    journal.prune(at(10_000)).await.unwrap();
    assert!(is_spared().await, "the entry is still ours");
    let own = situation(&journal, 4).await.own.remove(0);
    journal.forget(&web(), &own).await.unwrap();
    journal.prune(at(10_000)).await.unwrap();
    assert!(!is_spared().await);
}

#[tokio::test]
async fn a_target_that_was_forgotten_and_comes_back_is_not_taken_for_converged() {
    let journal = journal();
    let hold = put(&journal, intent("203.0.113.7/32", None), "a", 0).await;
    journal.end(&[hold.id], EndReason::Released, at(1)).await.unwrap();
    let seen = situation(&journal, 2).await;
    journal.prune(at(3)).await.unwrap();
    assert_eq!(
        journal.unfinished().await.unwrap(),
        [web()],
        "its ACL does not follow yet"
    );
    journal.converged(&web(), Some(seen.revision), &[]).await.unwrap();
    journal.prune(at(3)).await.unwrap();

    put(&journal, intent("203.0.113.8/32", None), "b", 4).await;
    journal.converged(&web(), Some(seen.revision), &[]).await.unwrap();
    assert_eq!(
        journal.unfinished().await.unwrap(),
        [web()],
        "that converge saw what was there before"
    );
}

#[tokio::test]
async fn pruning_is_done_in_slices_so_that_alerts_need_not_wait_for_it() {
    let journal = journal();
    for number in 0..=Pruned::MOST {
        settled(&journal, &format!("d{number}"), 10, DeliveryState::Done).await;
    }
    let first = journal.prune(at(100)).await.unwrap();
    assert_eq!((first.deliveries, first.is_more_left()), (Pruned::MOST, true));
    let second = journal.prune(at(100)).await.unwrap();
    assert_eq!((second.deliveries, second.is_more_left()), (1, false));
}
