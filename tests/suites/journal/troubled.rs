//! That the trouble in which the conformance tests are run is there, and is what DynamoDB makes; and the pieces in which it answers.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client,
    config::{Builder, retry::RetryConfig},
    error::{ProvideErrorMetadata, SdkError},
    operation::transact_write_items::TransactWriteItemsError,
    types::{AttributeValue, Put as PutOfItem, TransactWriteItem},
};
use quell_tests::{
    everything,
    proxy::{Ec2Proxy, Kind, MISHAPS, Trouble, Whom},
    table::new_table,
};

use crate::opened::*;

/// An item that is nothing but its key.
fn item(name: &str) -> HashMap<String, AttributeValue> {
    ["pk", "sk"]
        .map(|key| (key.to_owned(), AttributeValue::S(name.to_owned())))
        .into()
}

/// The status and the code of what was answered.
fn told<E: ProvideErrorMetadata>(error: &SdkError<E>) -> (u16, &str) {
    let status = error.raw_response().unwrap().status().as_u16();
    (status, error.code().unwrap())
}

/// Why a transaction was cancelled, item by item.
fn reasons(error: SdkError<TransactWriteItemsError>) -> Vec<String> {
    assert_eq!(told(&error), (400, "TransactionCanceledException"));
    match error.into_service_error() {
        TransactWriteItemsError::TransactionCanceledException(cancelled) => {
            let reasons = cancelled.cancellation_reasons().iter();
            reasons.map(|reason| reason.code().unwrap().to_owned()).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn trouble_is_told_as_dynamodb_tells_it() {
    let moto = moto().await;
    let table = new_table(&moto).await;
    let proxy = Ec2Proxy::start(&moto.endpoint()).await.unwrap();
    let config = moto.sdk_config().into_builder().endpoint_url(proxy.endpoint()).build();
    let config = Builder::from(&config).retry_config(RetryConfig::disabled()).build();
    let client = Client::from_conf(config);
    let once = |kind: Kind| proxy.set(Trouble::new(kind, Whom::All).times(1));

    let read = client.get_item().table_name(&table).set_key(Some(item("a")));
    for (kind, status, code) in [
        (Kind::Throttled, 400, "ProvisionedThroughputExceededException"),
        (Kind::ThrottledByAccount, 400, "ThrottlingException"),
        (Kind::Fails, 500, "InternalServerError"),
    ] {
        once(kind);
        let error = read.clone().send().await.unwrap_err();
        assert_eq!(told(&error), (status, code));
    }
    once(Kind::Conflict);
    assert!(
        read.clone().send().await.unwrap().item.is_none(),
        "a read is in nobody's way"
    );
    let write = client.put_item().table_name(&table).set_item(Some(item("a")));
    let error = write.clone().send().await.unwrap_err();
    assert_eq!(told(&error), (400, "TransactionConflictException"));
    once(Kind::Lost);
    let error = write.clone().send().await.unwrap_err();
    assert!(matches!(error, SdkError::DispatchFailure(_)), "{error:?}");
    assert!(
        read.clone().send().await.unwrap().item.is_some(),
        "it is done all the same"
    );

    let puts = ["b", "c", "d"].map(|name| {
        let put = PutOfItem::builder().table_name(&table).set_item(Some(item(name)));
        TransactWriteItem::builder().put(put.build().unwrap()).build()
    });
    let transaction = client.transact_write_items().set_transact_items(Some(puts.to_vec()));
    for (kind, reason) in [
        (Kind::Conflict, "TransactionConflict"),
        (Kind::Cancelled, "ThrottlingError"),
    ] {
        once(kind);
        let error = transaction.clone().send().await.unwrap_err();
        assert_eq!(reasons(error), ["None", reason, "None"]);
    }
    transaction.send().await.unwrap();
}

#[tokio::test]
async fn each_kind_of_mishap_befalls_a_journal_in_trouble() {
    let journal = dynamo_in_trouble().await;
    everything::keep(&*journal).await.unwrap();
    for number in 0..20 {
        put(&journal, intent(&format!("192.0.2.{number}/32"), None), "a", 300).await;
    }
    let (requests, mishaps) = (journal.passed().len(), journal.mishaps());
    for kind in MISHAPS {
        assert!(mishaps.contains(&kind), "{kind:?} is not among {mishaps:?}");
    }
    assert!(requests < mishaps.len() * 8, "{} of {requests}", mishaps.len());
}

#[tokio::test]
async fn whichever_way_several_items_are_asked_for_they_come_in_pieces() {
    let journal = dynamo_in_pieces().await;
    everything::keep(&*journal).await.unwrap();
    for name in ["b", "c", "d"] {
        journal.admit(&delivery(name), 100).await.unwrap();
    }
    assert_eq!(journal.backlog().await.unwrap().waiting, 5);
    assert_eq!(journal.holds(&everything()).await.unwrap().len(), 6);
    assert_eq!(situation(&journal, 200).await.own.len(), 3);
    assert_eq!(Inventory::of(&*journal).await.unwrap().counted.deliveries, 7);

    let passed = journal.passed().into_iter();
    let cut: Vec<_> = passed
        .filter(|passed| passed.befell == Some(Kind::InPieces))
        .map(|passed| passed.request)
        .collect();
    for (action, backwards, counts) in [
        ("Query", false, false),
        ("Query", true, false),
        ("Query", false, true),
        ("Scan", false, false),
        ("BatchGetItem", false, false),
    ] {
        let is_it = cut
            .iter()
            .any(|it| it.action == action && it.backwards == backwards && it.counts == counts);
        assert!(
            is_it,
            "no {action} was cut (backwards: {backwards}, to count: {counts})"
        );
    }
}
