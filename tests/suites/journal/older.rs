//! A table that was there before its ledger.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, PutRequest, WriteRequest},
};
use ipnet::IpNet;
use quell::hold::ledger::verify::verify;
use quell_tests::table::new_table;

use crate::opened::*;

/// More than one record names.
const MANY: u32 = 3_100;

/// A pardon as it lies in a table.
fn item(number: u32) -> WriteRequest {
    let prefix: IpNet = format!("2001:db8::{number:x}/128").parse().unwrap();
    let pardon = Pardon {
        prefix,
        since: at(0),
        until: Pardon::WITHOUT_END,
        reason: "a partner".to_owned(),
    };
    let attributes = [
        ("pk", "global".to_owned()),
        ("sk", format!("pardon#{prefix}")),
        ("doc", serde_json::to_string(&pardon).unwrap()),
    ];
    let item: HashMap<_, _> = attributes
        .map(|(name, text)| (name.to_owned(), AttributeValue::S(text)))
        .into();
    let put = PutRequest::builder().set_item(Some(item)).build().unwrap();
    WriteRequest::builder().put_request(put).build()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_order_where_more_is_pardoned_than_one_record_names_is_done_and_all_of_it_is_told() {
    let moto = moto().await;
    let table = new_table(&moto).await;
    let client = Client::new(&moto.sdk_config());
    let items: Vec<_> = (0..MANY).map(item).collect();
    for items in items.chunks(25) {
        let call = client.batch_write_item().request_items(&table, items.to_vec());
        let answer = call.send().await.unwrap();
        assert!(answer.unprocessed_items.unwrap_or_default().is_empty());
    }
    let journal = DynamoJournal::new(&moto.sdk_config(), None, &table, SignedDuration::from_hours(24));
    let pause = Pause {
        since: at(0),
        reason: "a change window".to_owned(),
    };
    journal.pause(&pause).await.unwrap();
    let verdict = verify(&journal, &[]).await.unwrap();
    assert_eq!(verdict.findings, []);
    assert_eq!((verdict.links, verdict.compared), (3, u64::from(MANY) + 1));
}
