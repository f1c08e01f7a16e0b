//! Ends by a delay queue, on a host that has no timer: what comes back of it, or does not.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use quell::{
    clock::Clock,
    ends::{Ends, EndsError, LONGEST, delay},
};
use quell_tests::{
    recorded,
    stand::{Stand, WEB_ACL},
};
use serde_json::json;

/// A queue as SQS has them.
#[derive(Default)]
struct Queue {
    /// When each message is due, and which end it tells.
    messages: Mutex<Vec<(Timestamp, Timestamp)>>,
    is_broken: bool,
}

#[async_trait]
impl Ends for Queue {
    async fn send(&self, end: Timestamp, now: Timestamp) -> Result<(), EndsError> {
        if self.is_broken {
            return Err(EndsError::Send {
                queue: "https://sqs.eu-west-1.amazonaws.com/111122223333/quell-ends".to_owned(),
                source: "no such queue".into(),
            });
        }
        let wait = SignedDuration::from_secs(delay(end, now).into());
        assert!(wait <= LONGEST);
        self.messages.lock().unwrap().push((now + wait, end));
        Ok(())
    }

    async fn examine(&self) -> Result<(), EndsError> {
        Ok(())
    }
}

impl Queue {
    /// Brings messages in the order of their time until there are none, each so often. Gives how many.
    async fn run_dry(&self, stand: &Stand, times: usize) -> usize {
        let mut brought = 0;
        loop {
            let next = {
                let mut messages = self.messages.lock().unwrap();
                messages.sort();
                if messages.is_empty() {
                    return brought;
                }
                messages.remove(0)
            };
            let left = next.0.duration_since(stand.clock.now());
            stand.clock.advance(left.max(SignedDuration::ZERO));
            for _ in 0..times {
                stand.host.end_has_come(next.1).await.unwrap();
            }
            brought += 1;
        }
    }
}

async fn stand(queue: &Arc<Queue>) -> Stand {
    let mut stand = Stand::new().await.unwrap();
    stand.restart_with_ends(queue.clone()).unwrap();
    stand
}

#[tokio::test]
async fn a_hold_of_a_day_ends_at_its_second_by_messages_of_a_quarter_of_an_hour() {
    let queue = Arc::new(Queue::default());
    let stand = stand(&queue).await;
    let (began, before) = (stand.clock.now(), stand.acl(WEB_ACL));
    stand.report("1", recorded::ATTACK).await.unwrap();
    assert_eq!(stand.denied().len(), 4);
    // Four holds that end together are one message.
    assert_eq!(queue.run_dry(&stand, 1).await, 24 * 4);
    assert_eq!(stand.clock.now().duration_since(began), SignedDuration::from_hours(24));
    assert_eq!(stand.acl(WEB_ACL), before);
}

#[tokio::test]
async fn word_of_an_end_that_was_put_off_or_comes_from_a_stranger_ends_nothing() {
    let queue = Arc::new(Queue::default());
    let stand = stand(&queue).await;
    stand.report("1", recorded::ATTACK).await.unwrap();
    let now = stand.clock.now();
    for strange in [now, Timestamp::MIN, now + SignedDuration::from_secs(1), Timestamp::MAX] {
        stand.host.end_has_come(strange).await.unwrap();
    }
    assert_eq!(stand.denied().len(), 4);
}

#[tokio::test]
async fn when_the_holds_are_released_their_messages_come_to_an_end() {
    let queue = Arc::new(Queue::default());
    let stand = stand(&queue).await;
    stand.report("1", recorded::ATTACK).await.unwrap();
    let ids: Vec<_> = stand.holds().await.unwrap().iter().map(|hold| hold.id).collect();
    let reason = quell::hold::EndReason::Released;
    stand.journal.end(&ids, reason, stand.clock.now()).await.unwrap();
    assert_eq!(queue.run_dry(&stand, 1).await, 1);
}

/// Carries out an order after the attack, with nothing in the queue but what it sends.
async fn ordered(stand: &Stand, queue: &Queue, order: serde_json::Value) {
    stand.report("1", recorded::ATTACK).await.unwrap();
    queue.messages.lock().unwrap().clear();
    let order = serde_json::from_value(order).unwrap();
    stand.host.carry_order(order).await.unwrap();
    assert_eq!(stand.denied().len(), 3);
}

#[tokio::test]
async fn what_is_never_blocked_until_a_time_is_denied_again_by_word_of_its_end_and_no_tick_is_needed() {
    let queue = Arc::new(Queue::default());
    let stand = stand(&queue).await;
    let until = "2026-03-01T13:00:00Z";
    let order = json!({"never-block": {"prefix": "203.0.113.7", "until": until}});
    ordered(&stand, &queue, order).await;
    assert_eq!(queue.run_dry(&stand, 1).await, 4);
    assert_eq!(stand.denied().len(), 4);
    let late = stand.clock.now().duration_since(until.parse().unwrap());
    assert!((0..=5).contains(&late.as_secs()), "{late}");
}

#[tokio::test]
async fn what_is_never_blocked_for_good_sends_no_word_of_an_end() {
    let queue = Arc::new(Queue::default());
    let stand = stand(&queue).await;
    ordered(&stand, &queue, json!({"never-block": {"prefix": "203.0.113.7"}})).await;
    assert_eq!(queue.messages.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn what_may_be_blocked_again_before_its_time_has_no_more_word_sent_of_it() {
    let queue = Arc::new(Queue::default());
    let stand = stand(&queue).await;
    let order = json!({"never-block": {"prefix": "203.0.113.7", "until": "2026-03-01T13:00:00Z"}});
    ordered(&stand, &queue, order).await;
    let taken_back = serde_json::from_value(json!({"end-pardon": {"prefix": "203.0.113.7"}})).unwrap();
    stand.host.carry_order(taken_back).await.unwrap();
    assert_eq!(stand.denied().len(), 4);
    assert_eq!(queue.run_dry(&stand, 1).await, 1);
}

#[tokio::test]
async fn a_queue_that_takes_nothing_keeps_no_alert_from_being_acted_on_and_the_schedule_ends_its_holds() {
    let queue = Arc::new(Queue {
        is_broken: true,
        ..Queue::default()
    });
    let stand = stand(&queue).await;
    let before = stand.acl(WEB_ACL);
    let report = stand.report("1", recorded::ATTACK).await.unwrap();
    assert_eq!(report.outcome.name(), "acted");
    stand.pass(86_400).await.unwrap();
    assert_eq!(stand.acl(WEB_ACL), before);
}
