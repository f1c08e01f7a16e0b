//! Deliveries: none lost, none twice.

use super::*;

#[tokio::test]
async fn a_delivery_seen_twice_is_worked_on_once() {
    let journal = journal().await;
    assert_eq!(journal.admit(&delivery("a"), 10).await.unwrap(), Admission::Admitted);
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
    assert_eq!(journal.admit(&delivery("a"), 10).await.unwrap(), Admission::Admitted);
}

#[tokio::test]
async fn what_can_not_be_read_is_kept_even_when_the_queue_is_full() {
    let journal = journal().await;
    assert_eq!(journal.admit(&delivery("a"), 1).await.unwrap(), Admission::Admitted);
    assert_eq!(journal.admit(&delivery("b"), 1).await.unwrap(), Admission::Full);
    let mut dead = delivery("c");
    dead.state = DeliveryState::Failed;
    assert_eq!(journal.admit(&dead, 1).await.unwrap(), Admission::Admitted);
    assert_eq!(journal.delivery(&id("b")).await.unwrap(), None);
    assert_eq!(
        journal.delivery(&id("c")).await.unwrap().unwrap().state,
        DeliveryState::Failed
    );
}

#[tokio::test]
async fn a_delivery_waits_for_its_time_and_counts_its_attempts() {
    let journal = journal().await;
    journal.admit(&delivery("a"), 10).await.unwrap();
    assert_eq!(journal.attempt(&id("a")).await.unwrap(), 1);
    let later = DeliveryState::Waiting { not_before: at(60) };
    journal.settle(&id("a"), later, "{}").await.unwrap();
    assert!(journal.waiting(at(59), 10).await.unwrap().is_empty());
    assert_eq!(journal.waiting(at(60), 10).await.unwrap()[0].attempts, 1);
    assert_eq!(journal.attempt(&id("a")).await.unwrap(), 2);
}

#[tokio::test]
async fn the_queue_is_as_full_as_it_was_said_whatever_became_of_those_that_came_and_went() {
    let journal = journal().await;
    for name in ["a", "b", "c"] {
        assert_eq!(journal.admit(&delivery(name), 3).await.unwrap(), Admission::Admitted);
    }
    let full = async || journal.admit(&delivery("d"), 3).await.unwrap() == Admission::Full;
    assert!(full().await);
    let later = DeliveryState::Waiting { not_before: at(60) };
    journal.settle(&id("a"), later, "{}").await.unwrap();
    assert!(full().await, "it waits for its next try");
    journal.settle(&id("a"), DeliveryState::Failed, "{}").await.unwrap();
    journal.settle(&id("b"), DeliveryState::Done, "{}").await.unwrap();
    journal.prune(at(10)).await.unwrap();
    assert_eq!(journal.admit(&delivery("a"), 3).await.unwrap(), Admission::Admitted);
    assert_eq!(journal.admit(&delivery("e"), 3).await.unwrap(), Admission::Admitted);
    assert!(full().await);
}
