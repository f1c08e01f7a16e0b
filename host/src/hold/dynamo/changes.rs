//! Changes in the table, and what they make of the entries that are ours.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    super::{
        Change, ChangeEnd, ChangeId, EntryChange, Image, JournalError, Lease, MadeChange, Target, archive::Record,
        ledger::Event,
    },
    Failure, Lasting, images,
    item::{Item, unreadable},
    key::{self, Key},
    ledger,
    own::{self, Standing},
    transaction::{Committed, Transaction},
    tries::Tries,
};
use crate::cloud::RequestId;

/// A change that began, with how the entry that it adds stood before. Only that very entry: after an answer that did not come there may be two of ours
/// with the same number, and a write that comes late may still bring the other.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Begun {
    target: Target,
    change: Change,
    begun: Timestamp,
    was: Option<Standing>,
    #[serde(default)]
    end: Option<End>,
}

/// How a change ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct End {
    finished: Timestamp,
    how: String,
    detail: Option<String>,
    /// AWS's number of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request: Option<RequestId>,
}

impl End {
    fn of(end: &ChangeEnd, request: Option<&RequestId>, finished: Timestamp) -> Self {
        Self {
            finished,
            how: end.word().to_owned(),
            detail: end.detail().map(str::to_owned),
            request: request.cloned(),
        }
    }

    fn read(self) -> Result<(Timestamp, ChangeEnd), Failure> {
        let detail = self.detail.unwrap_or_default();
        let end = match self.how.as_str() {
            "done" => ChangeEnd::Done,
            "refused" => ChangeEnd::Refused(detail),
            "unknown" => ChangeEnd::Unknown(detail),
            other => return Err(unreadable("end of a change", other)),
        };
        Ok((self.finished, end))
    }
}

/// What is kept of a change that is known to be done.
#[derive(Serialize, Deserialize)]
struct Made {
    change: Change,
    at: Timestamp,
}

/// See [`super::super::Journal::begin`]. An entry is ours from the moment its write begins, because from then on it may be there.
pub(super) async fn begin(
    table: &Lasting,
    lease: &Lease,
    change: &Change,
    image: Option<&Image>,
    now: Timestamp,
) -> Result<ChangeId, Failure> {
    let id = new_id(now)?;
    let head = ledger::head_of(&lease.target);
    let entry = change.entry().and_then(EntryChange::adds);
    let entry = entry.map(|entry| own::place(&lease.target, entry)).transpose()?;
    let mut tries = Tries::default();
    let mut is_first = true;
    loop {
        let mut transaction = Transaction::new(&table.table);
        transaction.hold_lease(&lease.target, &lease.owner, now);
        if std::mem::take(&mut is_first) {
            transaction.recall(&head);
            // Mostly an entry is added that was not there.
            entry
                .iter()
                .cloned()
                .for_each(|entry| transaction.suppose_absent(entry));
        }
        transaction.fetch(entry.iter().chain([&head]).cloned()).await?;
        let was = match change.entry().and_then(EntryChange::adds).zip(entry.as_ref()) {
            Some((entry, place)) => {
                let item = transaction.get(place).await?;
                let begun = Standing {
                    confirmed: false,
                    written: now,
                };
                transaction.put(own::item(&lease.target, entry, begun)?);
                item.as_ref().map(own::standing).transpose()?
            }
            None => None,
        };
        if let Some(image) = image {
            transaction.overwrite(images::item(&lease.target, image, now)?);
        }
        let begun = Begun {
            target: lease.target.clone(),
            change: change.clone(),
            begun: now,
            was,
            end: None,
        };
        transaction.overwrite(item(table, id, &begun)?);
        let event = Event::ChangeBegun {
            change_id: id,
            target: lease.target.clone(),
            change: change.clone(),
            image: image.cloned(),
        };
        ledger::record(&mut transaction, &event).await?;
        transaction.keep(key::change(id));
        match transaction.commit().await? {
            Committed::Yes => return Ok(id),
            Committed::WithoutLease => {
                return Err(JournalError::LeaseLost {
                    target: lease.target.clone(),
                }
                .into());
            }
            Committed::No => tries.wait().await?,
        }
    }
}

fn item(table: &Lasting, id: ChangeId, begun: &Begun) -> Result<Item, Failure> {
    Ok(Item::saying(key::change(id), begun)?.expiring(Some(table.expires(begun.begun))))
}

/// See [`super::super::Journal::finish`].
pub(super) async fn finish(
    table: &Lasting,
    id: ChangeId,
    end: &ChangeEnd,
    request: Option<&RequestId>,
    image: Option<&Image>,
    now: Timestamp,
) -> Result<(), Failure> {
    let mut tries = Tries::default();
    loop {
        let mut transaction = Transaction::new(&table.table);
        transaction.recall(&key::change(id));
        let found = transaction.get(&key::change(id)).await?;
        let found = found.ok_or_else(|| unreadable("change: it is not in the journal", &id.0.to_string()))?;
        let mut begun: Begun = found.doc("change")?;
        let head = ledger::head_of(&begun.target);
        transaction.recall(&head);
        begun.end = Some(End::of(end, request, now));
        transaction.put(item(table, id, &begun)?);
        if let Some(image) = image {
            transaction.overwrite(images::item(&begun.target, image, now)?);
        }
        match end {
            ChangeEnd::Done => {
                begun.done(&mut transaction).await?;
                transaction.overwrite(made(table, id, &begun.target, &begun.change, now)?);
            }
            ChangeEnd::Refused(_) => begun.take_back(&mut transaction).await?,
            ChangeEnd::Unknown(_) => {}
        }
        ledger::record(
            &mut transaction,
            &Event::finished(id, &begun.target, end, request, image),
        )
        .await?;
        if transaction.commit().await? == Committed::Yes {
            return Ok(());
        }
        tries.wait().await?;
    }
}

