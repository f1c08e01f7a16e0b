//! All that the table keeps, as DynamoDB has it, and writing what another journal kept.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use futures::future::try_join_all;

use super::{
    super::{
        DeliveryId, Hold, KeptImage, OwnEntry, Pardon, Pause, Target,
        archive::{Page, Place, Record},
    },
    AT_ONCE, Failure, Lasting, changes, deliveries, feedback, history,
    holds::{self, Kept},
    images,
    item::{Item, from_json, key_attributes, to_json},
    key::{self, Key},
    ledger, notes,
    own::{self, Standing},
    pardons, pauses,
    table::Table,
    targets,
    transaction::{Committed, Transaction},
    tries::Tries,
};

/// See [`super::super::Journal::records`].
pub(super) async fn records(table: &Table, from: Option<&Place>) -> Result<Page, Failure> {
    let from = match from {
        Some(place) => {
            let (pk, sk): (String, String) = from_json("place in the journal", &place.0)?;
            Some(key_attributes(&Key { pk, sk }))
        }
        None => None,
    };
    let (items, next) = table.scan(from).await?;
    let mut records = Vec::new();
    for item in &items {
        records.extend(record(table, item).await?);
    }
    let next = next.map(Item::read).transpose()?;
    let next = next.map(|item| to_json(&(item.key.pk, item.key.sk))).transpose()?;
    Ok(Page {
        records,
        next: next.map(Place),
    })
}

/// The record that an item is. None if it is only a part of one, or can be known from others.
async fn record(table: &Table, item: &Item) -> Result<Option<Record>, Failure> {
    let (pk, sk) = (item.key.pk.as_str(), item.key.sk.as_str());
    if pk.starts_with("delivery#") && sk == "state" {
        let whole = table.query(&key::whole_partition(pk), None).await?;
        return Ok(deliveries::read(&whole)?.map(Record::Delivery));
    }
    if pk.starts_with("change#") {
        return changes::record(item).map(Some);
    }
    if pk.starts_with("feedback#") {
        return feedback::read(item).map(Record::Feedback).map(Some);
    }
    if pk == "chains" {
        return ledger::read_state(item).map(Record::Chain).map(Some);
    }
    if pk.starts_with(key::CHAIN) {
        return Ok(Some(Record::Link(ledger::read(item))));
    }
    if pk.starts_with(key::NOTE) {
        return notes::read(item).map(Record::Note).map(Some);
    }
    if pk == "global" {
        return Ok(match sk {
            "pause" => Some(Record::Pause(item.doc::<Pause>("pause")?)),
            _ if sk.starts_with("pardon#") => Some(Record::Pardon(item.doc::<Pardon>("pardon")?)),
            _ => None,
        });
    }
    let Some(target) = pk.strip_prefix("target#").map(targets::of_word).transpose()? else {
        return Ok(None);
    };
    if holds::is_one(item) || holds::is_ended(item) {
        let kept = Kept::read(item)?;
        return Ok(Some(Record::Hold {
            hold: Box::new(kept.hold),
            began_by: DeliveryId::read(&kept.began_by),
            deliveries: kept.deliveries.iter().map(|id| DeliveryId::read(id)).collect(),
        }));
    }
    if own::is_one(item) {
        return Ok(Some(Record::Own(target, own::read(item)?)));
    }
    if images::is_one(item) {
        return Ok(Some(Record::Image(target, images::read(item)?)));
    }
    Ok(targets::spared(item)?.map(|prefix| Record::Spare(target, prefix)))
}

/// See [`super::super::Journal::restore`].
pub(super) async fn restore(table: &Lasting, records: &[Record]) -> Result<(), Failure> {
    let holds = || {
        records.iter().filter_map(|record| match record {
            Record::Hold { hold, .. } => Some(hold),
            _ => None,
        })
    };
    let denials = holds().filter_map(|hold| hold.remedy.denial());
    history::note_lengths(table, denials.map(|denial| denial.prefix)).await?;
    // What a link tells of may have been removed: its number is given to no other hold.
    let told = records.iter().filter_map(|record| match record {
        Record::Link(link) => link.numbers().0,
        _ => None,
    });
    if let Some(last) = holds().map(|hold| hold.id.0).chain(told).max() {
        count_from(table, last).await?;
    }
    // Each writes items of its own.
    for some in records.chunks(AT_ONCE) {
        let mut writes = Vec::new();
        for record in some {
            writes.push(put(table, record));
        }
        try_join_all(writes).await?;
    }
    let touched: BTreeSet<_> = records.iter().filter_map(touched).collect();
    targets::touch_some(&table.table, &touched.into_iter().collect::<Vec<_>>()).await?;
    for record in records {
        match record {
            Record::Pardon(pardon) => pardons::restore(&table.table, pardon).await?,
            Record::Pause(pause) => pauses::restore(&table.table, pause).await?,
            Record::Feedback(feedback) => feedback::stand(table, feedback).await?,
            _ => {}
        }
    }
    Ok(())
}

