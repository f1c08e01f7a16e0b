//! What stands in a list: one prefix a line, a JSON array, or Amazon's `ip-ranges.json`. Pure.
//!
//! A list is read whole or not at all: one slip in it, and nobody knows what else is wrong.

use std::collections::BTreeSet;

use ipnet::IpNet;
use jiff::Timestamp;
use serde::Deserialize;

use super::when;
use crate::{address::AddressOrPrefix, alert::printable::moves_a_cursor};

/// The most entries of a list. Each is looked at for each block.
pub const MOST_ENTRIES: usize = 10_000;
/// The widest prefix of a list, as a prefix length: a wider one would spare a good part of all addresses, and is a slip.
pub const WIDEST_IPV4: u8 = 8;
/// As [`WIDEST_IPV4`], of IPv6.
pub const WIDEST_IPV6: u8 = 16;
/// The longest reason, in characters. It is shown in one line.
const LONGEST_REASON: usize = 200;

/// How a list is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// One prefix a line, or a JSON array.
    Prefixes,
    /// Amazon's `ip-ranges.json`.
    IpRanges {
        /// The services whose prefixes count, such as `ROUTE53_HEALTHCHECKS`.
        services: BTreeSet<String>,
        /// The regions whose prefixes count, `GLOBAL` among them; all if it is empty.
        regions: BTreeSet<String>,
    },
}

/// A prefix out of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The prefix.
    pub prefix: IpNet,
    /// Why it stands there.
    pub reason: Option<String>,
    /// When it ends.
    pub until: Option<Timestamp>,
}

/// Why a list can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// It is not text.
    #[error("it is not UTF-8 text")]
    NotText,
    /// It is not the JSON that it should be.
    #[error("it is not the JSON that it should be: {0}")]
    NotJson(String),
    /// A line, or an element of the array, is wrong.
    #[error("{place} {at}: {why}")]
    Entry {
        /// What is counted: `line` or `element`.
        place: &'static str,
        /// Which one, from 1.
        at: usize,
        /// What is wrong with it.
        why: String,
    },
    /// It has nothing.
    #[error(
        "nothing stands in it, as in a file that is only half written; if that is meant, say so with `may-be-empty = true`"
    )]
    Empty,
    /// It has more than is looked at.
    #[error("it has more than {MOST_ENTRIES} prefixes: put those together that lie side by side")]
    TooMany,
    /// Amazon's file has no prefix of a service.
    #[error(
        "it has no prefix of the service {0} in these regions: is it spelt as Amazon does, such as ROUTE53_HEALTHCHECKS?"
    )]
    NoSuchService(String),
}

impl Format {
    /// Reads a list.
    ///
    /// # Errors
    /// If anything in it can't be read, or if it has nothing and `may_be_empty` is false.
    pub fn read(&self, bytes: &[u8], may_be_empty: bool) -> Result<Vec<Listed>, FormatError> {
        let text = std::str::from_utf8(bytes).map_err(|_| FormatError::NotText)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let listed = match self {
            Self::IpRanges { services, regions } => ip_ranges(text, services, regions)?,
            Self::Prefixes if text.trim_start().starts_with('[') => array(text)?,
            Self::Prefixes => lines(text)?,
        };
        match listed.len() {
            0 if !may_be_empty => Err(FormatError::Empty),
            0..=MOST_ENTRIES => Ok(listed),
            _ => Err(FormatError::TooMany),
        }
    }
}

fn lines(text: &str) -> Result<Vec<Listed>, FormatError> {
    let mut listed = Vec::new();
    for (line, at) in text.lines().zip(1..) {
        let read = line_of(line).map_err(|why| FormatError::Entry { place: "line", at, why })?;
        listed.extend(read);
    }
    Ok(listed)
}

/// `PREFIX [until WHEN] [# REASON]`.
fn line_of(line: &str) -> Result<Option<Listed>, String> {
    let (entry, reason) = match line.split_once('#') {
        Some((entry, reason)) => (entry, Some(reason)),
        None => (line, None),
    };
    let mut words = entry.split_whitespace();
    let Some(prefix) = words.next() else {
        return Ok(None);
    };
    let until = match (words.next(), words.next(), words.next()) {
        (None, ..) => None,
        (Some("until"), Some(when), None) => Some(when),
        _ => return Err("write `PREFIX`, `PREFIX until WHEN`, and the reason behind a `#`".to_owned()),
    };
    entry_of(prefix, until, reason).map(Some)
}

