//! The history of an address.

use super::*;

#[tokio::test]
async fn the_history_of_an_address_knows_every_prefix_around_it_in_both_families() {
    let journal = journal().await;
    put(&journal, intent("203.0.113.0/24", Some(100)), "a", 0).await;
    put(&journal, intent("203.0.113.7/32", Some(200)), "b", 50).await;
    put(&journal, intent("2001:db8::/64", None), "c", 60).await;
    journal.expire(at(150)).await.unwrap();
    let history = journal.history("203.0.113.7".parse().unwrap(), at(150)).await.unwrap();
    assert_eq!((history.holds, history.offences, history.in_force), (2, 2, 1));
    assert_eq!((history.last_since, history.last_until), (Some(at(50)), Some(at(200))));
    let history = journal.history("2001:db8::7".parse().unwrap(), at(150)).await.unwrap();
    assert_eq!((history.holds, history.last_until), (1, None));
    assert_eq!(
        journal.history("203.0.114.7".parse().unwrap(), at(150)).await.unwrap(),
        History::default()
    );
}

#[tokio::test]
async fn an_instance_in_two_subnets_does_not_make_an_address_offend_twice() {
    let journal = journal().await;
    let everywhere = |until| {
        let mut intents = Vec::new();
        for target in [web(), database()] {
            for direction in Direction::BOTH {
                intents.push(Intent {
                    target: target.clone(),
                    remedy: Remedy::deny("203.0.113.7/32".parse().unwrap(), direction),
                    ..intent("203.0.113.7/32", until)
                });
            }
        }
        intents
    };
    let address = "203.0.113.7".parse().unwrap();
    journal
        .put_in_force(&everywhere(Some(100)), &id("a"), at(0))
        .await
        .unwrap();
    journal
        .put_in_force(&everywhere(Some(100)), &id("b"), at(10))
        .await
        .unwrap();
    let history = journal.history(address, at(20)).await.unwrap();
    assert_eq!((history.holds, history.offences, history.in_force), (1, 2, 1));
    assert_eq!((history.last_since, history.last_until), (Some(at(0)), Some(at(100))));

    journal.expire(at(100)).await.unwrap();
    journal
        .put_in_force(&everywhere(None), &id("c"), at(200))
        .await
        .unwrap();
    let history = journal.history(address, at(200)).await.unwrap();
    assert_eq!((history.holds, history.offences, history.in_force), (2, 3, 1));
    assert_eq!((history.last_since, history.last_until), (Some(at(200)), None));
}

#[tokio::test]
async fn of_holds_that_began_together_the_last_end_counts() {
    let journal = journal().await;
    let there = Intent {
        target: database(),
        ..intent("203.0.113.7/32", Some(100))
    };
    let intents = [intent("203.0.113.7/32", Some(100)), there];
    let holds = journal.put_in_force(&intents, &id("a"), at(0)).await.unwrap();
    journal.end(&[holds[0].id], EndReason::Released, at(50)).await.unwrap();
    let address = "203.0.113.7".parse().unwrap();
    let history = journal.history(address, at(60)).await.unwrap();
    assert_eq!((history.in_force, history.last_until), (1, Some(at(100))));
    journal.end(&[holds[1].id], EndReason::Released, at(70)).await.unwrap();
    let history = journal.history(address, at(80)).await.unwrap();
    assert_eq!((history.in_force, history.last_until), (0, Some(at(70))));
}
