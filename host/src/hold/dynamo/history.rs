//! What was done about prefixes, and the history of an address out of it.

use std::{collections::BTreeSet, net::IpAddr};

use futures::future::try_join_all;
use ipnet::IpNet;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    super::{Hold, act::Act},
    Failure, Lasting,
    holds::Kept,
    key,
};
use crate::fact::History;

/// What one hold did about a prefix.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct About {
    began_by: String,
    offences: u32,
    since: Timestamp,
    /// When it ended or will end; None if it lasts until released.
    until: Option<Timestamp>,
    is_ended: bool,
}

impl About {
    pub(super) fn of(kept: &Kept) -> Self {
        let Hold {
            offences,
            since,
            until,
            ended,
            ..
        } = kept.hold;
        Self {
            began_by: kept.began_by.clone(),
            offences,
            since,
            until: ended.map_or(until, |ended| Some(ended.at)),
            is_ended: ended.is_some(),
        }
    }
}

/// See [`super::super::Journal::history`]. A prefix of each length that was ever denied may contain the address: in practice there are few.
pub(super) async fn history(table: &Lasting, address: IpAddr, now: Timestamp) -> Result<History, Failure> {
    let lengths = table.table.get(&key::lengths()).await?;
    let lengths: Vec<String> = lengths.map_or_else(Vec::new, |item| item.texts(LENGTHS).to_vec());
    // None is ever removed: who puts a hold in force next need not note them.
    table.lengths().extend(lengths.iter().cloned());
    let around = lengths.iter().filter_map(|length| of_length(address, length));
    let around: Vec<_> = around.map(key::all_about).collect();
    let mut queries = Vec::new();
    for range in &around {
        queries.push(table.table.query(range, None));
    }
    let found = try_join_all(queries).await?;
    let mut abouts = Vec::new();
    for item in found.iter().flatten() {
        abouts.push((item.key.sk.as_str(), item.doc::<About>("history")?));
    }
    abouts.sort_by_key(|(one, _)| *one);
    let mut acts: Vec<(&str, Act)> = Vec::new();
    for (_, about) in &abouts {
        let act = Act {
            offences: about.offences,
            in_force: !about.is_ended && about.until.is_none_or(|until| until > now),
            since: about.since,
            until: about.until,
        };
        match acts.iter_mut().find(|(began_by, _)| *began_by == about.began_by) {
            Some((_, together)) => together.join(&act),
            None => acts.push((&about.began_by, act)),
        }
    }
    Ok(Act::history(acts.into_iter().map(|(_, act)| act)))
}

/// Of the lengths: the set of them.
const LENGTHS: &str = "lengths";

/// Notes how long some prefixes are, where that is not known yet.
pub(super) async fn note_lengths(table: &Lasting, prefixes: impl Iterator<Item = IpNet>) -> Result<(), Failure> {
    let lengths: BTreeSet<String> = prefixes.map(|prefix| length(&prefix)).collect();
    let new: Vec<String> = {
        let known = table.lengths();
        lengths.into_iter().filter(|length| !known.contains(length)).collect()
    };
    if new.is_empty() {
        return Ok(());
    }
    let call = table
        .table
        .update(&key::lengths())
        .update_expression("ADD lengths :new")
        .expression_attribute_values(":new", aws_sdk_dynamodb::types::AttributeValue::Ss(new.clone()));
    table.table.updated(call).await?;
    table.lengths().extend(new);
    Ok(())
}

/// A prefix's family and length.
fn length(prefix: &IpNet) -> String {
    let family = if prefix.addr().is_ipv4() { 4 } else { 6 };
    format!("{family}/{}", prefix.prefix_len())
}

/// The prefix of a family and length around an address, if it is of this family.
fn of_length(address: IpAddr, length: &str) -> Option<IpNet> {
    let (family, bits) = length.split_once('/')?;
    if (family == "4") != address.is_ipv4() {
        return None;
    }
    IpNet::new(address, bits.parse().ok()?)
        .ok()
        .map(|prefix| prefix.trunc())
}
