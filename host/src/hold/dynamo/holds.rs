//! Holds in the table.
//!
//! A hold in force lies with its target, at a place that only one hold for this target and remedy can have. Beside it lie, in the same transaction: where
//! the hold with its number is, its end among all ends, and what it did about a prefix or that it began.

mod put;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub(super) use self::put::put_within;
use super::{
    super::{Ended, Hold, Remedy, Target, ledger::Event},
    Failure, Lasting,
    history::About,
    item::{Item, from_json, to_json},
    key, ledger,
    transaction::Transaction,
};

/// Of a hold in force: its number.
pub(super) const ID: &str = "id";
/// Of a hold in force: how it is covered. A converge writes it, and leaves the mark of who wrote the hold last.
pub(super) const COVERAGE: &str = "coverage";

/// What is kept of a hold.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Kept {
    /// The hold. Its coverage stands beside it.
    #[serde(flatten)]
    pub(super) hold: Hold,
    /// The delivery that it began with.
    #[serde(rename = "began-by")]
    pub(super) began_by: String,
    /// The deliveries that asked for it last, so that the same delivery twice counts as one offence.
    pub(super) deliveries: Vec<String>,
}

/// Where a hold is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Place {
    pub(super) target: Target,
    pub(super) remedy: Remedy,
}

/// Whether an item of a target is a hold in force.
pub(super) fn is_one(item: &Item) -> bool {
    item.key.sk.starts_with(key::HOLD)
}

/// Whether an item of a target is a hold that ended.
pub(super) fn is_ended(item: &Item) -> bool {
    item.key.sk.starts_with(key::ENDED)
}

impl Kept {
    /// A hold out of its item.
    pub(super) fn read(item: &Item) -> Result<Self, Failure> {
        let mut kept: Self = item.doc("hold")?;
        if let Some(coverage) = item.text(COVERAGE) {
            kept.hold.coverage = from_json("coverage", coverage)?;
        }
        Ok(kept)
    }

    /// Its item, where it lies while it is in force.
    fn item(&self) -> Result<Item, Failure> {
        let key = key::hold(&self.hold.target, &self.hold.remedy);
        Ok(Item::saying(key, self)?.with_number(ID, self.hold.id.0))
    }

    /// Its item as it is put first.
    pub(super) fn new_item(&self) -> Result<Item, Failure> {
        let coverage = to_json(&self.hold.coverage)?;
        Ok(self.item()?.with(COVERAGE, AttributeValue::S(coverage)))
    }

    /// Writes it as it stands in another journal, in force or ended.
    pub(super) fn restore(&self, table: &Lasting, transaction: &mut Transaction<'_>) -> Result<(), Failure> {
        match self.hold.ended {
            Some(ended) => {
                let mut kept = self.clone();
                kept.hold.ended = None;
                over(table, transaction, kept, ended).map(drop)
            }
            None => {
                transaction.overwrite(self.new_item()?);
                note(transaction, self, None)
            }
        }
    }

    /// What lies elsewhere of it, removed after `expires` if it has ended.
    pub(super) fn notes(&self, expires: Option<i64>) -> Result<Vec<Item>, Failure> {
        let Hold { id, target, remedy, .. } = &self.hold;
        let place = Place {
            target: target.clone(),
            remedy: remedy.clone(),
        };
        let mut notes = vec![Item::saying(key::place_of(*id), &place)?];
        notes.push(match remedy.denial() {
            Some(denial) => Item::saying(key::about(denial.prefix, *id), &About::of(self))?,
            None => Item::saying(key::remedy(&target.place(), self.hold.since, *id), &place)?,
        });
        let number = id.0;
        let notes = notes
            .into_iter()
            .map(|note| note.with_number(ID, number).expiring(expires));
        Ok(notes.collect())
    }
}

/// Writes a hold in force that is otherwise than it was.
pub(super) fn alter(transaction: &mut Transaction<'_>, before: &Hold, kept: &Kept) -> Result<(), Failure> {
    transaction.put(kept.item()?);
    note(transaction, kept, before.until)
}

/// Writes what lies elsewhere of a hold in force, which ended at `before` until now.
fn note(transaction: &mut Transaction<'_>, kept: &Kept, before: Option<Timestamp>) -> Result<(), Failure> {
    let Hold {
        id,
        target,
        remedy,
        until,
        ..
    } = &kept.hold;
    for item in kept.notes(None)? {
        transaction.overwrite(item);
    }
    if let Some(before) = before.filter(|before| Some(*before) != *until) {
        transaction.delete(key::end(before, *id));
    }
    if let Some(until) = until {
        let place = Place {
            target: target.clone(),
            remedy: remedy.clone(),
        };
        transaction.overwrite(Item::saying(key::end(*until, *id), &place)?);
    }
    Ok(())
}

/// Ends a hold in force, which the transaction has read; its target is for the caller to touch.
pub(super) async fn end(
    table: &Lasting,
    transaction: &mut Transaction<'_>,
    kept: Kept,
    ended: Ended,
) -> Result<Hold, Failure> {
    transaction.delete(key::hold(&kept.hold.target, &kept.hold.remedy));
    if let Some(until) = kept.hold.until {
        transaction.delete(key::end(until, kept.hold.id));
    }
    let hold = over(table, transaction, kept, ended)?;
    ledger::record(transaction, &Event::HoldEnded { hold: (&hold).into() }).await?;
    Ok(hold)
}

/// Writes a hold that ended where those lie.
fn over(table: &Lasting, transaction: &mut Transaction<'_>, mut kept: Kept, ended: Ended) -> Result<Hold, Failure> {
    let expires = Some(table.expires(ended.at));
    kept.hold.ended = Some(ended);
    let coverage = to_json(&kept.hold.coverage)?;
    let over = Item::saying(key::ended(&kept.hold.target, kept.hold.id), &kept)?;
    transaction.overwrite(over.with(COVERAGE, AttributeValue::S(coverage)).expiring(expires));
    for item in kept.notes(expires)? {
        transaction.overwrite(item);
    }
    Ok(kept.hold)
}
