//! Leases in the table.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use super::{
    super::{Lease, Leasing, Owner, Target},
    Failure, Lasting,
    item::unreadable,
    key,
    table::Table,
    tries::Tries,
};

/// See [`super::super::Journal::lease`]. One conditional write; asked twice by the same it is the same lease.
pub(super) async fn lease(
    table: &Lasting,
    target: &Target,
    owner: &Owner,
    now: Timestamp,
    until: Timestamp,
) -> Result<Leasing, Failure> {
    let place = key::lease(target);
    let mut tries = Tries::default();
    loop {
        let call = table
            .table
            .update(&place)
            .update_expression("SET holder = :owner, leased_until = :until, expires = :expires")
            .condition_expression("attribute_not_exists(pk) OR holder = :owner OR leased_until <= :now")
            .expression_attribute_values(":owner", Table::text(owner.as_str()))
            .expression_attribute_values(":until", number(until.as_millisecond()))
            .expression_attribute_values(":now", number(now.as_millisecond()))
            .expression_attribute_values(":expires", number(table.expires(until)));
        if table.table.updated(call).await?.is_some() {
            return Ok(Leasing::Ours(Lease {
                target: target.clone(),
                owner: owner.clone(),
                until,
            }));
        }
        if let Some(found) = table.table.get(&place).await? {
            let (Some(holder), Some(until)) = (found.text("holder"), found.number("leased_until")) else {
                return Err(unreadable("lease", &place.pk));
            };
            let until = Timestamp::from_millisecond(until).map_err(|_| unreadable("time", &until.to_string()))?;
            return Ok(Leasing::Theirs {
                owner: Owner::new(holder),
                until,
            });
        }
        // It was given back in between.
        tries.wait().await?;
    }
}

/// See [`super::super::Journal::give_back`].
pub(super) async fn give_back(table: &Table, lease: &Lease) -> Result<(), Failure> {
    let call = table
        .update(&key::lease(&lease.target))
        .update_expression("SET leased_until = :over")
        .condition_expression("holder = :owner")
        .expression_attribute_values(":owner", Table::text(lease.owner.as_str()))
        .expression_attribute_values(":over", number(Timestamp::MIN.as_millisecond()));
    table.updated(call).await.map(drop)
}

/// See [`super::super::Journal::break_leases`].
pub(super) async fn break_all(table: &Table) -> Result<(), Failure> {
    let mut from = None;
    loop {
        let (items, next) = table.scan(from).await?;
        for lease in items.iter().filter(|item| item.key.sk == key::LEASE) {
            table.delete(&lease.key).await?;
        }
        from = next;
        if from.is_none() {
            return Ok(());
        }
    }
}

fn number(number: i64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}
