//! A detector that fails, is slow, or loses answers; and a process that dies.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use quell::{
    config::feedback::StealthwatchFeedback,
    hold::{Feedback, FeedbackState},
    simulated_stealthwatch::{Fault, SimulatedStealthwatch},
    way::feedback,
};
use tokio_util::sync::CancellationToken;

use crate::stood::*;

/// Lets so much time pass that what is to be tried again is.
async fn later(stand: &quell_tests::stand::Stand) {
    stand.pass(31 * 60).await.unwrap();
    tell(stand).await;
}

/// What was given up.
async fn given_up(stand: &quell_tests::stand::Stand) -> Vec<Feedback> {
    stand.journal.given_up(10).await.unwrap()
}

#[tokio::test]
async fn whatever_the_detector_answers_the_alert_comes_to_the_same_and_the_detector_is_told_later() {
    for fault in [
        Fault::Echo(401),
        Fault::Echo(403),
        Fault::Echo(500),
        Fault::Status {
            code: 429,
            times: 100,
            retry_after: Some(1),
        },
        Fault::Slow(TIMEOUT * 2),
    ] {
        let stand = telling(StealthwatchFeedback::default()).await;
        assert_eq!(attack(&stand, "a").await, "acted");
        stand.stealthwatch.set_fault(fault.clone());
        let writes = stand.writes();
        tell(&stand).await;
        stand.stealthwatch.clear_fault();
        later(&stand).await;
        assert_eq!(alert(&stand).comments.len(), 1, "{fault:?}");
        assert_eq!(stand.writes(), writes, "{fault:?}");
        assert_eq!(given_up(&stand).await, []);
    }
}

#[tokio::test]
async fn what_got_there_though_its_answer_was_lost_is_not_said_twice() {
    let stand = telling(StealthwatchFeedback::default()).await;
    attack(&stand, "a").await;
    stand.stealthwatch.set_fault(Fault::DoneButFails);
    tell(&stand).await;
    assert_eq!(alert(&stand).comments.len(), 1);
    stand.stealthwatch.clear_fault();
    later(&stand).await;
    later(&stand).await;
    assert_eq!(alert(&stand).comments.len(), 1);
    assert_eq!(given_up(&stand).await, []);
}

#[tokio::test]
async fn a_process_that_dies_between_loses_nothing_and_says_nothing_twice() {
    // It died before the request went out, and after it had come back.
    for is_sent in [false, true] {
        let mut stand = telling(StealthwatchFeedback::default()).await;
        attack(&stand, "a").await;
        let now = quell::clock::Clock::now(&*stand.clock);
        let owed = stand.journal.owed(now, 1).await.unwrap().remove(0);
        if is_sent {
            tell(&stand).await;
            // As it stood while the request was on its way.
            stand.journal.stand(&owed).await.unwrap();
        }
        let until = now.saturating_add(jiff::SignedDuration::from_mins(10)).unwrap();
        assert!(stand.journal.take_up(&owed, until).await.unwrap());
        assert!(!stand.journal.take_up(&owed, until).await.unwrap(), "one at a time");
        let tellers = tellers(&stand, StealthwatchFeedback::default());
        stand.restart_with_tellers(tellers).unwrap();
        tell(&stand).await;
        later(&stand).await;
        assert_eq!(alert(&stand).comments.len(), 1, "sent: {is_sent}");
    }
}

#[tokio::test]
async fn a_detector_that_never_takes_it_is_given_up_and_kept_for_people() {
    let stand = telling(StealthwatchFeedback::default()).await;
    attack(&stand, "a").await;
    stand.stealthwatch.set_fault(Fault::Echo(500));
    for _ in 0..10 {
        later(&stand).await;
    }
    let [feedback] = given_up(&stand).await.try_into().unwrap();
    assert_eq!(feedback.attempts, 8);
    assert_eq!(
        feedback.state,
        FeedbackState::GivenUp {
            why: "status 500: Stealthwatch Cloud failed".to_owned()
        }
    );
    assert!(!format!("{feedback:?}").contains(SimulatedStealthwatch::KEY));
}

#[tokio::test]
async fn an_alert_that_the_detector_does_not_know_any_more_is_given_up_at_once() {
    let stand = telling(StealthwatchFeedback::default()).await;
    attack(&stand, "a").await;
    stand.stealthwatch.set_fault(Fault::Status {
        code: 404,
        times: 1,
        retry_after: None,
    });
    tell(&stand).await;
    let [feedback] = given_up(&stand).await.try_into().unwrap();
    assert_eq!(feedback.attempts, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_tells_by_itself_and_does_not_wait_for_a_detector_when_it_stops() {
    let stand = telling(StealthwatchFeedback::default()).await;
    let stop = CancellationToken::new();
    let telling = tokio::spawn(feedback::run(Arc::clone(&stand.host), stop.clone()));
    attack(&stand, "a").await;
    let deadline = Instant::now() + Duration::from_secs(30);
    while alert(&stand).comments.is_empty() {
        assert!(Instant::now() < deadline, "nobody was told");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    stand.stealthwatch.set_fault(Fault::Slow(Duration::from_secs(600)));
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(10), telling)
        .await
        .unwrap()
        .unwrap();
}
