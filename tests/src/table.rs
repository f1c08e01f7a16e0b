//! Tables of DynamoDB for journals, at moto.

use std::{
    io::Read,
    sync::atomic::{AtomicU32, Ordering},
};

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType},
};
use flate2::read::DeflateDecoder;

use crate::moto::Moto;

/// The journal in a table, beside those who write it.
pub fn journal_in(moto: &Moto, table: &str) -> quell::hold::DynamoJournal {
    quell::hold::DynamoJournal::new(&moto.sdk_config(), None, table, jiff::SignedDuration::from_hours(1))
}

/// Makes a table as the deployment template has it, and gives its name.
///
/// # Panics
/// If moto does not make it.
pub async fn new_table(moto: &Moto) -> String {
    static TABLES: AtomicU32 = AtomicU32::new(0);
    let name = format!(
        "quell-{}-{}",
        std::process::id(),
        TABLES.fetch_add(1, Ordering::Relaxed)
    );
    let mut call = Client::new(&moto.sdk_config())
        .create_table()
        .table_name(&name)
        .billing_mode(BillingMode::PayPerRequest);
    for (key, kind) in [("pk", KeyType::Hash), ("sk", KeyType::Range)] {
        let attribute = AttributeDefinition::builder().attribute_name(key);
        let attribute = attribute.attribute_type(ScalarAttributeType::S).build().expect("whole");
        let element = KeySchemaElement::builder().attribute_name(key).key_type(kind).build();
        call = call
            .attribute_definitions(attribute)
            .key_schema(element.expect("whole"));
    }
    call.send().await.expect("moto makes tables");
    name
}

/// All that a table has, value by value, by a scan: names of attributes, keys, texts, numbers and bytes. What a journal has packed is there as it was before, too.
///
/// # Panics
/// If moto does not let it be read.
pub async fn scanned(moto: &Moto, table: &str) -> Vec<Vec<u8>> {
    let client = Client::new(&moto.sdk_config());
    let mut values = Vec::new();
    let mut from = None;
    loop {
        let call = client.scan().table_name(table).consistent_read(true);
        let page = call.set_exclusive_start_key(from).send().await.expect("moto scans");
        for (name, value) in page.items().iter().flatten() {
            values.push(name.clone().into_bytes());
            take(value, &mut values);
        }
        from = page.last_evaluated_key;
        if from.is_none() {
            return values;
        }
    }
}

fn take(value: &AttributeValue, values: &mut Vec<Vec<u8>>) {
    match value {
        AttributeValue::S(text) | AttributeValue::N(text) => values.push(text.clone().into_bytes()),
        AttributeValue::Ss(texts) | AttributeValue::Ns(texts) => {
            values.extend(texts.iter().map(|text| text.clone().into_bytes()));
        }
        AttributeValue::B(bytes) => {
            let bytes: &[u8] = bytes.as_ref();
            let mut unpacked = Vec::new();
            // What is not packed is no error: it is there as it is.
            let _ = DeflateDecoder::new(bytes).read_to_end(&mut unpacked);
            values.extend([bytes.to_vec(), unpacked]);
        }
        AttributeValue::L(list) => list.iter().for_each(|value| take(value, values)),
        AttributeValue::M(map) => {
            for (name, value) in map {
                values.push(name.clone().into_bytes());
                take(value, values);
            }
        }
        _ => {}
    }
}
