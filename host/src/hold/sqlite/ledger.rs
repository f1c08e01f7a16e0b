//! The ledger in SQL. Whatever changes the journal tells it in the same savepoint, by [`record`].

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{
    super::{
        DeliveryId, Pruned,
        archive::Record,
        ledger::{
            Chain, ChainState, Event, Head, Link,
            link::written,
            standing::{Standing, stands},
        },
    },
    Failure, holds, pardons, pauses,
    row::unreadable,
    targets,
};
use crate::{
    clock::{Clock, SystemClock},
    digest::Digest,
};

/// Begins the ledger of a journal that was there before it: with the digests of what stands.
pub(super) fn begin_all(sql: &Connection) -> Result<(), Failure> {
    let query = "SELECT DISTINCT account, region, resource FROM holds WHERE ended_at IS NULL";
    let chains = targets::list(sql, query)?;
    let chains = chains.iter().map(Chain::of_target).chain([Chain::orders()]);
    for chain in chains {
        let standing = standing(sql, &chain)?;
        if !standing.is_empty() {
            begin(sql, &chain, standing)?;
        }
    }
    Ok(())
}

/// The digests of what stands now, of which a chain tells.
fn standing(sql: &Connection, chain: &Chain) -> Result<BTreeMap<String, Digest>, Failure> {
    let mut records = Vec::new();
    if *chain == Chain::orders() {
        records.extend(pardons::in_force(sql, Timestamp::MIN)?.into_iter().map(Record::Pardon));
        records.extend(pauses::present(sql)?.map(Record::Pause));
    } else if let Some(target) = chain.target() {
        for hold in holds::in_force(sql, &target, Timestamp::MIN)? {
            records.push(Record::Hold {
                hold: Box::new(hold),
                began_by: DeliveryId::read(""),
                deliveries: Vec::new(),
            });
        }
    }
    Ok(records.iter().filter_map(stands).collect())
}

/// Tells the ledger what happened.
pub(super) fn record(sql: &Connection, event: &Event) -> Result<(), Failure> {
    let chain = event.chain();
    if state(sql, &chain)?.is_none() {
        let mut standing = standing(sql, &chain)?;
        // It stands by now, and did not when the chain began.
        event.stands().map(|name| standing.remove(&name));
        begin(sql, &chain, standing)?;
    }
    append(sql, &chain, event)
}

/// Begins a chain, with what stood there already.
fn begin(sql: &Connection, chain: &Chain, standing: BTreeMap<String, Digest>) -> Result<(), Failure> {
    let began = Event::began(chain, standing);
    began.iter().try_for_each(|began| append(sql, chain, began))
}

fn append(sql: &Connection, chain: &Chain, event: &Event) -> Result<(), Failure> {
    let state = state(sql, chain)?.unwrap_or_else(|| ChainState {
        chain: chain.clone(),
        head: Head::NOTHING,
        anchor: Head::NOTHING,
    });
    let link = Link::forge(chain, state.head, SystemClock.now(), event);
    let link = link.map_err(|error| unreadable("event", &error.to_string()))?;
    keep(sql, &link)?;
    stand(
        sql,
        &ChainState {
            head: link.head(),
            ..state
        },
    )
}

/// Writes a link as it stands in another journal. What it tells of may have been removed there: its number is given to nothing else here.
pub(super) fn restore(sql: &Connection, link: &Link) -> Result<(), Failure> {
    keep(sql, link)?;
    let (hold, change) = link.numbers();
    for (table, number) in [("holds", hold), ("changes", change)] {
        let Some(number) = number else { continue };
        sql.prepare_cached(
            "INSERT INTO sqlite_sequence (name, seq) SELECT ?1, 0 WHERE ?1 NOT IN (SELECT name FROM sqlite_sequence)",
        )?
        .execute([table])?;
        sql.prepare_cached("UPDATE sqlite_sequence SET seq = ?2 WHERE name = ?1 AND seq < ?2")?
            .execute(params![table, number])?;
    }
    Ok(())
}

/// Writes a link.
pub(super) fn keep(sql: &Connection, link: &Link) -> Result<(), Failure> {
    sql.prepare_cached(
        "INSERT INTO links (chain, number, text, hash) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET text = excluded.text, hash = excluded.hash",
    )?
    .execute(params![
        link.chain.as_str(),
        number(link.number)?,
        link.text,
        link.hash.as_bytes()
    ])?;
    Ok(())
}

/// Writes how far a chain goes.
pub(super) fn stand(sql: &Connection, state: &ChainState) -> Result<(), Failure> {
    sql.prepare_cached(
        "INSERT INTO chains (chain, number, hash, anchor_number, anchor_hash) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO UPDATE SET number = excluded.number, hash = excluded.hash,
             anchor_number = excluded.anchor_number, anchor_hash = excluded.anchor_hash",
    )?
    .execute(params![
        state.chain.as_str(),
        number(state.head.number)?,
        state.head.hash.as_bytes(),
        number(state.anchor.number)?,
        state.anchor.hash.as_bytes(),
    ])?;
    Ok(())
}

