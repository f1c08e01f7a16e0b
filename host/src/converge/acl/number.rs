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

/// Whether entries, in the order of their numbers, let nothing of `prefix` through.
pub(super) fn is_denied(entries: &[&Entry], prefix: IpNet) -> bool {
    for entry in entries {
        if !(entry.prefix.contains(&prefix) || prefix.contains(&entry.prefix)) {
            continue;
        }
        match (entry.action, entry.protocol) {
            (RuleAction::Allow, _) => return false,
            (RuleAction::Deny, Protocol::All) if entry.prefix.contains(&prefix) => return true,
            (RuleAction::Deny, Protocol::All) => {
                let halves = halves(prefix);
                return !halves.is_empty() && halves.into_iter().all(|half| is_denied(entries, half));
            }
            // Of one protocol only: the others go on.
            (RuleAction::Deny, Protocol::Number(_)) => {}
        }
    }
    true
}

fn halves(prefix: IpNet) -> Vec<IpNet> {
    prefix
        .subnets(prefix.prefix_len() + 1)
        .map_or_else(|_| Vec::new(), Iterator::collect)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::{
        cloud::Direction::Ingress,
        converge::acl::testing::{allow, prefix},
    };

    #[rstest]
    #[case::by_nothing(&[], true)]
    #[case::by_an_allow(&[(10, true, "0.0.0.0/0")], false)]
    #[case::by_two_halves(&[(1, false, "203.0.113.0/26"), (2, false, "203.0.113.64/26"), (10, true, "0.0.0.0/0")], true)]
    #[case::but_for_a_part(&[(1, false, "203.0.113.0/26"), (10, true, "0.0.0.0/0")], false)]
    #[case::before_an_allow_of_a_part(&[(1, false, "203.0.113.32/30"), (3, true, "203.0.113.32/30"), (4, false, "203.0.113.0/24"), (10, true, "0.0.0.0/0")], true)]
    #[case::behind_an_allow_of_a_part(&[(3, true, "203.0.113.32/30"), (4, false, "203.0.113.0/24")], false)]
    fn a_prefix_is_denied_if_nothing_of_it_is_let_through(
        #[case] entries: &[(u16, bool, &str)],
        #[case] expected: bool,
    ) {
        let entries: Vec<_> = entries
            .iter()
            .map(|(number, allows, of)| match allows {
                true => allow(*number, Ingress, of),
                false => Entry::deny(*number, Ingress, prefix(of)),
            })
            .collect();
        let entries: Vec<_> = entries.iter().collect();
        assert_eq!(is_denied(&entries, prefix("203.0.113.0/25")), expected);
    }
}