fn entry_of(prefix: &str, until: Option<&str>, reason: Option<&str>) -> Result<Listed, String> {
    Ok(Listed {
        prefix: prefix_of(prefix)?,
        until: until.map(when::read).transpose().map_err(|error| error.to_string())?,
        reason: reason.and_then(reason_of),
    })
}

/// Without what a terminal would obey, and not too long.
pub(super) fn reason_of(text: &str) -> Option<String> {
    let shown: String = text.chars().filter(|char| !moves_a_cursor(*char)).collect();
    let reason: String = shown.trim().chars().take(LONGEST_REASON).collect();
    Some(reason.trim_end().to_owned()).filter(|reason| !reason.is_empty())
}

/// A prefix or an address. One with bits behind its length may mean two things.
fn prefix_of(text: &str) -> Result<IpNet, String> {
    let shown: String = text.chars().take(64).flat_map(char::escape_debug).collect();
    let prefix: AddressOrPrefix = text.parse().map_err(|error| format!("`{shown}`: {error}"))?;
    let prefix = prefix.prefix();
    if text.parse::<IpNet>().is_ok_and(|written| written != prefix) {
        return Err(format!(
            "`{shown}` has host bits set: write {prefix} for the whole prefix, or the address alone"
        ));
    }
    is_narrow(prefix).map_err(|widest| format!("{prefix} is wider than /{widest}, and would spare too much"))?;
    Ok(prefix)
}

/// Whether a prefix may be spared as a whole; the widest length if not.
///
/// # Errors
/// If it is wider than [`WIDEST_IPV4`] or [`WIDEST_IPV6`].
pub fn is_narrow(prefix: IpNet) -> Result<(), u8> {
    let widest = match prefix {
        IpNet::V4(_) => WIDEST_IPV4,
        IpNet::V6(_) => WIDEST_IPV6,
    };
    if prefix.prefix_len() < widest {
        Err(widest)
    } else {
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Element {
    Prefix(String),
    Entry(Entry),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    prefix: String,
    until: Option<String>,
    reason: Option<String>,
}

fn array(text: &str) -> Result<Vec<Listed>, FormatError> {
    let elements: Vec<serde_json::Value> = serde_json::from_str(text).map_err(not_json)?;
    let mut listed = Vec::new();
    for (element, at) in elements.into_iter().zip(1..) {
        let read = match serde_json::from_value(element) {
            Ok(Element::Prefix(prefix)) => entry_of(&prefix, None, None),
            Ok(Element::Entry(entry)) => entry_of(&entry.prefix, entry.until.as_deref(), entry.reason.as_deref()),
            Err(_) => Err("write a prefix in quotes, or an object with `prefix`, `until` and `reason`".to_owned()),
        };
        listed.push(read.map_err(|why| FormatError::Entry {
            place: "element",
            at,
            why,
        })?);
    }
    Ok(listed)
}

/// "AWS IP address ranges": `prefixes` for IPv4, `ipv6_prefixes` for IPv6.
#[derive(Deserialize)]
struct IpRanges {
    prefixes: Vec<Range>,
    ipv6_prefixes: Vec<Range>,
}

#[derive(Deserialize)]
struct Range {
    #[serde(alias = "ip_prefix", alias = "ipv6_prefix")]
    prefix: String,
    region: String,
    service: String,
}

fn ip_ranges(text: &str, services: &BTreeSet<String>, regions: &BTreeSet<String>) -> Result<Vec<Listed>, FormatError> {
    let ranges: IpRanges = serde_json::from_str(text).map_err(not_json)?;
    let mut seen = BTreeSet::new();
    let mut found = BTreeSet::new();
    let mut listed = Vec::new();
    let counts =
        |range: &Range| services.contains(&range.service) && (regions.is_empty() || regions.contains(&range.region));
    for (range, at) in ranges.prefixes.iter().chain(&ranges.ipv6_prefixes).zip(1..) {
        if !counts(range) {
            continue;
        }
        let prefix = prefix_of(&range.prefix).map_err(|why| FormatError::Entry {
            place: "element",
            at,
            why,
        })?;
        found.insert(&range.service);
        if seen.insert(prefix) {
            listed.push(Listed {
                prefix,
                reason: reason_of(&format!("{} in {}", range.service, range.region)),
                until: None,
            });
        }
    }
    match services.iter().find(|service| !found.contains(service)) {
        Some(missing) => Err(FormatError::NoSuchService(missing.clone())),
        None => Ok(listed),
    }
}

fn not_json(error: serde_json::Error) -> FormatError {
    FormatError::NotJson(error.to_string())
}
