//! Removing what DynamoDB does not remove by itself.
//!
//! What is over has an end, after which DynamoDB removes it within days: ended holds, settled deliveries, changes, and what lies elsewhere of them. That leaves
//! what must stay reachable around targets where nothing is in force any more, and before-images of parts that somebody else changed.

use jiff::Timestamp;

use super::{
    super::Target,
    Failure, Lasting,
    holds::{self, Kept},
    images,
    item::{Item, name},
    key, ledger,
    table::Table,
    targets,
    transaction::{Committed, MOST_WRITES, Transaction},
};

/// See [`super::super::Journal::prune`].
pub(super) async fn prune(lasting: &Lasting, ended_before: Timestamp) -> Result<(), Failure> {
    let table = &lasting.table;
    ledger::prune(table, ended_before).await?;
    let now = lasting.expires(ended_before);
    for known in table.query(&key::all_known(), None).await? {
        let target = targets::of_word(&known.key.sk)?;
        match known.number(name::EXPIRES) {
            Some(expires) if expires <= now + targets::MARGIN => {
                let present = table.query(&key::in_force(&target), None).await?;
                let spared: Vec<_> = present
                    .iter()
                    .filter(|item| item.key.sk.starts_with(key::SPARE))
                    .collect();
                // Whoever puts a hold in force there meanwhile writes the target anew, and finds what it spares.
                remove(table, &spared, Some(&known)).await?;
            }
            Some(_) => {}
            None => remove_old_images(table, &target, ended_before).await?,
        }
    }
    Ok(())
}

/// Before-images of parts that nothing holds any more, and that somebody else changed so that they were not put back: those who could want that had their time.
async fn remove_old_images(table: &Table, target: &Target, before: Timestamp) -> Result<(), Failure> {
    let present = table.query(&key::in_force(target), None).await?;
    if present.iter().any(holds::is_one) {
        return Ok(());
    }
    let mut old = Vec::new();
    for item in present.iter().filter(|item| images::is_one(item)) {
        if images::read(item)?.written < before {
            old.push(item);
        }
    }
    if old.is_empty() {
        return Ok(());
    }
    for item in table.query(&key::all_ended(target), None).await? {
        if Kept::read(&item)?.hold.ended.is_some_and(|ended| ended.at >= before) {
            return Ok(());
        }
    }
    remove(table, &old, None).await
}

/// Removes items that nobody wrote since they were read, and only as long as nobody wrote `unless` either; what somebody wrote is left for the next time.
async fn remove(table: &Table, items: &[&Item], unless: Option<&Item>) -> Result<(), Failure> {
    for items in items.chunks(MOST_WRITES - 1) {
        let mut transaction = Transaction::new(table);
        if let Some(item) = unless {
            transaction.remember(item.clone());
            transaction.unchanged(item.key.clone());
        }
        for item in items {
            transaction.remember((*item).clone());
            transaction.delete(item.key.clone());
        }
        if transaction.commit().await? != Committed::Yes {
            return Ok(());
        }
    }
    Ok(())
}
