//! More than fits into one item, one transaction or one page.

use super::*;

#[tokio::test]
async fn an_alert_of_a_mebibyte_with_a_report_of_many_comes_back_as_it_was() {
    let journal = journal().await;
    let mut large = delivery("a");
    large.body = noise(1 << 20);
    journal.admit(&large, 10).await.unwrap();
    assert_eq!(attempt(&journal, "a", 0).await, Attempt::Ours(1));
    // What Quell reports has the alert in it, and much that repeats itself.
    let report = format!("{}{}", large.body, "{\"prefix\":\"203.0.113.7/32\"}".repeat(150_000));
    journal.settle(&large.id, DeliveryState::Done, &report).await.unwrap();
    let kept = journal.delivery(&large.id).await.unwrap().unwrap();
    assert!(kept.body == large.body && kept.report == report);
    let to = sqlite().await;
    archive::copy(&*journal, &*to, |_| {}).await.unwrap();
    let copied = super::journal().await;
    archive::copy(&*to, &*copied, |_| {}).await.unwrap();
    assert!(copied.delivery(&large.id).await.unwrap().unwrap() == kept);
}

#[tokio::test]
async fn more_holds_than_fit_into_a_transaction_are_put_in_force_and_end_together() {
    let journal = journal().await;
    let intents: Vec<_> = (0..60)
        .map(|number| intent(&format!("203.0.113.{number}/32"), Some(100)))
        .collect();
    let holds = journal.put_in_force(&intents, &id("a"), at(0)).await.unwrap();
    assert_eq!(holds.len(), 60);
    assert_eq!(situation(&journal, 1).await.holds.len(), 60);
    let ids: Vec<_> = holds.iter().map(|hold| hold.id).take(30).collect();
    assert_eq!(journal.extend(&ids, Some(at(200))).await.unwrap().len(), 30);
    assert_eq!(journal.expire(at(100)).await.unwrap().len(), 30);
    assert_eq!(journal.end(&ids, EndReason::Released, at(101)).await.unwrap().len(), 30);
    assert!(situation(&journal, 102).await.holds.is_empty());
    assert_eq!(journal.holds(&everything()).await.unwrap().len(), 60);
}

#[tokio::test]
async fn more_that_must_stay_reachable_than_fits_into_a_transaction_stays_reachable() {
    let journal = journal().await;
    let spare = (0..250).map(|number| format!("10.0.{number}.0/24").parse().unwrap());
    let sparing = Intent {
        spare: spare.collect(),
        ..intent("203.0.113.7/32", None)
    };
    put(&journal, sparing, "a", 0).await;
    let seen = situation(&journal, 1).await;
    assert_eq!((seen.spare.len(), seen.holds.len()), (250, 1));
}
