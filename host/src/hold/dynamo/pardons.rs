//! Pardons in the table.

use ipnet::IpNet;
use jiff::Timestamp;

use super::{
    super::{Pardon, ledger::Event},
    Failure,
    item::Item,
    key, ledger,
    table::Table,
    targets,
    transaction::{Committed, Transaction},
    tries::Tries,
};

/// See [`super::super::Journal::pardon`].
pub(super) async fn give(table: &Table, pardon: &Pardon) -> Result<(), Failure> {
    keep(table, pardon, true).await
}

/// Writes a pardon as it stands in another journal, which has told its ledger.
pub(super) async fn restore(table: &Table, pardon: &Pardon) -> Result<(), Failure> {
    keep(table, pardon, false).await
}

async fn keep(table: &Table, pardon: &Pardon, is_told: bool) -> Result<(), Failure> {
    let pardon = Pardon {
        prefix: pardon.prefix.trunc(),
        ..pardon.clone()
    };
    let mut tries = Tries::default();
    loop {
        let mut transaction = Transaction::new(table);
        transaction.overwrite(Item::saying(key::pardon(pardon.prefix), &pardon)?);
        targets::ask_to_touch_all(&mut transaction);
        if is_told {
            ledger::record(&mut transaction, &Event::pardoned(&pardon)).await?;
        }
        if transaction.commit().await? == Committed::Yes {
            return targets::touch_all(table).await;
        }
        tries.wait().await?;
    }
}

/// All pardons, those whose time is up among them, by prefix.
pub(super) async fn all(table: &Table) -> Result<Vec<Pardon>, Failure> {
    let items = table.query(&key::pardons(), None).await?;
    items.iter().map(|item| item.doc("pardon")).collect()
}

/// Those of some items that are pardons in force.
pub(super) fn in_force(items: &[Item], now: Timestamp) -> Result<Vec<Pardon>, Failure> {
    let pardons = items.iter().filter(|item| item.key.sk.starts_with("pardon#"));
    let mut pardons = pardons
        .map(|item| item.doc::<Pardon>("pardon"))
        .collect::<Result<Vec<_>, _>>()?;
    pardons.retain(|pardon| pardon.until > now);
    pardons.sort_by_key(|pardon| pardon.prefix.to_string());
    Ok(pardons)
}

/// See [`super::super::Journal::end_pardon`].
pub(super) async fn end(table: &Table, prefix: IpNet) -> Result<bool, Failure> {
    remove(table, prefix, "taken-back", |_| true).await
}

/// Removes the pardon of a prefix, if it still is one that goes.
async fn remove(
    table: &Table,
    prefix: IpNet,
    why: &'static str,
    goes: impl Fn(&Pardon) -> bool,
) -> Result<bool, Failure> {
    let mut tries = Tries::default();
    loop {
        let mut transaction = Transaction::new(table);
        let place = key::pardon(prefix);
        let present: Option<Pardon> = match transaction.get(&place).await? {
            Some(item) => Some(item.doc("pardon")?),
            None => None,
        };
        if present.is_none_or(|pardon| !goes(&pardon)) {
            return Ok(false);
        }
        transaction.delete(place);
        targets::ask_to_touch_all(&mut transaction);
        let prefix = prefix.trunc();
        ledger::record(&mut transaction, &Event::PardonEnded { prefix, why }).await?;
        if transaction.commit().await? == Committed::Yes {
            targets::touch_all(table).await?;
            return Ok(true);
        }
        tries.wait().await?;
    }
}

/// Ends the pardons whose time is up, unless somebody gives one anew meanwhile.
pub(super) async fn expire(table: &Table, now: Timestamp) -> Result<(), Failure> {
    let is_over = |pardon: &Pardon| pardon.until <= now;
    for pardon in all(table).await?.iter().filter(|pardon| is_over(pardon)) {
        remove(table, pardon.prefix, "expired", is_over).await?;
    }
    Ok(())
}
