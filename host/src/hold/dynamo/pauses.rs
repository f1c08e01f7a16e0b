//! The pause in the table.

use super::{
    super::{Pause, ledger::Event},
    Failure,
    item::Item,
    key, ledger,
    table::Table,
    targets,
    transaction::{Committed, Transaction},
    tries::Tries,
};

/// See [`super::super::Journal::pause`].
pub(super) async fn begin(table: &Table, pause: &Pause) -> Result<(), Failure> {
    keep(table, pause, true).await
}

/// Writes the pause as it stands in another journal, which has told its ledger.
pub(super) async fn restore(table: &Table, pause: &Pause) -> Result<(), Failure> {
    keep(table, pause, false).await
}

async fn keep(table: &Table, pause: &Pause, is_told: bool) -> Result<(), Failure> {
    let mut tries = Tries::default();
    loop {
        let mut transaction = Transaction::new(table);
        let present = transaction.get(&key::pause()).await?;
        let present: Option<Pause> = present.map(|item| item.doc("pause")).transpose()?;
        let pause = Pause {
            since: present.map_or(pause.since, |present| present.since),
            reason: pause.reason.clone(),
        };
        transaction.put(Item::saying(key::pause(), &pause)?);
        targets::ask_to_touch_all(&mut transaction);
        if is_told {
            ledger::record(&mut transaction, &Event::paused(&pause)).await?;
        }
        if transaction.commit().await? == Committed::Yes {
            return targets::touch_all(table).await;
        }
        tries.wait().await?;
    }
}

/// See [`super::super::Journal::resume`].
pub(super) async fn end(table: &Table) -> Result<Option<Pause>, Failure> {
    let mut tries = Tries::default();
    loop {
        let mut transaction = Transaction::new(table);
        let Some(present) = transaction.get(&key::pause()).await? else {
            return Ok(None);
        };
        let pause: Pause = present.doc("pause")?;
        transaction.delete(key::pause());
        targets::ask_to_touch_all(&mut transaction);
        ledger::record(&mut transaction, &Event::resumed(&pause)).await?;
        if transaction.commit().await? == Committed::Yes {
            targets::touch_all(table).await?;
            return Ok(Some(pause));
        }
        tries.wait().await?;
    }
}

/// See [`super::super::Journal::paused`].
pub(super) async fn present(table: &Table) -> Result<Option<Pause>, Failure> {
    let item = table.get(&key::pause()).await?;
    item.map(|item| item.doc("pause")).transpose()
}
