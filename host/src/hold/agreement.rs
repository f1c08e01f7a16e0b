//! The agreement: several asked for the same hold, and the stricter wins.
//!
//! Two intents are for the same hold if they deny the same prefix, in the same direction, at the same network ACL. They can disagree on how long, and on how sure
//! their plugin is. The one that ends later is the stricter; until released is the latest end of all. Other differences are no disagreement: a block in both directions is two
//! intents, and a wider prefix is another hold, so that what any of them denies stays denied. The journal keeps to the same order when an alert asks again for what is in force.

use std::{cmp::Ordering, collections::BTreeMap};

use ipnet::IpNet;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Intent, Target};
use crate::cloud::Direction;

/// The later of two ends. None, which is until released, is the latest.
pub fn later(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.max(other)),
        _ => None,
    }
}

/// A hold that was asked for more than once, with different ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Disagreement {
    /// The network ACL.
    pub target: Target,
    /// The prefix to deny.
    pub prefix: IpNet,
    /// Which way.
    pub direction: Direction,
    /// Who asked for what, the strictest first: that is what is done.
    pub asked: Vec<Asked>,
}

/// What one plugin asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Asked {
    /// The plugin.
    pub plugin: String,
    /// Until when. None: until released.
    pub until: Option<Timestamp>,
    /// Why, in its words.
    pub reason: String,
}

/// Makes one intent of all that are for the same hold: the strictest, as sure as the surest, with everybody's reason, sparing what any of them spares. Also says where they
/// disagreed on the end. The order in which they come makes no difference, but to the order of the holds.
pub fn agree(intents: Vec<Intent>) -> (Vec<Intent>, Vec<Disagreement>) {
    let mut groups: Vec<Vec<Intent>> = Vec::new();
    let mut places = BTreeMap::new();
    for intent in intents {
        let key = (intent.target.clone(), intent.prefix, intent.direction);
        let place = *places.entry(key).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        if let Some(group) = groups.get_mut(place) {
            group.push(intent);
        }
    }
    let mut disagreements = Vec::new();
    let mut agreed = Vec::new();
    for mut group in groups {
        group.sort_by(strictest_first);
        disagreements.extend(disagreement(&group));
        agreed.extend(merged(group));
    }
    (agreed, disagreements)
}

/// Of two that are as strict as one another the surer is first, then the name decides, so that the same intents always make the same hold.
fn strictest_first(one: &Intent, other: &Intent) -> Ordering {
    let end = |intent: &Intent| intent.until.unwrap_or(Timestamp::MAX);
    let is_endless = |intent: &Intent| intent.until.is_none();
    (is_endless(other), end(other), other.confidence)
        .cmp(&(is_endless(one), end(one), one.confidence))
        .then_with(|| (&one.plugin, &one.reason).cmp(&(&other.plugin, &other.reason)))
}

fn disagreement(group: &[Intent]) -> Option<Disagreement> {
    let first = group.first()?;
    let differ = group.iter().any(|intent| intent.until != first.until);
    differ.then(|| Disagreement {
        target: first.target.clone(),
        prefix: first.prefix,
        direction: first.direction,
        asked: group
            .iter()
            .map(|intent| Asked {
                plugin: intent.plugin.clone(),
                until: intent.until,
                reason: intent.reason.clone(),
            })
            .collect(),
    })
}

/// One intent of a group, whose strictest is first.
fn merged(group: Vec<Intent>) -> Option<Intent> {
    let reason = reasons(&group);
    group
        .into_iter()
        .reduce(|mut strictest, other| {
            strictest.confidence = strictest.confidence.max(other.confidence);
            strictest.severity = strictest.severity.max(other.severity);
            let more: Vec<_> = other
                .spare
                .into_iter()
                .filter(|prefix| !strictest.spare.contains(prefix))
                .collect();
            strictest.spare.extend(more);
            strictest.spare.sort();
            strictest
        })
        .map(|strictest| Intent { reason, ..strictest })
}

