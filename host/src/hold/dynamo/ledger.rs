//! The ledger in the table. Whatever changes the journal tells it in the same transaction, by [`record`].
//!
//! The head of each chain is an item that the transaction reads and writes on the condition that nobody wrote it meanwhile; so two functions that write to the same chain at once
//! do so one after the other. [`head_key`] is fetched with what the transaction reads anyway.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;

use super::{
    super::{
        DeliveryId, Pruned, Target,
        archive::Record,
        ledger::{
            Chain, ChainState, Event, Head, Link,
            link::written,
            standing::{Standing, stands},
        },
    },
    AT_ONCE, Failure, holds,
    item::{Item, to_json, unreadable},
    key,
    key::Key,
    pardons, pauses,
    table::Table,
    transaction::{Committed, Transaction},
    tries::Tries,
};
use crate::{
    clock::{Clock, SystemClock},
    digest::Digest,
};

/// Of a link: its text, and its hash in hexadecimal digits.
const TEXT: &str = "text";
const HASH: &str = "hash";

/// Where the head of a chain lies.
pub(super) fn head_key(chain: &Chain) -> Key {
    key::chain(chain)
}

/// Where the head of a target's chain lies.
pub(super) fn head_of(target: &Target) -> Key {
    head_key(&Chain::of_target(target))
}

/// Where the head of a delivery's chain lies.
pub(super) fn head_of_delivery(id: &DeliveryId) -> Key {
    head_key(&Chain::of_delivery(id))
}

/// Tells the ledger what happened.
pub(super) async fn record(transaction: &mut Transaction<'_>, event: &Event) -> Result<(), Failure> {
    let chain = event.chain();
    let head = head_key(&chain);
    let mut tries = Tries::default();
    while transaction.get(&head).await?.is_none() {
        let is_new = chain
            .target()
            .is_some_and(|target| transaction.was_absent(&key::known(&target)));
        let standing = match is_new {
            true => BTreeMap::new(),
            false => standing(transaction.table(), &chain).await?,
        };
        match Event::began(&chain, standing).as_slice() {
            [began] => append(transaction, &chain, began).await?,
            many => {
                begin_alone(transaction.table(), &chain, many).await?;
                tries.wait().await?;
                transaction.read_anew(&head);
            }
        }
    }
    append(transaction, &chain, event).await
}

/// Begins a chain with more than one record, for which the transaction that tells the first event may have no room. What stands can't change meanwhile without the chain being begun by whoever
/// changes it: then nothing is written here, and the chain is there all the same.
async fn begin_alone(table: &Table, chain: &Chain, began: &[Event]) -> Result<(), Failure> {
    let mut transaction = Transaction::new(table);
    transaction.suppose_absent(head_key(chain));
    for event in began {
        append(&mut transaction, chain, event).await?;
    }
    transaction.commit().await.map(drop)
}

