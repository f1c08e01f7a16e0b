//! That all is over.

use quell::{
    config::feedback::StealthwatchFeedback,
    way::order::{Order, Release},
};

use crate::stood::*;

fn told() -> StealthwatchFeedback {
    StealthwatchFeedback {
        on_end: true,
        ..StealthwatchFeedback::default()
    }
}

/// Lets time pass in steps, and the timer and the teller do what is due.
async fn pass(stand: &quell_tests::stand::Stand, minutes: i64) {
    for _ in 0..minutes / 10 {
        stand.pass(600).await.unwrap();
        tell(stand).await;
    }
}

#[tokio::test]
async fn when_the_blocks_end_the_alert_says_so_once() {
    let stand = telling(told()).await;
    attack(&stand, "a").await;
    tell(&stand).await;
    pass(&stand, 60).await;
    assert_eq!(alert(&stand).comments.len(), 1, "they are in force");
    pass(&stand, 24 * 60).await;
    let comments = alert(&stand).comments;
    insta::assert_snapshot!(comments.last().unwrap());
    pass(&stand, 24 * 60).await;
    assert_eq!(alert(&stand).comments.len(), 2);
}

#[tokio::test]
async fn blocks_that_are_extended_are_not_over_and_blocks_that_are_released_are() {
    let stand = telling(told()).await;
    attack(&stand, "a").await;
    pass(&stand, 23 * 60).await;
    stand.report("b", &again()).await.unwrap();
    pass(&stand, 3 * 60).await;
    assert_eq!(alert(&stand).comments.len(), 1, "they go on");
    let holds = stand.holds().await.unwrap().iter().map(|hold| hold.id).collect();
    let release = Order::Release(Release {
        holds,
        ..Release::default()
    });
    stand.host.carry_order(release).await.unwrap();
    pass(&stand, 20).await;
    let comments = alert(&stand).comments;
    assert_eq!(comments.len(), 2);
    assert!(comments[1].contains("released at"), "{comments:?}");
}
