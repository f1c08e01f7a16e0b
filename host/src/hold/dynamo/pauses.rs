//! The pause in the table.

use super::{
    super::Pause,
    Failure,
    item::Item,
    key,
    table::Table,
    targets,
    transaction::{Committed, Transaction},
    tries::Tries,
};

/// See [`super::super::Journal::pause`].
pub(super) async fn begin(table: &Table, pause: &Pause) -> Result<(), Failure> {
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
        transaction.delete(key::pause());
        targets::ask_to_touch_all(&mut transaction);
        if transaction.commit().await? == Committed::Yes {
            targets::touch_all(table).await?;
            return present.doc("pause").map(Some);
        }
        tries.wait().await?;
    }
}

/// See [`super::super::Journal::paused`].
pub(super) async fn present(table: &Table) -> Result<Option<Pause>, Failure> {
    let item = table.get(&key::pause()).await?;
    item.map(|item| item.doc("pause")).transpose()
}