/// Tells the ledger what happened, in a transaction that also does `also`.
pub(super) async fn record_alone(
    table: &Table,
    event: &Event,
    also: impl Fn(&mut Transaction<'_>),
) -> Result<(), Failure> {
    let mut tries = Tries::default();
    loop {
        let mut transaction = Transaction::new(table);
        also(&mut transaction);
        record(&mut transaction, event).await?;
        if transaction.commit().await? == Committed::Yes {
            return Ok(());
        }
        tries.wait().await?;
    }
}

async fn append(transaction: &mut Transaction<'_>, chain: &Chain, event: &Event) -> Result<(), Failure> {
    let state = transaction.get(&head_key(chain)).await?;
    let state = match &state {
        Some(item) => read_state(item)?,
        None => ChainState {
            chain: chain.clone(),
            head: Head::NOTHING,
            anchor: Head::NOTHING,
        },
    };
    let link = Link::forge(chain, state.head, SystemClock.now(), event);
    let link = link.map_err(|error| unreadable("event", &error.to_string()))?;
    transaction.overwrite(item(&link));
    let head = link.head();
    transaction.put(state_item(&ChainState { head, ..state })?);
    // What this process tells the same chain next mostly comes right after it.
    transaction.keep(head_key(chain));
    Ok(())
}

/// What stands where a chain begins: in a table that was there before its ledger.
async fn standing(table: &Table, chain: &Chain) -> Result<BTreeMap<String, Digest>, Failure> {
    let mut records = Vec::new();
    if *chain == Chain::orders() {
        records.extend(pardons::all(table).await?.into_iter().map(Record::Pardon));
        records.extend(pauses::present(table).await?.map(Record::Pause));
    } else if let Some(target) = chain.target() {
        for item in table.query(&key::holds(&target), None).await? {
            let hold = Box::new(holds::Kept::read(&item)?.hold);
            records.push(Record::Hold {
                hold,
                began_by: DeliveryId::read(""),
                deliveries: Vec::new(),
            });
        }
    }
    Ok(records.iter().filter_map(stands).collect())
}

/// A link's item.
pub(super) fn item(link: &Link) -> Item {
    Item::new(key::link(&link.chain, link.number))
        .with(TEXT, AttributeValue::S(link.text.clone()))
        .with(HASH, AttributeValue::S(link.hash.to_string()))
}

/// The item of how far a chain goes.
pub(super) fn state_item(state: &ChainState) -> Result<Item, Failure> {
    Ok(Item::new(key::chain(&state.chain)).with("doc", AttributeValue::S(to_json(state)?)))
}

/// How far a chain goes, out of its item.
pub(super) fn read_state(item: &Item) -> Result<ChainState, Failure> {
    item.doc("chain of the ledger")
}

/// A link out of its item: whatever somebody put there.
pub(super) fn read(item: &Item) -> Link {
    let hash = item.text(HASH).unwrap_or_default().to_owned();
    Link {
        chain: Chain::read(item.key.pk.strip_prefix(key::CHAIN).unwrap_or_default()),
        number: key::number_of_link(&item.key).unwrap_or_default(),
        text: item.text(TEXT).unwrap_or_default().to_owned(),
        hash: Digest::try_from(hash).unwrap_or(Digest::ZERO),
    }
}

/// See [`super::super::Journal::chains`].
pub(super) async fn chains(table: &Table) -> Result<Vec<ChainState>, Failure> {
    let items = table.query(&key::all_chains(), None).await?;
    items.iter().map(read_state).collect()
}

/// See [`super::super::Journal::links`].
pub(super) async fn links(table: &Table, chain: &Chain, after: u64, most: u32) -> Result<Vec<Link>, Failure> {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let items = table.query(&key::links_after(chain, after), Some(most)).await?;
    Ok(items.iter().map(read).collect())
}

/// Removes the links at the beginning of each chain that were written before a time. What the next one stands on is kept as the chain's anchor, and the chain itself says so, with what stood.
pub(super) async fn prune(table: &Table, before: Timestamp) -> Result<(), Failure> {
    let before = written(before);
    let most = u32::try_from(Pruned::MOST).unwrap_or(u32::MAX);
    for head in table.query(&key::all_chains(), None).await? {
        let state = read_state(&head)?;
        let chain = &state.chain;
        remove(table, chain, state.anchor).await?;
        let oldest = links(table, chain, state.anchor.number, 1).await?;
        if Link::old(&oldest, &before, 0).is_none() {
            continue;
        }
        let first = links(table, chain, state.anchor.number, most).await?;
        let Some(through) = Link::old(&first, &before, Link::WORTH_IT) else {
            continue;
        };
        let mut standing = Standing::default();
        if chain.has_standing() {
            let mut page = first;
            while let Some(last) = page.last().map(|link| link.number) {
                page.iter().for_each(|link| standing.hear(link));
                page = links(table, chain, last, most).await?;
            }
        }
        let left_out = standing.left_out(chain);
        let pruned = Event::pruned(chain, through, standing.digests(), left_out);
        let mut transaction = Transaction::new(table);
        // Who writes to the chain meanwhile comes first, and what stands is read anew the next time.
        transaction.remember(head.clone());
        for pruned in &pruned {
            append(&mut transaction, chain, pruned).await?;
        }
        if let Some(state) = transaction.get(&head.key).await? {
            let state = ChainState {
                anchor: through,
                ..read_state(&state)?
            };
            transaction.put(state_item(&state)?);
        }
        if transaction.commit().await? == Committed::Yes {
            remove(table, chain, through).await?;
        }
    }
    Ok(())
}

/// Removes the links up to an anchor. What a crash leaves of them says nothing any more, and goes the next time.
async fn remove(table: &Table, chain: &Chain, anchor: Head) -> Result<(), Failure> {
    if anchor == Head::NOTHING {
        return Ok(());
    }
    let most = usize::try_from(Pruned::MOST).unwrap_or(usize::MAX);
    let old = table.query(&key::links_until(chain, anchor.number), Some(most)).await?;
    let removed = old.into_iter().map(|item| async move { table.delete(&item.key).await });
    stream::iter(removed).buffer_unordered(AT_ONCE).try_collect().await
}
