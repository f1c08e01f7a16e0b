//! Deliveries in the table. Their bodies and reports are [`texts`].

use std::collections::HashSet;

use aws_sdk_dynamodb::types::AttributeValue;
use futures::{StreamExt, TryStreamExt, future::try_join, stream};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    super::{Admission, Attempt, Backlog, Delivery, DeliveryId, DeliveryState, JournalError, ledger::Event},
    AT_ONCE, Failure, Lasting,
    item::Item,
    key, ledger,
    table::Table,
    texts::{self, BODY, MOST_PARTS, REPORT},
    transaction::{Committed, Transaction, token},
    tries::Tries,
};

/// Of a delivery: how often it was worked on. Attempts write it without a transaction.
const ATTEMPTS: &str = "attempts";
/// Of a delivery that is worked on: until when nobody else may begin, and the mark of the attempt. Attempts write them without a transaction.
const CLAIMED: &str = "claimed";
const TRIED: &str = "tried";
/// How many deliveries on which others work may stand before those that are looked for.
const MOST_CLAIMED: usize = 100;
/// DynamoDB takes sort keys of up to 1,024 bytes, and where a delivery waits two times stand before its id. A longer id was never admitted.
const LONGEST_ID: usize = 960;

/// What is kept of a delivery, beside its body, its report and its attempts.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    delivery: Delivery,
    /// How many parts each has.
    body: usize,
    report: usize,
}

/// See [`super::super::Journal::admit`].
pub(super) async fn admit(table: &Lasting, delivery: &Delivery, most_waiting: u32) -> Result<Admission, Failure> {
    if delivery.id.as_str().len() > LONGEST_ID {
        return Err(JournalError::Unreadable {
            what: "delivery id, which has more than 960 bytes",
            text: delivery.id.as_str().chars().take(80).collect(),
        }
        .into());
    }
    let of_it = [key::delivery(&delivery.id), ledger::head_of_delivery(&delivery.id)];
    let mut tries = Tries::default();
    loop {
        let mut transaction = Transaction::new(&table.table);
        let ((), is_full) = try_join(
            transaction.fetch(of_it.clone()),
            is_full(&table.table, delivery.state, most_waiting),
        )
        .await?;
        let known = find_state(&mut transaction, &delivery.id).await?;
        if let Some(state @ (DeliveryState::Waiting { .. } | DeliveryState::Done)) =
            known.as_ref().map(|kept| kept.delivery.state)
        {
            return Ok(Admission::SeenBefore(state));
        }
        if is_full {
            return Ok(Admission::Full);
        }
        // A delivery that failed before starts anew; when it came first stays true.
        let received = known.map_or(delivery.received, |known| known.delivery.received);
        let new = Delivery {
            received,
            attempts: 0,
            ..delivery.clone()
        };
        write(table, &mut transaction, &new)?;
        ledger::record(&mut transaction, &Event::admitted(&new)).await?;
        if transaction.commit().await? == Committed::Yes {
            return Ok(Admission::Admitted { received });
        }
        tries.wait().await?;
    }
}

/// Whether there is no room for a delivery in this state: one that does not wait needs none.
async fn is_full(table: &Table, state: DeliveryState, most_waiting: u32) -> Result<bool, Failure> {
    let DeliveryState::Waiting { .. } = state else {
        return Ok(false);
    };
    let most = usize::try_from(most_waiting).unwrap_or(usize::MAX);
    Ok(table.count(&key::all_waiting(), most).await? >= most)
}

/// Writes a delivery that is new, with its body and report.
fn write(table: &Lasting, transaction: &mut Transaction<'_>, delivery: &Delivery) -> Result<(), Failure> {
    let expires = expires(table, delivery);
    let body = texts::write(transaction, &delivery.id, BODY, &delivery.body, expires)?;
    let report = texts::write(transaction, &delivery.id, REPORT, &delivery.report, expires)?;
    stand(
        table,
        transaction,
        &Kept {
            delivery: delivery.clone(),
            body,
            report,
        },
        Some(0),
    )
}