/// The target that is not finished with a record.
fn touched(record: &Record) -> Option<&Target> {
    match record {
        Record::Hold { hold, .. } => Some(&hold.target),
        Record::Own(target, _) | Record::Image(target, _) => Some(target),
        _ => None,
    }
}

/// How many bytes of the deliveries of a hold are kept: a file keeps all of them, and an item has 400 KB.
const MOST_OF_DELIVERIES: usize = 200_000;

/// The last of some deliveries, as many as an item has room for.
fn newest(deliveries: &[DeliveryId]) -> Vec<String> {
    let mut left = MOST_OF_DELIVERIES;
    let fit = deliveries.iter().rev().take_while(|id| {
        let fits = id.as_str().len() <= left;
        left = left.saturating_sub(id.as_str().len());
        fits
    });
    let mut newest: Vec<_> = fit.map(ToString::to_string).collect();
    newest.reverse();
    newest
}

/// Lets the numbers of new holds begin behind this one.
async fn count_from(table: &Lasting, last: i64) -> Result<(), Failure> {
    let call = table
        .table
        .update(&key::last_hold())
        .update_expression("SET last_hold = :last")
        .condition_expression("attribute_not_exists(last_hold) OR last_hold < :last")
        .expression_attribute_values(":last", AttributeValue::N(last.to_string()));
    table.table.updated(call).await.map(drop)
}

/// Writes a record in a transaction.
async fn put(table: &Lasting, record: &Record) -> Result<(), Failure> {
    if let Record::Delivery(delivery) = record {
        return deliveries::restore(table, delivery).await;
    }
    let mut tries = Tries::default();
    loop {
        let mut transaction = Transaction::new(&table.table);
        write(table, &mut transaction, record)?;
        if transaction.commit().await? == Committed::Yes {
            return Ok(());
        }
        tries.wait().await?;
    }
}

fn write(table: &Lasting, transaction: &mut Transaction<'_>, record: &Record) -> Result<(), Failure> {
    match record {
        Record::Hold {
            hold,
            began_by,
            deliveries,
        } => {
            let kept = Kept {
                hold: Hold::clone(hold),
                began_by: began_by.to_string(),
                deliveries: newest(deliveries),
            };
            kept.restore(table, transaction)
        }
        Record::Change {
            id,
            target,
            change,
            begun,
            finished,
            request,
        } => {
            let (finished, request) = (finished.as_ref(), request.as_ref());
            for item in changes::restored(table, *id, target, change, *begun, finished, request)? {
                transaction.overwrite(item);
            }
            Ok(())
        }
        Record::Own(
            target,
            OwnEntry {
                entry,
                confirmed,
                written,
            },
        ) => {
            let standing = Standing {
                confirmed: *confirmed,
                written: *written,
            };
            transaction.overwrite(own::item(target, entry, standing)?);
            Ok(())
        }
        Record::Image(target, KeptImage { image, written }) => {
            transaction.overwrite(images::item(target, image, *written)?);
            Ok(())
        }
        Record::Spare(target, prefix) => {
            transaction.overwrite(Item::new(key::spare(target, *prefix)));
            Ok(())
        }
        Record::Chain(state) => {
            transaction.overwrite(ledger::state_item(state)?);
            Ok(())
        }
        Record::Link(link) => {
            transaction.overwrite(ledger::item(link));
            Ok(())
        }
        Record::Note(note) => {
            transaction.overwrite(notes::item(table, note));
            Ok(())
        }
        // They bear on other items, too.
        Record::Delivery(_) | Record::Pardon(_) | Record::Pause(_) | Record::Feedback(_) => Ok(()),
    }
}