impl Begun {
    async fn done(&self, transaction: &mut Transaction<'_>) -> Result<(), Failure> {
        let Some(change) = self.change.entry() else {
            return Ok(());
        };
        if let Some(entry) = change.removes() {
            let place = own::place(&self.target, entry)?;
            let present = standing(transaction, &place).await?;
            // Who took the target over while the answer was on its way may have written the same entry anew: that one is there.
            if present.is_some_and(|present| present.written <= self.begun) {
                transaction.delete(place);
            }
        }
        if let Some(entry) = change.adds() {
            let done = Standing {
                confirmed: true,
                written: self.begun,
            };
            transaction.overwrite(own::item(&self.target, entry, done)?);
        }
        Ok(())
    }

    /// Takes back what its beginning made ours, unless somebody who took the target over began to write the same entry since.
    async fn take_back(&self, transaction: &mut Transaction<'_>) -> Result<(), Failure> {
        let Some(entry) = self.change.entry().and_then(EntryChange::adds) else {
            return Ok(());
        };
        let place = own::place(&self.target, entry)?;
        let begun = Standing {
            confirmed: false,
            written: self.begun,
        };
        if standing(transaction, &place).await? != Some(begun) {
            return Ok(());
        }
        match self.was {
            Some(was) => transaction.put(own::item(&self.target, entry, was)?),
            None => transaction.delete(place),
        }
        Ok(())
    }
}

/// How the entry at a place stands, if it is ours.
async fn standing(transaction: &mut Transaction<'_>, place: &Key) -> Result<Option<Standing>, Failure> {
    let item = transaction.get(place).await?;
    item.as_ref().map(own::standing).transpose()
}

/// Whether an item of a target is a change that is known to be done.
pub(super) fn is_made(item: &Item) -> bool {
    item.key.sk.starts_with(key::MADE)
}

/// A change that is known to be done, out of its item.
pub(super) fn read_made(item: &Item) -> Result<MadeChange, Failure> {
    let Made { change, at } = item.doc("change")?;
    Ok(MadeChange { change, at })
}

fn made(table: &Lasting, id: ChangeId, target: &Target, change: &Change, at: Timestamp) -> Result<Item, Failure> {
    let made = Made {
        change: change.clone(),
        at,
    };
    Ok(Item::saying(key::made(target, at, id), &made)?.expiring(Some(table.expires(at))))
}

/// A change as another journal takes it, out of its item.
pub(super) fn record(item: &Item) -> Result<Record, Failure> {
    let Begun {
        target,
        change,
        begun,
        end,
        ..
    } = item.doc("change")?;
    let number = item.key.pk.trim_start_matches("change#");
    Ok(Record::Change {
        id: ChangeId(number.parse().map_err(|_| unreadable("number of a change", number))?),
        target,
        change,
        begun,
        request: end.as_ref().and_then(|end| end.request.clone()),
        finished: end.map(End::read).transpose()?,
    })
}

/// The items of a change that stands in another journal.
pub(super) fn restored(
    table: &Lasting,
    id: ChangeId,
    target: &Target,
    change: &Change,
    begun: Timestamp,
    finished: Option<&(Timestamp, ChangeEnd)>,
    request: Option<&RequestId>,
) -> Result<Vec<Item>, Failure> {
    let whole = Begun {
        target: target.clone(),
        change: change.clone(),
        begun,
        was: None,
        end: finished.map(|(at, end)| End::of(end, request, *at)),
    };
    let mut items = vec![item(table, id, &whole)?];
    if let Some((at, ChangeEnd::Done)) = finished {
        items.push(made(table, id, target, change, *at)?);
    }
    Ok(items)
}

/// How many bits of a change's number are the milliseconds' rest: random, so that no two processes have the same.
const RANDOM_BITS: u32 = 20;

/// A number that no other change has. Of one process they grow, so that changes of one millisecond keep their order.
fn new_id(now: Timestamp) -> Result<ChangeId, Failure> {
    static LAST: AtomicI64 = AtomicI64::new(0);
    let mut random = [0; 4];
    getrandom::fill(&mut random).map_err(|error| unreadable("random number", &error.to_string()))?;
    let random = i64::from(u32::from_be_bytes(random) >> (u32::BITS - RANDOM_BITS));
    let new = (now.as_millisecond() << RANDOM_BITS) | random;
    let last = LAST.fetch_max(new, Ordering::Relaxed);
    if new > last {
        return Ok(ChangeId(new));
    }
    Ok(ChangeId(LAST.fetch_add(1, Ordering::Relaxed) + 1))
}
