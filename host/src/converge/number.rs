//! Numbers: where in one direction of a network ACL a deny works.

use ipnet::IpNet;

use super::Band;
use crate::cloud::{Entry, Protocol, RuleAction};

/// The number of the lowest entry that lets some traffic of `prefix` through. A deny works only below it.
///
/// An allow for one port counts as well: a deny above it would leave that port open.
pub(super) fn lowest_allow(entries: &[&Entry], prefix: IpNet) -> Option<u16> {
    entries
        .iter()
        .filter(|entry| entry.action == RuleAction::Allow)
        .filter(|entry| entry.prefix.contains(&prefix) || prefix.contains(&entry.prefix))
        .map(|entry| entry.number)
        .min()
}

/// The number of an entry that denies all traffic of `prefix` before anything lets some of it through.
pub(super) fn effective_deny(entries: &[&Entry], prefix: IpNet, lowest_allow: Option<u16>) -> Option<u16> {
    entries
        .iter()
        .filter(|entry| !entry.is_final() && entry.action == RuleAction::Deny)
        .filter(|entry| entry.protocol == Protocol::All && entry.prefix.contains(&prefix))
        .map(|entry| entry.number)
        .filter(|number| lowest_allow.is_none_or(|allow| *number < allow))
        .min()
}

/// The highest number in the band at which a deny works that has to stand below `lowest_allow`. 0 if there is none.
pub(super) fn last(band: Band, lowest_allow: Option<u16>) -> u16 {
    lowest_allow.map_or(band.last, |allow| band.last.min(allow.saturating_sub(1)))
}

/// The highest number in the band, up to `last`, that nobody uses. The highest, because low numbers are the scarce
/// ones: only they work below an owner's early allow.
pub(super) fn free(taken: impl Fn(u16) -> bool, band: Band, last: u16) -> Option<u16> {
    (band.first..=last).rev().find(|number| !taken(*number))
}
