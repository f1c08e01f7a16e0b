//! What Stealthwatch Cloud is told.

use quell::{
    config::feedback::{Merit, StealthwatchFeedback},
    report::Mode,
    simulated_stealthwatch::SimulatedAlert,
};
use quell_tests::recorded;

use crate::stood::*;

#[tokio::test]
async fn an_attack_that_was_blocked_is_commented_on_and_closed() {
    let told = StealthwatchFeedback {
        close: true,
        merit: Some(Merit::Helpful),
        tags: vec!["quell".to_owned()],
        ..StealthwatchFeedback::default()
    };
    let stand = telling(told).await;
    assert_eq!(attack(&stand, "a").await, "acted");
    assert_eq!(
        alert(&stand),
        SimulatedAlert::default(),
        "nobody waits for the detector"
    );
    tell(&stand).await;
    let alert = alert(&stand);
    assert_eq!((alert.resolved, alert.merit), (true, Some(8)));
    assert_eq!(alert.tags, ["quell"]);
    insta::assert_snapshot!(alert.comments.join("\n---\n"));
}

#[tokio::test]
async fn an_alert_that_comes_again_because_it_was_commented_on_is_not_commented_on_for_ever() {
    let stand = telling(StealthwatchFeedback::default()).await;
    attack(&stand, "a").await;
    tell(&stand).await;
    for delivery in ["b", "c"] {
        stand.report(delivery, &again()).await.unwrap();
        tell(&stand).await;
    }
    assert_eq!(alert(&stand).comments.len(), 1);
    assert!(!alert(&stand).resolved);
}

#[tokio::test]
async fn who_only_observes_or_explains_tells_nobody() {
    let stand = telling_in(Mode::Observe, StealthwatchFeedback::default()).await;
    attack(&stand, "a").await;
    tell(&stand).await;
    let stand_that_explains = telling(StealthwatchFeedback::default()).await;
    let decoded = quell::alert::Decoders::default()
        .decode(quell::alert::Detector::StealthwatchCloud, recorded::ATTACK.as_bytes());
    stand_that_explains.host.explain(decoded.unwrap()).await.unwrap();
    tell(&stand_that_explains).await;
    for stand in [stand, stand_that_explains] {
        assert_eq!(alert(&stand), SimulatedAlert::default());
    }
}

#[tokio::test]
async fn an_alert_that_nothing_was_done_about_is_left_alone() {
    let stand = telling(StealthwatchFeedback::default()).await;
    stand.report("a", recorded::TEST).await.unwrap();
    let before = stand.stealthwatch.requests();
    tell(&stand).await;
    assert_eq!(stand.stealthwatch.requests(), before);
}
