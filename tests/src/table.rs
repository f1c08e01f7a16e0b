//! Tables of DynamoDB for journals, at moto.

use std::sync::atomic::{AtomicU32, Ordering};

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType},
};

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
