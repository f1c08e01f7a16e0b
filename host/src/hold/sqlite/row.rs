//! Values as they stand in the tables.

use std::{collections::BTreeSet, net::IpAddr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use super::{super::JournalError, Failure};
use crate::cloud::Direction;

/// A time as milliseconds since 1970.
pub(super) fn from_time(time: Timestamp) -> i64 {
    // The last fraction of a second of all time can't be read back: jiff's bound in milliseconds is that of whole seconds.
    time.as_millisecond().min(Timestamp::MAX.as_second() * 1_000)
}

/// A time out of milliseconds since 1970.
pub(super) fn to_time(milliseconds: i64) -> Result<Timestamp, Failure> {
    Timestamp::from_millisecond(milliseconds).map_err(|_| unreadable("time", &milliseconds.to_string()))
}

/// A value of several parts, as JSON.
pub(super) fn from_value(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| unreadable("value", &error.to_string()))
}

/// A value of several parts, out of JSON.
pub(super) fn to_value<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T, Failure> {
    serde_json::from_str(text).map_err(|_| unreadable(what, text))
}

/// A word of ours, such as `ingress`.
pub(super) fn to_word<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T, Failure> {
    serde_json::from_value(text.into()).map_err(|_| unreadable(what, text))
}

/// A direction by its name.
pub(super) fn to_direction(text: &str) -> Result<Direction, Failure> {
    let named = Direction::BOTH.into_iter().find(|direction| direction.name() == text);
    named.ok_or_else(|| unreadable("direction", text))
}

/// A text that parses, such as a prefix or an id.
pub(super) fn to_parsed<T: std::str::FromStr>(what: &'static str, text: &str) -> Result<T, Failure> {
    text.parse().map_err(|_| unreadable(what, text))
}

/// An address as 16 bytes that sort as addresses do, IPv4 mapped into IPv6.
pub(super) fn from_address(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => address.octets(),
    }
}

/// The first and the last address of a prefix.
pub(super) fn from_prefix(prefix: IpNet) -> ([u8; 16], [u8; 16]) {
    (from_address(prefix.network()), from_address(prefix.broadcast()))
}

/// The first addresses of all prefixes that contain this one, itself among them, as a JSON list in hexadecimal. Whichever of them a hold's prefix
/// begins with, it contains this one if it ends no earlier; so an index by first addresses finds them in a few steps, however many holds
/// there are.
pub(super) fn prefixes_around(prefix: IpNet) -> String {
    let around = (0..=prefix.prefix_len()).filter_map(|length| wider(prefix, length));
    let first: BTreeSet<_> = around.map(|prefix| from_address(prefix.network())).collect();
    let hexadecimal = |bytes: &[u8; 16]| format!("\"{:032x}\"", u128::from_be_bytes(*bytes));
    let texts: Vec<_> = first.iter().map(hexadecimal).collect();
    format!("[{}]", texts.join(","))
}

fn wider(prefix: IpNet, length: u8) -> Option<IpNet> {
    match prefix {
        IpNet::V4(prefix) => Ipv4Net::new(prefix.addr(), length).ok().map(IpNet::V4),
        IpNet::V6(prefix) => Ipv6Net::new(prefix.addr(), length).ok().map(IpNet::V6),
    }
}

/// The error of a row that does not hold what it should.
pub(super) fn unreadable(what: &'static str, text: &str) -> Failure {
    JournalError::Unreadable {
        what,
        text: text.chars().take(200).collect(),
    }
    .into()
}
