//! What a table keeps of what is over has an end.

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use quell_tests::table::new_table;

use crate::opened::*;

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