/// Writes a delivery as it stands in another journal: its texts first, because together they may be more than fits into one transaction.
pub(super) async fn restore(table: &Lasting, delivery: &Delivery) -> Result<(), Failure> {
    let expires = expires(table, delivery);
    let mut counts = [0, 0];
    for (count, (what, text)) in counts
        .iter_mut()
        .zip([(BODY, &delivery.body), (REPORT, &delivery.report)])
    {
        let mut tries = Tries::default();
        loop {
            let mut transaction = Transaction::new(&table.table);
            *count = texts::write(&mut transaction, &delivery.id, what, text, expires)?;
            if transaction.commit().await? == Committed::Yes {
                break;
            }
            tries.wait().await?;
        }
    }
    let [body, report] = counts;
    let kept = Kept {
        delivery: delivery.clone(),
        body,
        report,
    };
    let mut tries = Tries::default();
    loop {
        let mut transaction = Transaction::new(&table.table);
        let known = find_state(&mut transaction, &delivery.id).await?;
        if let Some(Kept { delivery: known, .. }) = known
            && let DeliveryState::Waiting { not_before } = known.state
        {
            transaction.delete(key::waiting(&known.id, not_before, known.received));
        }
        stand(table, &mut transaction, &kept, Some(delivery.attempts))?;
        if transaction.commit().await? == Committed::Yes {
            return Ok(());
        }
        tries.wait().await?;
    }
}

/// Writes how a delivery stands.
fn stand(
    table: &Lasting,
    transaction: &mut Transaction<'_>,
    kept: &Kept,
    attempts: Option<u32>,
) -> Result<(), Failure> {
    let Delivery {
        id, state, received, ..
    } = &kept.delivery;
    let without_texts = Kept {
        delivery: Delivery {
            body: String::new(),
            report: String::new(),
            ..kept.delivery.clone()
        },
        ..*kept
    };
    let item = Item::saying(key::delivery(id), &without_texts)?.expiring(expires(table, &kept.delivery));
    let item = item.with_number(CLAIMED, Timestamp::MIN.as_millisecond());
    transaction.put(match attempts {
        Some(attempts) => item.with_number(ATTEMPTS, attempts.into()),
        None => item,
    });
    if let DeliveryState::Waiting { not_before } = state {
        transaction.overwrite(Item::saying(key::waiting(id, *not_before, *received), id)?);
    }
    Ok(())
}

/// When a delivery may be removed: one that waits never.
fn expires(table: &Lasting, delivery: &Delivery) -> Option<i64> {
    match delivery.state {
        DeliveryState::Waiting { .. } => None,
        DeliveryState::Done | DeliveryState::Failed => Some(table.expires(delivery.received)),
    }
}

async fn find_state(transaction: &mut Transaction<'_>, id: &DeliveryId) -> Result<Option<Kept>, Failure> {
    let item = transaction.get(&key::delivery(id)).await?;
    item.map(|item| item.doc("delivery")).transpose()
}

/// See [`super::super::Journal::waiting`].
pub(super) async fn waiting(table: &Table, now: Timestamp, most: u32) -> Result<Vec<Delivery>, Failure> {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let due = table
        .query(&key::waiting_until(now), Some(most.saturating_add(MOST_CLAIMED)))
        .await?;
    let mut ids = Vec::new();
    for item in &due {
        ids.push(item.doc::<DeliveryId>("id of a delivery")?);
    }
    let states: Vec<_> = ids.iter().map(key::delivery).collect();
    let states = table.get_many(&states).await?;
    let claimed: HashSet<_> = states
        .iter()
        .filter(|state| claimed_until(state).is_some_and(|until| until > now))
        .map(|state| &state.key)
        .collect();
    ids.retain(|id| !claimed.contains(&key::delivery(id)));
    ids.truncate(most);
    let found = stream::iter(ids).map(|id| async move { find(table, &id).await });
    let found: Vec<_> = found.buffered(AT_ONCE).try_collect().await?;
    Ok(found.into_iter().flatten().collect())
}

/// See [`super::super::Journal::backlog`].
pub(super) async fn backlog(table: &Table) -> Result<Backlog, Failure> {
    let waiting = table.query(&key::all_waiting(), None).await?;
    Ok(Backlog {
        waiting: u32::try_from(waiting.len()).unwrap_or(u32::MAX),
        oldest: waiting.iter().filter_map(|item| key::received(&item.key)).min(),
    })
}

