//! Deliveries: none lost, none twice.

use super::*;

#[tokio::test]
async fn a_delivery_seen_twice_is_worked_on_once() {
    let journal = journal().await;
    assert_eq!(journal.admit(&delivery("a"), 10).await.unwrap(), Admission::Admitted { received: at(0) });
    let waiting = DeliveryState::Waiting { not_before: at(0) };
    assert_eq!(
        journal.admit(&delivery("a"), 10).await.unwrap(),
        Admission::SeenBefore(waiting)
    );
    assert_eq!(journal.waiting(at(1), 10).await.unwrap().len(), 1);
    journal.settle(&id("a"), DeliveryState::Done, "{}").await.unwrap();
    assert_eq!(
        journal.admit(&delivery("a"), 10).await.unwrap(),
        Admission::SeenBefore(DeliveryState::Done)
    );
    assert!(journal.waiting(at(1), 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_delivery_that_failed_is_taken_again() {
    let journal = journal().await;
    journal.admit(&delivery("a"), 10).await.unwrap();
    journal.settle(&id("a"), DeliveryState::Failed, "{}").await.unwrap();
    let mut again = delivery("a");
    again.received = at(60);
    // When it came first stays true.
    assert_eq!(journal.admit(&again, 10).await.unwrap(), Admission::Admitted { received: at(0) });
    assert_eq!(journal.delivery(&id("a")).await.unwrap().unwrap().received, at(0));
}

#[tokio::test]
async fn a_delivery_that_failed_and_comes_as_another_detectors_is_that_ones() {
    let journal = journal().await;
    let mut dead = delivery("a");
    dead.state = DeliveryState::Failed;
    journal.admit(&dead, 10).await.unwrap();
    let mut again = delivery("a");
    again.detector = Detector::GuardDuty;
    assert_eq!(journal.admit(&again, 10).await.unwrap(), Admission::Admitted { received: at(0) });
    let kept = journal.delivery(&id("a")).await.unwrap().unwrap();
    assert_eq!(kept.detector, Detector::GuardDuty);
}

#[tokio::test]
async fn what_can_not_be_read_is_kept_even_when_the_queue_is_full() {
    let journal = journal().await;
    assert_eq!(journal.admit(&delivery("a"), 1).await.unwrap(), Admission::Admitted { received: at(0) });
    assert_eq!(journal.admit(&delivery("b"), 1).await.unwrap(), Admission::Full);
    let mut dead = delivery("c");
    dead.state = DeliveryState::Failed;
    assert_eq!(journal.admit(&dead, 1).await.unwrap(), Admission::Admitted { received: at(0) });
    assert_eq!(journal.delivery(&id("b")).await.unwrap(), None);
    assert_eq!(
        journal.delivery(&id("c")).await.unwrap().unwrap().state,
        DeliveryState::Failed
    );
}

#[tokio::test]
async fn how_much_waits_is_told_with_what_waits_for_longest_whatever_its_time_is() {
    let journal = journal().await;
    assert_eq!(journal.backlog().await.unwrap(), Backlog::default());
    for (name, came) in [("a", 20), ("b", 10), ("c", 30)] {
        let mut one = delivery(name);
        one.received = at(came);
        journal.admit(&one, 10).await.unwrap();
    }
    attempt(&journal, "b", 40).await;
    let later = DeliveryState::Waiting { not_before: at(900) };
    journal.settle(&id("b"), later, "{}").await.unwrap();
    let backlog = |waiting, oldest| Backlog {
        waiting,
        oldest: Some(at(oldest)),
    };
    assert_eq!(journal.backlog().await.unwrap(), backlog(3, 10));
    journal.settle(&id("b"), DeliveryState::Done, "{}").await.unwrap();
    assert_eq!(journal.backlog().await.unwrap(), backlog(2, 20));
}

#[tokio::test]
async fn a_delivery_waits_for_its_time_and_counts_its_attempts() {
    let journal = journal().await;
    journal.admit(&delivery("a"), 10).await.unwrap();
    assert_eq!(attempt(&journal, "a", 0).await, Attempt::Ours(1));
    let later = DeliveryState::Waiting { not_before: at(60) };
    journal.settle(&id("a"), later, "{}").await.unwrap();
    assert!(journal.waiting(at(59), 10).await.unwrap().is_empty());
    assert_eq!(journal.waiting(at(60), 10).await.unwrap()[0].attempts, 1);
    assert_eq!(attempt(&journal, "a", 60).await, Attempt::Ours(2));
}

#[tokio::test]
async fn the_queue_is_as_full_as_it_was_said_whatever_became_of_those_that_came_and_went() {
    let journal = journal().await;
    for name in ["a", "b", "c"] {
        assert_eq!(journal.admit(&delivery(name), 3).await.unwrap(), Admission::Admitted { received: at(0) });
    }
    let full = async || journal.admit(&delivery("d"), 3).await.unwrap() == Admission::Full;
    assert!(full().await);
    let later = DeliveryState::Waiting { not_before: at(60) };
    journal.settle(&id("a"), later, "{}").await.unwrap();
    assert!(full().await, "it waits for its next try");
    journal.settle(&id("a"), DeliveryState::Failed, "{}").await.unwrap();
    journal.settle(&id("b"), DeliveryState::Done, "{}").await.unwrap();
    journal.prune(at(10)).await.unwrap();
    assert_eq!(journal.admit(&delivery("a"), 3).await.unwrap(), Admission::Admitted { received: at(0) });
    assert_eq!(journal.admit(&delivery("e"), 3).await.unwrap(), Admission::Admitted { received: at(0) });
    assert!(full().await);
}

#[tokio::test]
async fn two_processes_never_work_on_one_delivery_and_a_crash_keeps_it_only_for_a_while() {
    let journal = journal().await;
    journal.admit(&delivery("a"), 10).await.unwrap();
    journal.admit(&delivery("b"), 10).await.unwrap();
    assert_eq!(attempt(&journal, "a", 0).await, Attempt::Ours(1));
    assert_eq!(attempt(&journal, "a", 29).await, Attempt::Theirs { until: at(30) });
    let free = journal.waiting(at(29), 1).await.unwrap();
    assert_eq!(free.iter().map(|free| free.id.as_str()).collect::<Vec<_>>(), ["b"]);
    assert_eq!(journal.waiting(at(30), 10).await.unwrap().len(), 2);
    assert_eq!(attempt(&journal, "a", 30).await, Attempt::Ours(2));
}

#[tokio::test]
async fn a_delivery_that_was_settled_is_free_at_once() {
    let journal = journal().await;
    journal.admit(&delivery("a"), 10).await.unwrap();
    assert_eq!(attempt(&journal, "a", 0).await, Attempt::Ours(1));
    let soon = DeliveryState::Waiting { not_before: at(2) };
    journal.settle(&id("a"), soon, "{}").await.unwrap();
    assert_eq!(journal.waiting(at(2), 10).await.unwrap().len(), 1);
    assert_eq!(attempt(&journal, "a", 2).await, Attempt::Ours(2));
}

#[tokio::test]
async fn work_does_not_begin_on_what_another_has_settled_for_good_unless_it_is_sent_again() {
    let journal = journal().await;
    for (name, state) in [("a", DeliveryState::Done), ("b", DeliveryState::Failed)] {
        journal.admit(&delivery(name), 10).await.unwrap();
        assert_eq!(attempt(&journal, name, 0).await, Attempt::Ours(1));
        journal.settle(&id(name), state, "{}").await.unwrap();
        assert_eq!(attempt(&journal, name, 1).await, Attempt::Settled(state));
        assert_eq!(attempt(&journal, name, 2).await, Attempt::Settled(state));
    }
    assert_eq!(journal.admit(&delivery("b"), 10).await.unwrap(), Admission::Admitted { received: at(0) });
    assert_eq!(attempt(&journal, "b", 3).await, Attempt::Ours(1));
}

#[tokio::test]
async fn work_on_a_delivery_that_nobody_knows_is_an_error() {
    let journal = journal().await;
    assert!(journal.attempt(&id("a"), at(0), at(30)).await.is_err());
    assert!(journal.settle(&id("a"), DeliveryState::Done, "{}").await.is_err());
    assert_eq!(
        journal.chains().await.unwrap(),
        [],
        "the ledger does not tell of it either"
    );
}
