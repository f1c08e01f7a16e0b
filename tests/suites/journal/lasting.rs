//! What a table keeps of what is over has an end.

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use quell_tests::table::new_table;

use crate::opened::*;

/// A day, in seconds.
const DAY: i64 = 24 * 60 * 60;

/// The keys of all that lies in a table: of what has an end, with the second since 1970 in which it may be removed, and of what has none.
async fn kept(client: &Client, table: &str) -> (Vec<(String, i64)>, Vec<String>) {
    let (mut ending, mut lasting) = (Vec::new(), Vec::new());
    let mut from = None;
    loop {
        let call = client.scan().table_name(table).set_exclusive_start_key(from);
        let answer = call.send().await.unwrap();
        for item in answer.items.unwrap_or_default() {
            let [pk, sk] = ["pk", "sk"].map(|key| item[key].as_s().unwrap().as_str());
            let key = format!("{pk} {sk}");
            match item.get("expires") {
                Some(expires) => ending.push((key, expires.as_n().unwrap().parse::<i64>().unwrap())),
                None => lasting.push(key),
            }
        }
        from = answer.last_evaluated_key;
        if from.is_none() {
            ending.sort();
            lasting.sort();
            return (ending, lasting);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hold_that_ended_nothing_stays_for_ever_and_of_one_in_force_nothing_is_removed() {
    let moto = moto().await;
    let table = new_table(&moto).await;
    let journal = DynamoJournal::new(&moto.sdk_config(), None, &table, SignedDuration::from_hours(24));
    let client = Client::new(&moto.sdk_config());
    let intents = [
        intent("203.0.113.7/32", Some(100)),
        intent("203.0.113.8/32", Some(200)),
        intent("203.0.113.9/32", None),
    ];
    let holds = journal.put_in_force(&intents, &id("a"), at(0)).await.unwrap();
    let (ending, _) = kept(&client, &table).await;
    assert!(ending.is_empty(), "{ending:?}");

    assert_eq!(journal.expire(at(100)).await.unwrap().len(), 1);
    journal.end(&[holds[2].id], EndReason::Released, at(101)).await.unwrap();
    let (ending, lasting) = kept(&client, &table).await;
    let (first, last) = (DAY + 100, DAY + 101);
    let expected = [
        ("hold#1 hold", first),
        ("hold#3 hold", last),
        ("prefix#203.0.113.7/32 8000000000000001", first),
        ("prefix#203.0.113.9/32 8000000000000003", last),
        ("target#111122223333#eu-west-1#acl-0a1b2c3d 0#8000000000000001", first),
        ("target#111122223333#eu-west-1#acl-0a1b2c3d 0#8000000000000003", last),
    ];
    assert_eq!(ending, expected.map(|(key, at)| (key.to_owned(), at)));
    for (begins, has) in [
        ("hold#2 hold", ""),
        ("prefix#203.0.113.8/32 8000000000000002", ""),
        ("target#111122223333#eu-west-1#acl-0a1b2c3d 2#hold#", "203.0.113.8/32"),
        ("ends ", "#8000000000000002"),
    ] {
        let of_it: Vec<_> = lasting.iter().filter(|key| key.starts_with(begins)).collect();
        assert!(of_it.len() == 1 && of_it[0].contains(has), "{begins}: {of_it:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_goes_long_after_its_last_hold_and_not_if_another_comes() {
    let moto = moto().await;
    let table = new_table(&moto).await;
    let journal = DynamoJournal::new(&moto.sdk_config(), None, &table, SignedDuration::from_hours(24));
    let client = Client::new(&moto.sdk_config());
    let of_it = [
        "target#111122223333#eu-west-1#acl-0a1b2c3d 2#state",
        "targets 111122223333#eu-west-1#acl-0a1b2c3d",
    ];
    let block = [intent("203.0.113.7/32", None)];
    let holds = journal.put_in_force(&block, &id("a"), at(0)).await.unwrap();
    journal.end(&[holds[0].id], EndReason::Released, at(1)).await.unwrap();
    let seen = journal.situation(&web(), at(2), at(0)).await.unwrap();
    let before = Timestamp::now().as_second();
    journal.converged(&web(), Some(seen.revision), &[]).await.unwrap();
    let (ending, _) = kept(&client, &table).await;
    for key in of_it {
        let found = ending.iter().find(|(ending, _)| ending == key);
        let (_, expires) = found.unwrap_or_else(|| panic!("{key} stays for ever: {ending:?}"));
        assert!(
            (before + 2 * DAY..before + 100 * DAY).contains(expires),
            "{key}: {expires}"
        );
    }

    journal.put_in_force(&block, &id("b"), at(3)).await.unwrap();
    let (ending, lasting) = kept(&client, &table).await;
    for key in of_it {
        assert!(
            lasting.iter().any(|lasting| lasting == key),
            "{key} is removed: {ending:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_settled_delivery_that_is_more_than_a_transaction_takes_nothing_stays_for_ever() {
    let moto = moto().await;
    let table = new_table(&moto).await;
    let journal = DynamoJournal::new(&moto.sdk_config(), None, &table, SignedDuration::from_hours(24));
    let mut large = delivery("a");
    large.body = noise(2_600_000);
    journal.admit(&large, 10).await.unwrap();
    let later = DeliveryState::Waiting { not_before: at(60) };
    journal.settle(&large.id, later, &noise(3_500_000)).await.unwrap();
    let report = noise(2_700_000);
    journal.settle(&large.id, DeliveryState::Done, &report).await.unwrap();
    let kept = journal.delivery(&large.id).await.unwrap().unwrap();
    assert!(kept.body == large.body && kept.report == report);

    let client = Client::new(&moto.sdk_config());
    let (mut found, mut from) = (Vec::new(), None);
    loop {
        let call = client.query().table_name(&table).set_exclusive_start_key(from);
        let call = call
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", AttributeValue::S("delivery#a".to_owned()));
        let answer = call.send().await.unwrap();
        found.extend(answer.items.unwrap_or_default());
        from = answer.last_evaluated_key;
        if from.is_none() {
            break;
        }
    }
    assert!(found.len() > 12, "they fit into one transaction");
    assert!(found.iter().all(|item| item.contains_key("expires")));
}