/// See [`super::super::Journal::attempt`]. The mark tells an attempt whose answer was lost from another one.
pub(super) async fn attempt(
    table: &Table,
    id: &DeliveryId,
    now: Timestamp,
    until: Timestamp,
) -> Result<Attempt, Failure> {
    let mark = token();
    let time = |time: Timestamp| AttributeValue::N(time.as_millisecond().to_string());
    let mut tries = Tries::default();
    loop {
        let call = table
            .update(&key::delivery(id))
            .update_expression("ADD attempts :one SET tried = :mark, claimed = :until")
            .condition_expression("attribute_exists(pk) AND (attribute_not_exists(claimed) OR claimed <= :now)")
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
            .expression_attribute_values(":mark", AttributeValue::S(mark.clone()))
            .expression_attribute_values(":until", time(until))
            .expression_attribute_values(":now", time(now));
        let found = match table.updated(call).await? {
            Some(item) => item,
            None => table.get(&key::delivery(id)).await?.ok_or_else(|| unknown(id))?,
        };
        let Kept { delivery, .. } = found.doc("delivery")?;
        if !matches!(delivery.state, DeliveryState::Waiting { .. }) {
            // A claim on it keeps nobody from anything: who admits it again begins without one.
            return Ok(Attempt::Settled(delivery.state));
        }
        if found.text(TRIED) == Some(&mark) {
            let attempts = found.number(ATTEMPTS).unwrap_or_default();
            table.memory().keep(found);
            return Ok(Attempt::Ours(u32::try_from(attempts).unwrap_or(u32::MAX)));
        }
        match claimed_until(&found) {
            Some(until) if until > now => return Ok(Attempt::Theirs { until }),
            // It was settled in between.
            _ => tries.wait().await?,
        }
    }
}

/// Until when another works on a delivery.
fn claimed_until(state: &Item) -> Option<Timestamp> {
    Timestamp::from_millisecond(state.number(CLAIMED)?).ok()
}

/// See [`super::super::Journal::settle`].
pub(super) async fn settle(
    table: &Lasting,
    id: &DeliveryId,
    state: DeliveryState,
    report: &str,
) -> Result<(), Failure> {
    let of_it = [key::delivery(id), ledger::head_of_delivery(id)];
    let mut tries = Tries::default();
    loop {
        let mut transaction = Transaction::new(&table.table);
        of_it.iter().for_each(|key| transaction.recall(key));
        transaction.fetch(of_it.clone()).await?;
        let mut kept = find_state(&mut transaction, id).await?.ok_or_else(|| unknown(id))?;
        let received = kept.delivery.received;
        if let DeliveryState::Waiting { not_before } = kept.delivery.state {
            transaction.delete(key::waiting(id, not_before, received));
        }
        kept.delivery.state = state;
        let expires = expires(table, &kept.delivery);
        let reported = kept.report;
        kept.report = texts::write(&mut transaction, id, REPORT, report, expires)?;
        // Of a longer report of an earlier try.
        for index in kept.report..reported {
            transaction.delete(key::part(id, REPORT, index));
        }
        stand(table, &mut transaction, &kept, None)?;
        ledger::record(&mut transaction, &Event::settled(id, state, report)).await?;
        // The body was written when nobody knew when it would be over.
        let body = (0..kept.body).map(|index| key::part(id, BODY, index));
        match expires {
            Some(expires) if kept.body + kept.report <= MOST_PARTS => {
                body.for_each(|part| transaction.expire(part, expires));
            }
            // Who dies right after it works on the delivery again, long before its body is removed.
            Some(expires) => texts::expire_each(&table.table, body, expires).await?,
            None => {}
        }
        if transaction.commit().await? == Committed::Yes {
            return Ok(());
        }
        tries.wait().await?;
    }
}

/// See [`super::super::Journal::delivery`].
pub(super) async fn find(table: &Table, id: &DeliveryId) -> Result<Option<Delivery>, Failure> {
    if id.as_str().len() > LONGEST_ID {
        return Ok(None);
    }
    read(&table.query(&key::whole_delivery(id), None).await?)
}

/// A delivery out of all its items.
pub(super) fn read(items: &[Item]) -> Result<Option<Delivery>, Failure> {
    let Some(state) = items.iter().find(|item| item.key.sk == "state") else {
        return Ok(None);
    };
    let kept: Kept = state.doc("delivery")?;
    let id = &kept.delivery.id;
    let body = texts::read(items, id, BODY, kept.body)?;
    let report = texts::read(items, id, REPORT, kept.report)?;
    let attempts = state.number(ATTEMPTS).unwrap_or_default();
    Ok(Some(Delivery {
        body,
        report,
        attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
        ..kept.delivery
    }))
}

fn unknown(id: &DeliveryId) -> Failure {
    super::item::unreadable("delivery: it is not in the journal", id.as_str())
}
