//! Weight: how much it matters that a hold is covered, when not all can be.

use jiff::{SignedDuration, Timestamp};

use super::pack::Weight;
use crate::hold::Hold;

/// What a detector that does not say how bad it is counts as, of 100.
const UNKNOWN_SEVERITY: u64 = 50;
/// What each further offence adds, in points beside confidence (twice 0 to 100) and severity (0 to 100).
const POINTS_A_REPEAT: u64 = 20;
/// Repeats beyond this add nothing: a loud scanner must not drive out everybody else.
const MOST_REPEATS: u32 = 5;
/// The points of a certain offender of unknown severity on its first offence. Its weight is [`Weight::FULL`].
const FULL_POINTS: u64 = 250;
/// A hold with less time left than this weighs less and less, down to a quarter: a place is better given to one that stays.
const SHORT: SignedDuration = SignedDuration::from_hours(1);

/// The weight of a hold at a time: `(2 × confidence + severity + 20 × repeats) ÷ 250` of a certain offender, less in its last hour.
pub(super) fn weight(hold: &Hold, now: Timestamp) -> Weight {
    let confidence = u64::from(hold.confidence.min(100));
    let severity = hold
        .severity
        .map_or(UNKNOWN_SEVERITY, |severity| u64::from(severity.min(100)));
    let repeats = u64::from(hold.offences.saturating_sub(1).min(MOST_REPEATS));
    let points = 2 * confidence + severity + POINTS_A_REPEAT * repeats;
    let full = Weight::FULL.millionths();
    // Even a guess is worth a rule that nobody else needs.
    let weight = (full * points / FULL_POINTS).max(full / 100);
    let left = hold.until.map_or(SHORT, |until| until.duration_since(now)).min(SHORT);
    let left = u64::try_from(left.as_secs()).unwrap_or_default();
    let short = SHORT.as_secs().unsigned_abs();
    Weight::of_millionths(weight / 4 + weight * 3 / 4 * left / short)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::converge::acl::testing::hold;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn of(change: impl FnOnce(&mut Hold)) -> Weight {
        let mut hold = Hold {
            confidence: 90,
            ..hold(1, "203.0.113.7/32")
        };
        change(&mut hold);
        weight(&hold, at(0))
    }

    #[test]
    fn a_certain_offender_of_unknown_severity_weighs_one() {
        assert_eq!(of(|hold| hold.confidence = 100), Weight::FULL);
    }

    #[test]
    fn the_surer_the_worse_and_the_more_often_weigh_more() {
        let plain = of(|_| ());
        assert!(of(|hold| hold.confidence = 95) > plain);
        assert!(of(|hold| hold.severity = Some(80)) > plain);
        assert!(of(|hold| hold.offences = 2) > plain);
        assert_eq!(of(|hold| hold.offences = 6), of(|hold| hold.offences = 1_000_000));
    }

    #[test]
    fn a_hold_that_is_about_to_end_gives_way() {
        let plain = of(|_| ());
        assert_eq!(of(|hold| hold.until = Some(at(3600))), plain);
        assert!(of(|hold| hold.until = Some(at(1800))) < plain);
        assert_eq!(of(|hold| hold.until = Some(at(0))).millionths(), plain.millionths() / 4);
    }

    #[test]
    fn even_a_guess_weighs_something() {
        let guess = of(|hold| {
            hold.confidence = 0;
            hold.severity = Some(0);
        });
        assert!(guess > Weight::ZERO);
    }
}
