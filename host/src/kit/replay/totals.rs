//! What one side comes to over all alerts.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;
use jiff::Timestamp;
use serde::Serialize;

use super::hold::AskedHold;
use crate::{
    cloud::Direction,
    hold::{Denial, Target},
};

/// What one side comes to over all alerts that can be compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Totals {
    /// Alerts of which at least one hold comes.
    pub acting: usize,
    /// Different prefixes that are denied.
    pub prefixes: usize,
    /// The most prefixes of one family that are denied at the same time, in one direction at one network ACL: as many rules are needed if none is shared.
    pub most_at_once: usize,
}

/// Where rules compete for room.
type Room<'a> = (&'a Target, Direction, bool);

impl Totals {
    /// Over what was decided, each with its time.
    pub(super) fn of<'a>(decided: impl IntoIterator<Item = (Timestamp, &'a BTreeSet<AskedHold>)>) -> Self {
        let mut totals = Self::default();
        let mut prefixes = BTreeSet::new();
        let mut times: BTreeMap<Room<'_>, BTreeMap<IpNet, Vec<Span>>> = BTreeMap::new();
        for (now, holds) in decided {
            totals.acting += usize::from(!holds.is_empty());
            let denials = holds.iter().filter_map(|hold| Some((hold, hold.remedy.denial()?)));
            for (hold, Denial { prefix, direction }) in denials {
                prefixes.insert(prefix);
                let room = (&hold.target, direction, prefix.addr().is_ipv6());
                let span = Span {
                    begin: now,
                    end: hold.until.unwrap_or(Timestamp::MAX),
                };
                times.entry(room).or_default().entry(prefix).or_default().push(span);
            }
        }
        totals.prefixes = prefixes.len();
        totals.most_at_once = times.into_values().map(most_at_once).max().unwrap_or(0);
        totals
    }
}

/// From when to when a prefix is denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Span {
    begin: Timestamp,
    end: Timestamp,
}

fn most_at_once(prefixes: BTreeMap<IpNet, Vec<Span>>) -> usize {
    let spans = prefixes.into_values().flat_map(joined);
    // What ends at a moment makes room for what begins at it.
    let mut turns: Vec<_> = spans.flat_map(|span| [(span.end, -1_isize), (span.begin, 1)]).collect();
    turns.sort_unstable();
    let at_once = turns.into_iter().scan(0_isize, |now, (_, turn)| {
        *now += turn;
        Some(*now)
    });
    at_once.max().and_then(|most| usize::try_from(most).ok()).unwrap_or(0)
}

/// A hold that is asked for again while it is in force is the same hold.
fn joined(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut joined: Vec<Span> = Vec::new();
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.begin <= last.end => last.end = last.end.max(span.end),
            _ => joined.push(span),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hold::Remedy;

    /// The totals of alerts, each with its second and with prefixes and how many seconds each is denied.
    fn totals(alerts: &[(i64, &[(&str, i64)])]) -> Totals {
        let second = |second| Timestamp::from_second(second).unwrap();
        let decided: Vec<_> = alerts
            .iter()
            .map(|(now, holds)| {
                let holds = holds.iter().map(|(prefix, seconds)| AskedHold {
                    target: Target {
                        account: "111122223333".into(),
                        region: "eu-west-1".into(),
                        resource: "acl-0b111111111111111".parse().unwrap(),
                    },
                    remedy: Remedy::Deny(Denial {
                        prefix: prefix.parse().unwrap(),
                        direction: Direction::Ingress,
                    }),
                    until: Some(second(now + seconds)),
                });
                (second(*now), holds.collect::<BTreeSet<_>>())
            })
            .collect();
        Totals::of(decided.iter().map(|(now, holds)| (*now, holds)))
    }

    #[test]
    fn nothing_comes_to_nothing() {
        assert_eq!(totals(&[(0, &[]), (5, &[])]), Totals::default());
    }

    #[test]
    fn what_ends_before_another_begins_is_not_counted_with_it() {
        let totals = totals(&[(0, &[("203.0.113.1/32", 10)]), (10, &[("203.0.113.2/32", 10)])]);
        assert_eq!((totals.acting, totals.prefixes, totals.most_at_once), (2, 2, 1));
    }

    #[test]
    fn a_hold_that_is_extended_is_one() {
        let totals = totals(&[
            (0, &[("203.0.113.1/32", 10)]),
            (5, &[("203.0.113.1/32", 10), ("203.0.113.2/32", 1)]),
        ]);
        assert_eq!((totals.acting, totals.prefixes, totals.most_at_once), (2, 2, 2));
    }

    #[test]
    fn families_do_not_share_their_room() {
        let totals = totals(&[(0, &[("203.0.113.1/32", 10), ("2001:db8::1/128", 10)])]);
        assert_eq!((totals.prefixes, totals.most_at_once), (2, 1));
    }
}
