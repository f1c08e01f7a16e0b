//! The long texts of a delivery: packed, and cut into parts that fit into items.

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};

use super::{
    super::{DeliveryId, JournalError},
    Failure,
    item::Item,
    key::{self, Key},
    packed,
    table::Table,
    transaction::Transaction,
};

/// What was sent.
pub(super) const BODY: &str = "body";
/// What was found and done.
pub(super) const REPORT: &str = "report";
/// Of a part: its bytes.
const BYTES: &str = "bytes";
/// How many bytes of a text one item has: DynamoDB takes items of up to 400 KB.
const PART: usize = 350_000;
/// How many parts a text has at most: DynamoDB takes transactions of up to 4 MB, and what stands around the parts needs some of it.
pub(super) const MOST_PARTS: usize = 11;

/// Writes a text of a delivery in parts, and gives their number.
pub(super) fn write(
    transaction: &mut Transaction<'_>,
    id: &DeliveryId,
    what: &str,
    text: &str,
    expires: Option<i64>,
) -> Result<usize, Failure> {
    if text.is_empty() {
        return Ok(0);
    }
    let packed = packed::pack(text)?;
    let parts = packed.chunks(PART);
    let count = parts.len();
    if count > MOST_PARTS {
        return Err(JournalError::TooLong {
            what: format!("{what} of delivery {id}"),
            bytes: packed.len(),
            most: MOST_PARTS * PART,
        }
        .into());
    }
    for (index, part) in parts.enumerate() {
        let item = Item::new(key::part(id, what, index));
        let item = item.with(BYTES, AttributeValue::B(Blob::new(part)));
        transaction.overwrite(item.expiring(expires));
    }
    Ok(count)
}

/// A text of a delivery out of its parts, of which there are so many among these items.
pub(super) fn read(items: &[Item], id: &DeliveryId, what: &str, count: usize) -> Result<String, Failure> {
    let parts = (0..count).flat_map(|index| {
        let key = key::part(id, what, index);
        items.iter().find(|item| item.key == key)
    });
    let bytes: Vec<u8> = parts.filter_map(|part| part.bytes(BYTES)).flatten().copied().collect();
    packed::unpack(&bytes)
}

/// Lets some parts be removed at a time, in seconds since 1970, each by itself: the items that a transaction alters count with all that they have, and together
/// they have more than it takes.
pub(super) async fn expire_each(table: &Table, parts: impl Iterator<Item = Key>, at: i64) -> Result<(), Failure> {
    for part in parts {
        let call = table
            .update(&part)
            .update_expression("SET expires = :at")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":at", AttributeValue::N(at.to_string()));
        table.updated(call).await?;
    }
    Ok(())
}
