//! Leases in the table.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use super::{
    super::{Lease, Leasing, Owner, Target},
    Failure, Lasting,
    item::{Item, unreadable},
    key,
    table::Table,
    targets,
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
            let (owner, until) = read(&found)?;
            if until > now {
                return Ok(Leasing::Theirs { owner, until });
            }
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

/// See [`super::super::Journal::leases`].
pub(super) async fn all(table: &Table, now: Timestamp) -> Result<Vec<Lease>, Failure> {
    let mut leases = Vec::new();
    for (target, item) in items(table).await? {
        let (owner, until) = read(&item)?;
        if until > now {
            leases.push(Lease { target, owner, until });
        }
    }
    Ok(leases)
}

/// See [`super::super::Journal::break_leases`]. An attempt on a delivery ends by itself, soon.
pub(super) async fn break_all(table: &Table) -> Result<(), Failure> {
    for (_, item) in items(table).await? {
        table.delete(&item.key).await?;
    }
    Ok(())
}

/// All leases, ended or not. For a person, who asks seldom.
async fn items(table: &Table) -> Result<Vec<(Target, Item)>, Failure> {
    let (mut leases, mut from) = (Vec::new(), None);
    loop {
        let (items, next) = table.scan(from).await?;
        for item in items.into_iter().filter(|item| item.key.sk == key::LEASE) {
            if let Some(word) = item.key.pk.strip_prefix("target#") {
                leases.push((targets::of_word(word)?, item));
            }
        }
        from = next;
        if from.is_none() {
            return Ok(leases);
        }
    }
}

/// Whose a lease is, and until when.
fn read(item: &Item) -> Result<(Owner, Timestamp), Failure> {
    let (Some(owner), Some(until)) = (item.text("holder"), item.number("leased_until")) else {
        return Err(unreadable("lease", &item.key.pk));
    };
    let until = Timestamp::from_millisecond(until).map_err(|_| unreadable("time", &until.to_string()))?;
    Ok((Owner::new(owner), until))
}

fn number(number: i64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}