fn state(sql: &Connection, chain: &Chain) -> Result<Option<ChainState>, Failure> {
    sql.prepare_cached("SELECT chain, number, hash, anchor_number, anchor_hash FROM chains WHERE chain = ?1")?
        .query_row([chain.as_str()], |row| Ok(read_state(row)))
        .optional()?
        .transpose()
}

/// See [`super::super::Journal::chains`]. A chain of which only links are left is one, too, that somebody cut the head off.
pub(super) fn chains(sql: &Connection) -> Result<Vec<ChainState>, Failure> {
    let mut statement = sql.prepare_cached(
        "SELECT chain, number, hash, anchor_number, anchor_hash FROM chains
         UNION ALL SELECT DISTINCT chain, 0, zeroblob(32), 0, zeroblob(32) FROM links
         WHERE chain NOT IN (SELECT chain FROM chains) ORDER BY chain",
    )?;
    let mut rows = statement.query([])?;
    let mut chains = Vec::new();
    while let Some(row) = rows.next()? {
        chains.push(read_state(row)?);
    }
    Ok(chains)
}

/// See [`super::super::Journal::links`].
pub(super) fn links(sql: &Connection, chain: &Chain, after: u64, most: u32) -> Result<Vec<Link>, Failure> {
    let mut statement = sql.prepare_cached(
        "SELECT chain, number, text, hash FROM links WHERE chain = ?1 AND number > ?2 ORDER BY number LIMIT ?3",
    )?;
    let mut rows = statement.query(params![chain.as_str(), number(after)?, most])?;
    let mut links = Vec::new();
    while let Some(row) = rows.next()? {
        links.push(read(row)?);
    }
    Ok(links)
}

/// Links of all chains, by chain and number: `most` behind the first `skipped`.
pub(super) fn all(sql: &Connection, skipped: i64, most: i64) -> Result<Vec<Link>, Failure> {
    let mut statement =
        sql.prepare_cached("SELECT chain, number, text, hash FROM links ORDER BY chain, number LIMIT ?2 OFFSET ?1")?;
    let mut rows = statement.query([skipped, most])?;
    let mut links = Vec::new();
    while let Some(row) = rows.next()? {
        links.push(read(row)?);
    }
    Ok(links)
}

/// Removes the links at the beginning of each chain that were written before a time, [`Pruned::MOST`] of each at most. What the next one stands on is kept as the chain's anchor, and the chain
/// itself says so, with what stood.
pub(super) fn prune(sql: &Connection, before: Timestamp) -> Result<(), Failure> {
    let before = written(before);
    let most = u32::try_from(Pruned::MOST).unwrap_or(u32::MAX);
    for state in chains(sql)? {
        let first = links(sql, &state.chain, state.anchor.number, most)?;
        let Some(through) = Link::old(&first, &before, Link::WORTH_IT) else {
            continue;
        };
        let mut standing = Standing::default();
        if state.chain.has_standing() {
            let mut page = first;
            while let Some(last) = page.last().map(|link| link.number) {
                page.iter().for_each(|link| standing.hear(link));
                page = links(sql, &state.chain, last, most)?;
            }
        }
        let left_out = standing.left_out(&state.chain);
        for pruned in Event::pruned(&state.chain, through, standing.digests(), left_out) {
            append(sql, &state.chain, &pruned)?;
        }
        sql.prepare_cached("UPDATE chains SET anchor_number = ?2, anchor_hash = ?3 WHERE chain = ?1")?
            .execute(params![
                state.chain.as_str(),
                number(through.number)?,
                through.hash.as_bytes()
            ])?;
        sql.prepare_cached("DELETE FROM links WHERE chain = ?1 AND number <= ?2")?
            .execute(params![state.chain.as_str(), number(through.number)?])?;
    }
    Ok(())
}

fn read(row: &Row<'_>) -> Result<Link, Failure> {
    Ok(Link {
        chain: Chain::read(&row.get::<_, String>(0)?),
        number: to_number(row.get(1)?),
        text: row.get(2)?,
        hash: to_digest(&row.get::<_, Vec<u8>>(3)?),
    })
}

fn read_state(row: &Row<'_>) -> Result<ChainState, Failure> {
    let head = |at: usize| -> Result<Head, Failure> {
        Ok(Head {
            number: to_number(row.get(at)?),
            hash: to_digest(&row.get::<_, Vec<u8>>(at + 1)?),
        })
    };
    Ok(ChainState {
        chain: Chain::read(&row.get::<_, String>(0)?),
        head: head(1)?,
        anchor: head(3)?,
    })
}

/// A number as SQLite has it.
fn number(number: u64) -> Result<i64, Failure> {
    i64::try_from(number).map_err(|_| unreadable("number of a link", &number.to_string()))
}

/// Whatever somebody put there: a number that none can be is none.
fn to_number(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

/// Whatever somebody put there: what is no digest is the digest of nothing.
fn to_digest(bytes: &[u8]) -> Digest {
    bytes.try_into().map_or(Digest::ZERO, Digest::from_bytes)
}