/// The reason of each, once, with the plugin's name if there are several.
fn reasons(group: &[Intent]) -> String {
    let mut all: Vec<(&str, &str)> = Vec::new();
    for intent in group {
        let reason = (intent.reason.as_str(), intent.plugin.as_str());
        if !all.contains(&reason) {
            all.push(reason);
        }
    }
    match all.as_slice() {
        [(reason, _)] => (*reason).to_owned(),
        several => {
            let named: Vec<_> = several
                .iter()
                .map(|(reason, plugin)| format!("{reason} ({plugin})"))
                .collect();
            named.join("; ")
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::{collection::vec, option, prelude::*};

    use super::*;

    fn intent(plugin: &str, reason: &str, prefix: &str, until: Option<i64>) -> Intent {
        Intent {
            target: Target {
                account: "111122223333".to_owned(),
                region: "eu-west-1".to_owned(),
                acl: "acl-0a1b2c3d".parse().unwrap(),
            },
            prefix: prefix.parse().unwrap(),
            direction: Direction::Ingress,
            reason: reason.to_owned(),
            confidence: 50,
            severity: Some(60),
            spare: Vec::new(),
            plugin: plugin.to_owned(),
            alert: "stealthwatch-cloud/1".to_owned(),
            until: until.map(|second| Timestamp::from_second(second).unwrap()),
        }
    }

    #[test]
    fn the_later_end_wins_and_both_reasons_are_kept_in_whatever_order_they_come() {
        let short = intent("a", "it scans", "203.0.113.7/32", Some(10));
        let long = intent("b", "it tries passwords", "203.0.113.7/32", Some(20));
        for both in [vec![short.clone(), long.clone()], vec![long.clone(), short.clone()]] {
            let (agreed, disagreements) = agree(both);
            let [one] = agreed.as_slice() else { panic!("{agreed:?}") };
            assert_eq!((one.until, one.plugin.as_str()), (long.until, "b"));
            assert_eq!(one.reason, "it tries passwords (b); it scans (a)");
            let who: Vec<_> = disagreements[0]
                .asked
                .iter()
                .map(|asked| asked.plugin.as_str())
                .collect();
            assert_eq!(who, ["b", "a"]);
        }
    }

    #[test]
    fn until_released_is_stricter_than_any_time() {
        let both = vec![
            intent("a", "x", "203.0.113.7/32", Some(i64::from(u32::MAX))),
            intent("b", "y", "203.0.113.7/32", None),
        ];
        assert_eq!(agree(both).0[0].until, None);
    }

    #[test]
    fn who_asks_for_the_same_in_the_same_words_is_told_once_and_is_no_disagreement() {
        let one = intent("a", "it scans", "203.0.113.7/32", Some(10));
        let (agreed, disagreements) = agree(vec![one.clone(), one.clone()]);
        assert_eq!((agreed, disagreements), (vec![one], Vec::new()));
    }

    #[test]
    fn another_prefix_or_direction_is_another_hold() {
        let one = intent("a", "x", "203.0.113.7/32", Some(10));
        let wider = intent("b", "y", "203.0.113.0/24", Some(20));
        let out = Intent {
            direction: Direction::Egress,
            ..one.clone()
        };
        let all = vec![one, wider, out];
        assert_eq!(agree(all.clone()), (all, Vec::new()));
    }

    fn any_intent() -> impl Strategy<Value = Intent> {
        let plugin = prop_oneof!["a", "b", "c"].boxed();
        let prefix = prop_oneof![Just("203.0.113.7/32"), Just("203.0.113.8/32"), Just("2001:db8::/64")];
        (plugin, "[xyz]", prefix, option::of(0_i64..5), 0..101_u8, any::<bool>()).prop_map(
            |(plugin, reason, prefix, until, confidence, is_egress)| Intent {
                confidence,
                direction: if is_egress {
                    Direction::Egress
                } else {
                    Direction::Ingress
                },
                spare: vec![format!("10.{confidence}.0.0/16").parse().unwrap()],
                ..intent(&plugin, &reason, prefix, until)
            },
        )
    }

    fn by_place(intents: Vec<Intent>) -> BTreeMap<(IpNet, Direction), Intent> {
        intents
            .into_iter()
            .map(|intent| ((intent.prefix, intent.direction), intent))
            .collect()
    }

    proptest! {
        #[test]
        fn the_order_makes_no_difference_and_nobody_gets_less_than_they_asked_for(
            (intents, shuffled) in vec(any_intent(), 0..8).prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        ) {
            let (agreed, _) = agree(intents.clone());
            let many = agreed.len();
            let agreed = by_place(agreed);
            prop_assert_eq!(agreed.len(), many, "one hold for each place");
            prop_assert_eq!(&by_place(agree(shuffled).0), &agreed);
            for intent in intents {
                let hold = &agreed[&(intent.prefix, intent.direction)];
                prop_assert_eq!(later(hold.until, intent.until), hold.until);
                prop_assert!(hold.confidence >= intent.confidence);
                prop_assert!(hold.reason.contains(&intent.reason));
                prop_assert!(intent.spare.iter().all(|prefix| hold.spare.contains(prefix)));
            }
        }

        #[test]
        fn what_is_agreed_stays_as_it_is(intents in vec(any_intent(), 0..8)) {
            let (agreed, _) = agree(intents);
            prop_assert_eq!(agree(agreed.clone()), (agreed, Vec::new()));
        }
    }
}
