//! Holds: all of them or none.

use super::*;

#[tokio::test]
async fn holds_are_put_in_force_all_or_none() {
    let journal = journal();
    let mut broken = intent("203.0.113.8/32", None);
    broken.remedy = Remedy::deny("203.0.113.8/32".parse().unwrap(), Direction::Egress);
    journal
        .desk
        .ask("forbid egress", |sql| {
            let forbid = "CREATE TRIGGER no_egress BEFORE INSERT ON holds WHEN new.direction = 'egress'
                          BEGIN SELECT raise(ABORT, 'no egress'); END";
            Ok(sql.execute_batch(forbid)?)
        })
        .await
        .unwrap();
    let intents = [intent("203.0.113.7/32", None), broken];
    journal.put_in_force(&intents, &id("a"), at(0)).await.unwrap_err();
    assert!(journal.holds(&everything()).await.unwrap().is_empty());
    assert!(journal.unfinished().await.unwrap().is_empty());
}
