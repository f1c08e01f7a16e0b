//! How the two sides of one alert differ.

use serde::{Serialize, Serializer};

use super::Side;
use crate::kit::test::difference::difference;

/// One alert, decided twice.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    /// The recording's name.
    pub name: String,
    /// What it comes to.
    pub effect: Effect,
    /// What differs, for a person: lines with `-` are of the old side, with `+` of the new one. With colours; as JSON without.
    #[serde(serialize_with = "without_colour")]
    pub difference: String,
}

fn without_colour<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&anstream::adapter::strip_str(text))
}

/// What a change comes to for one alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Nothing differs.
    Same,
    /// Something would be done where nothing was.
    Acts,
    /// Nothing would be done where something was.
    Rests,
    /// Other holds, or the same for another time.
    OtherHolds,
    /// The same holds with another reason, note or verdict.
    OtherWords,
    /// The plugin would fail where it decided.
    Fails,
    /// It can't be said: what was asked is not in the recording.
    Unrecorded,
    /// It can't be said: the recording can't be used.
    Unusable,
}

impl Effect {
    /// All of them, in the order of a table.
    pub const ALL: [Self; 8] = [
        Self::Same,
        Self::Acts,
        Self::Rests,
        Self::OtherHolds,
        Self::OtherWords,
        Self::Fails,
        Self::Unrecorded,
        Self::Unusable,
    ];

    /// What it means.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Same => "the same",
            Self::Acts => "would act, and nothing was done",
            Self::Rests => "would do nothing, and something was done",
            Self::OtherHolds => "other holds",
            Self::OtherWords => "the same holds, in other words",
            Self::Fails => "the plugin would fail",
            Self::Unrecorded => "asks what is not recorded",
            Self::Unusable => "the recording can't be used",
        }
    }
}

impl Comparison {
    pub(super) fn unusable(name: String, why: String) -> Self {
        Self {
            name,
            effect: Effect::Unusable,
            difference: why,
        }
    }

    pub(super) fn of(name: String, old: &Side, new: &Side) -> Self {
        let unrecorded: Vec<_> = old
            .unrecorded
            .iter()
            .chain(&new.unrecorded)
            .map(ToString::to_string)
            .collect();
        if !unrecorded.is_empty() {
            return Self {
                name,
                effect: Effect::Unrecorded,
                difference: unrecorded.join("\n"),
            };
        }
        let effect = match (old.holds.is_empty(), new.holds.is_empty()) {
            _ if old.decided == new.decided && old.holds == new.holds => Effect::Same,
            _ if new.failed && !old.failed => Effect::Fails,
            (true, false) => Effect::Acts,
            (false, true) => Effect::Rests,
            _ if old.holds != new.holds => Effect::OtherHolds,
            _ => Effect::OtherWords,
        };
        let text = |side: &Side| {
            let holds = side.holds.iter().map(|hold| format!("hold {hold}\n"));
            format!("{}{}", side.decided, holds.collect::<String>())
        };
        Self {
            name,
            effect,
            difference: difference(&text(old), &text(new)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        cloud::Direction,
        hold::{Denial, Remedy, Target},
        kit::replay::hold::AskedHold,
    };

    fn side(decided: &str, holds: &[&str]) -> Side {
        let hold = |prefix: &&str| AskedHold {
            target: Target {
                account: "111122223333".into(),
                region: "eu-west-1".into(),
                resource: "acl-0b111111111111111".parse().unwrap(),
            },
            remedy: Remedy::Deny(Denial {
                prefix: prefix.parse().unwrap(),
                direction: Direction::Ingress,
            }),
            until: None,
        };
        Side {
            decided: format!("{decided}\n"),
            holds: holds.iter().map(hold).collect(),
            failed: false,
            unrecorded: Vec::new(),
        }
    }

    fn effect(old: &Side, new: &Side) -> Effect {
        Comparison::of("x".into(), old, new).effect
    }

    #[test]
    fn what_a_change_comes_to_is_told_apart() {
        let (one, other) = ("203.0.113.1/32", "203.0.113.2/32");
        let (block, nothing) = (side("block", &[one]), side("nothing", &[]));
        assert_eq!(effect(&block, &block), Effect::Same);
        assert_eq!(effect(&nothing, &block), Effect::Acts);
        assert_eq!(effect(&block, &nothing), Effect::Rests);
        assert_eq!(effect(&block, &side("block", &[other])), Effect::OtherHolds);
        assert_eq!(effect(&block, &side("BLOCK", &[one])), Effect::OtherWords);
        let failed = Side {
            failed: true,
            ..nothing.clone()
        };
        assert_eq!(effect(&block, &failed), Effect::Fails);
    }

    #[test]
    fn holds_are_a_part_of_the_difference() {
        let (old, new) = (side("block", &["203.0.113.1/32"]), side("block", &["203.0.113.2/32"]));
        let difference = Comparison::of("x".into(), &old, &new).difference;
        let plain = anstream::adapter::strip_str(&difference).to_string();
        assert!(
            plain.contains("- hold 203.0.113.1/32") && plain.contains("+ hold 203.0.113.2/32"),
            "{plain}"
        );
    }
}
