//! Who wins, and that nobody gets less than they asked for.

use std::collections::BTreeMap;

use proptest::{collection::vec, option, prelude::*};

use super::*;
use crate::cloud::Direction;

fn intent(plugin: &str, reason: &str, prefix: &str, until: Option<i64>) -> Intent {
    Intent {
        target: Target {
            account: "111122223333".to_owned(),
            region: "eu-west-1".to_owned(),
            resource: "acl-0a1b2c3d".parse().unwrap(),
        },
        remedy: Remedy::deny(prefix.parse().unwrap(), Direction::Ingress),
        reason: reason.to_owned(),
        confidence: 50,
        severity: Some(60),
        spare: Vec::new(),
        plugin: plugin.to_owned(),
        alert: "stealthwatch-cloud/1".to_owned(),
        until: until.map(|second| Timestamp::from_second(second).unwrap()),
        scope: Default::default(),
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
        remedy: Remedy::deny("203.0.113.7/32".parse().unwrap(), Direction::Egress),
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
            remedy: Remedy::deny(
                prefix.parse().unwrap(),
                if is_egress {
                    Direction::Egress
                } else {
                    Direction::Ingress
                },
            ),
            spare: vec![format!("10.{confidence}.0.0/16").parse().unwrap()],
            ..intent(&plugin, &reason, prefix, until)
        },
    )
}

fn by_place(intents: Vec<Intent>) -> BTreeMap<Remedy, Intent> {
    intents
        .into_iter()
        .map(|intent| (intent.remedy.clone(), intent))
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
            let hold = &agreed[&intent.remedy];
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
