//! How holds end.

use futures::future::try_join;
use jiff::Timestamp;

use super::{
    super::{EndReason, Ended, Hold, HoldId, JournalError, ledger::Event},
    Failure, Lasting,
    holds::{self, Kept, Place},
    item::Item,
    key, ledger, pardons, targets,
    transaction::{Committed, MOST_WRITES, Transaction},
    tries::Tries,
};

/// How many items the end of a hold writes: its own two, its end, what lies elsewhere, its target's, and of its chain in the ledger the head, a link and maybe the first.
const WRITES_OF_AN_END: usize = 10;
/// How many holds one transaction ends.
const PORTION: usize = MOST_WRITES / WRITES_OF_AN_END;

/// See [`super::super::Journal::end`]. All of them are looked for before the first is ended.
pub(super) async fn end(table: &Lasting, ids: &[HoldId], why: EndReason, at: Timestamp) -> Result<Vec<Hold>, Failure> {
    all_in_force(table, ids).await?;
    let mut ended = Vec::new();
    for ids in ids.chunks(PORTION) {
        let mut tries = Tries::default();
        loop {
            let mut transaction = Transaction::new(&table.table);
            let mut some = Vec::new();
            for kept in in_force(&mut transaction, ids).await? {
                some.push(holds::end(table, &mut transaction, kept, Ended { at, why }).await?);
            }
            targets::touch_each(&mut transaction, some.iter().map(|hold| &hold.target));
            if transaction.commit().await? == Committed::Yes {
                ended.extend(some);
                break;
            }
            tries.wait().await?;
        }
    }
    Ok(ended)
}

/// See [`super::super::Journal::extend`].
pub(super) async fn extend(table: &Lasting, ids: &[HoldId], until: Option<Timestamp>) -> Result<Vec<Hold>, Failure> {
    for kept in all_in_force(table, ids).await? {
        check_later(&kept.hold, until)?;
    }
    let mut extended = Vec::new();
    for ids in ids.chunks(PORTION) {
        let mut tries = Tries::default();
        loop {
            let mut transaction = Transaction::new(&table.table);
            let mut some = Vec::new();
            for kept in in_force(&mut transaction, ids).await? {
                check_later(&kept.hold, until)?;
                let mut longer = kept.clone();
                longer.hold.until = until;
                holds::alter(&mut transaction, &kept.hold, &longer)?;
                let hold = (&longer.hold).into();
                ledger::record(&mut transaction, &Event::HoldExtended { hold }).await?;
                some.push(longer.hold);
            }
            targets::touch_each(&mut transaction, some.iter().map(|hold| &hold.target));
            if transaction.commit().await? == Committed::Yes {
                extended.extend(some);
                break;
            }
            tries.wait().await?;
        }
    }
    Ok(extended)
}

fn check_later(hold: &Hold, until: Option<Timestamp>) -> Result<(), Failure> {
    let is_later = match (hold.until, until) {
        (Some(present), Some(until)) => until > present,
        (Some(_), None) => true,
        (None, _) => false,
    };
    if is_later {
        return Ok(());
    }
    let Hold { id, until, .. } = *hold;
    Err(JournalError::NotLater { id, until }.into())
}

/// See [`super::super::Journal::expire`].
pub(super) async fn expire(table: &Lasting, now: Timestamp) -> Result<Vec<Hold>, Failure> {
    pardons::expire(&table.table, now).await?;
    let mut over = Vec::new();
    loop {
        let mut tries = Tries::default();
        let some = loop {
            let mut transaction = Transaction::new(&table.table);
            let due = transaction.query(&key::ends_until(now), Some(PORTION)).await?;
            if due.is_empty() {
                return Ok(over);
            }
            let places = due.iter().map(|end| end.doc::<Place>("end of a hold"));
            let places = places.collect::<Result<Vec<_>, _>>()?;
            let holds = places.iter().map(|place| key::hold(&place.target, &place.remedy));
            let holds: Vec<_> = holds.collect();
            let heads = places.iter().map(|place| ledger::head_of(&place.target));
            transaction.fetch(holds.iter().cloned().chain(heads)).await?;
            let mut some = Vec::new();
            for (end, hold) in due.iter().zip(&holds) {
                // Whatever is found there, this end is over.
                transaction.delete(end.key.clone());
                let Some(item) = transaction.get(hold).await? else {
                    continue;
                };
                let kept = Kept::read(&item)?;
                if is_over(&kept.hold, now) {
                    let why = EndReason::Expired;
                    some.push(holds::end(table, &mut transaction, kept, Ended { at: now, why }).await?);
                }
            }
            targets::touch_each(&mut transaction, some.iter().map(|hold| &hold.target));
            if transaction.commit().await? == Committed::Yes {
                break some;
            }
            tries.wait().await?;
        };
        over.extend(some);
    }
}

/// Whether a hold's time is up, to the millisecond: so ends are found, and one that is found does not come again.
fn is_over(hold: &Hold, now: Timestamp) -> bool {
    hold.until
        .is_some_and(|until| until.as_millisecond() <= now.as_millisecond())
}

/// See [`super::super::Journal::next_end`].
pub(super) async fn next_end(table: &Lasting) -> Result<Option<Timestamp>, Failure> {
    let of_holds = key::all_ends();
    let both = try_join(table.table.query(&of_holds, Some(1)), pardons::all(&table.table));
    let (first, pardons) = Box::pin(both).await?;
    let hold = first.first().and_then(|end| key::time_of_end(&end.key));
    let pardon = pardons.into_iter().map(|pardon| pardon.until).min();
    Ok([hold, pardon].into_iter().flatten().min())
}

/// These holds, all of which must be in force, as the transaction reads them.
async fn in_force(transaction: &mut Transaction<'_>, ids: &[HoldId]) -> Result<Vec<Kept>, Failure> {
    transaction.fetch(ids.iter().map(|id| key::place_of(*id))).await?;
    let (mut places, mut heads) = (Vec::new(), Vec::new());
    for id in ids {
        let place = transaction.get(&key::place_of(*id)).await?;
        let place: Place = place.ok_or(JournalError::NoSuchHold(*id))?.doc("place of a hold")?;
        heads.push(ledger::head_of(&place.target));
        places.push((*id, key::hold(&place.target, &place.remedy)));
    }
    transaction
        .fetch(places.iter().map(|(_, key)| key.clone()).chain(heads))
        .await?;
    let mut found = Vec::new();
    for (id, key) in places {
        let item = transaction.get(&key).await?;
        found.push(of_number(item, id)?);
    }
    Ok(found)
}

fn of_number(item: Option<Item>, id: HoldId) -> Result<Kept, Failure> {
    // Another hold for the same may have come after it.
    let kept = item
        .as_ref()
        .map(Kept::read)
        .transpose()?
        .filter(|kept| kept.hold.id == id);
    kept.ok_or_else(|| JournalError::NoSuchHold(id).into())
}

async fn all_in_force(table: &Lasting, ids: &[HoldId]) -> Result<Vec<Kept>, Failure> {
    in_force(&mut Transaction::new(&table.table), ids).await
}
