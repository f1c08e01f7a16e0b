//! Feedback in the table.

use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;

use super::{
    super::{Feedback, FeedbackId, FeedbackState},
    AT_ONCE, Failure, Lasting,
    item::Item,
    key::{self, Key},
    table::Table,
    transaction::{Committed, Transaction},
    tries::Tries,
};

/// See [`super::super::Journal::owe`].
pub(super) async fn owe(table: &Lasting, feedback: &Feedback) -> Result<(), Failure> {
    write(table, feedback, |known| known.is_none()).await.map(drop)
}

/// See [`super::super::Journal::stand`].
pub(super) async fn stand(table: &Lasting, feedback: &Feedback) -> Result<(), Failure> {
    write(table, feedback, |_| true).await.map(drop)
}

/// See [`super::super::Journal::take_up`].
pub(super) async fn take_up(table: &Lasting, known: &Feedback, until: Timestamp) -> Result<bool, Failure> {
    let taken = Feedback {
        attempts: known.attempts.saturating_add(1),
        state: FeedbackState::Waiting { not_before: until },
        ..known.clone()
    };
    write(table, &taken, |present| {
        present.is_some_and(|present| present.attempts == known.attempts && present.state == known.state)
    })
    .await
}

/// Writes it if what is there is as it should be, and says whether it was.
async fn write(
    table: &Lasting,
    feedback: &Feedback,
    fits: impl Fn(Option<&Feedback>) -> bool,
) -> Result<bool, Failure> {
    let mut tries = Tries::default();
    loop {
        let mut transaction = Transaction::new(&table.table);
        let present = transaction.get(&key::feedback(&feedback.id)).await?;
        let present: Option<Feedback> = present.map(|item| item.doc("feedback")).transpose()?;
        if !fits(present.as_ref()) {
            return Ok(false);
        }
        if let Some(listed) = present.as_ref().and_then(listed) {
            transaction.delete(listed);
        }
        put(table, &mut transaction, feedback)?;
        if transaction.commit().await? == Committed::Yes {
            return Ok(true);
        }
        tries.wait().await?;
    }
}

/// Writes it into a transaction.
pub(super) fn put(table: &Lasting, transaction: &mut Transaction<'_>, feedback: &Feedback) -> Result<(), Failure> {
    let expires = match feedback.state {
        FeedbackState::Waiting { .. } => None,
        FeedbackState::Told | FeedbackState::GivenUp { .. } => Some(table.expires(feedback.owed)),
    };
    transaction.put(Item::saying(key::feedback(&feedback.id), feedback)?.expiring(expires));
    if let Some(listed) = listed(feedback) {
        transaction.overwrite(Item::saying(listed, &feedback.id)?.expiring(expires));
    }
    Ok(())
}

/// Where it is listed, if it waits or was given up.
fn listed(feedback: &Feedback) -> Option<Key> {
    match &feedback.state {
        FeedbackState::Waiting { not_before } => Some(key::owed(*not_before, &feedback.id)),
        FeedbackState::GivenUp { .. } => Some(key::given_up(feedback.owed, &feedback.id)),
        FeedbackState::Told => None,
    }
}

/// See [`super::super::Journal::owed`].
pub(super) async fn owed(table: &Table, now: Timestamp, most: u32) -> Result<Vec<Feedback>, Failure> {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let due = table.query(&key::owed_until(now), Some(most)).await?;
    let mut found = each(table, &due).await?;
    found.retain(|feedback| feedback.state.not_before().is_some_and(|not_before| not_before <= now));
    Ok(found)
}

/// See [`super::super::Journal::given_up`].
pub(super) async fn given_up(table: &Table, most: u32) -> Result<Vec<Feedback>, Failure> {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let listed = table.query_backwards(&key::all_given_up(), Some(most)).await?;
    let mut found = each(table, &listed).await?;
    found.retain(|feedback| matches!(feedback.state, FeedbackState::GivenUp { .. }));
    Ok(found)
}

async fn each(table: &Table, listed: &[Item]) -> Result<Vec<Feedback>, Failure> {
    let mut ids = Vec::new();
    for item in listed {
        ids.push(item.doc::<FeedbackId>("id of feedback")?);
    }
    let found = stream::iter(ids).map(|id| async move { table.get(&key::feedback(&id)).await });
    let found: Vec<_> = found.buffered(AT_ONCE).try_collect().await?;
    let items = found.into_iter().flatten();
    items.map(|item| read(&item)).collect()
}

/// What an item says.
pub(super) fn read(item: &Item) -> Result<Feedback, Failure> {
    item.doc("feedback")
}
