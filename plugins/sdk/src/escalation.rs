//! How long a block lasts, for who was blocked before.

use serde::{Deserialize, Serialize};

use crate::{History, SettingsProblem};

/// The most jitter, in percent. With more, a second block could be shorter than a first.
const MOST_JITTER: u8 = 50;

/// How long an address is blocked, the longer the oftener it was blocked before: `base-seconds`, then `factor` times as long each time,
/// up to `longest-seconds`.
///
/// The jitter is for the blocks of one attack: they end one after the other and not all in the same second, which an attacker could wait for.
///
/// A plugin may have it among its settings as it is. It is read from a table with the four keys in kebab case; a key that is not given has its
/// default, and one that is not known is an error. Call [`Escalation::problems`] in [`Plugin::check`](crate::Plugin::check).
///
/// ```
/// use quell_plugin::{Escalation, History, settings};
///
/// let escalation: Escalation = settings::parse(r#"{"base-seconds": 3600, "jitter-percent": 0}"#).unwrap();
/// let after = |holds| escalation.seconds(&History { holds, ..History::default() }, "203.0.113.7");
/// assert_eq!([after(0), after(1), after(2), after(3)], [3600, 7200, 14_400, 28_800]);
/// assert_eq!(after(1000), 604_800);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Escalation {
    /// The first time, in seconds. At least 1; an hour by default.
    pub base_seconds: u64,
    /// How many times as long each block is as the one before. At least 1, which makes all of them alike; 2 by default.
    pub factor: u64,
    /// The longest time in seconds, jitter included. At least `base_seconds`; a week by default. The host refuses a block that is longer than its
    /// own limit, `guard.longest-hold`.
    pub longest_seconds: u64,
    /// By how many percent a block may be shorter or longer. From 0 to 50; 10 by default.
    pub jitter_percent: u8,
}

impl Default for Escalation {
    fn default() -> Self {
        Self {
            base_seconds: 3600,
            factor: 2,
            longest_seconds: 7 * 86_400,
            jitter_percent: 10,
        }
    }
}

impl Escalation {
    /// For how many seconds to block an address with this history: from 1 to `longest_seconds`.
    ///
    /// Only holds that have ended make it longer ([`History::ended_holds`]). Who is still blocked and offends again is blocked as long again, from
    /// now on: an alert that is sent ten times is one attack and not ten.
    ///
    /// The jitter is chosen by the seed and nothing else, evenly within what is allowed. Take what tells this block from others, such as
    /// the address and the alert's id. The same alert and facts then give the same decision.
    ///
    /// ```
    /// use quell_plugin::{Escalation, History};
    ///
    /// let escalation = Escalation { base_seconds: 86_400, jitter_percent: 10, ..Escalation::default() };
    /// let seconds = escalation.seconds(&History::default(), "203.0.113.7 6125");
    /// assert!((77_760..=95_040).contains(&seconds));
    /// assert_eq!(escalation.seconds(&History::default(), "203.0.113.7 6125"), seconds);
    /// assert_ne!(escalation.seconds(&History::default(), "203.0.113.8 6125"), seconds);
    /// ```
    pub fn seconds(&self, history: &History, seed: &str) -> u64 {
        let longest = self.longest_seconds.max(1);
        let exact = self
            .base_seconds
            .saturating_mul(self.factor.saturating_pow(history.ended_holds()))
            .clamp(1, longest);
        let jitter = percent(exact, self.jitter_percent.min(MOST_JITTER));
        // At the cap there is room below only. Chosen from what is left, and not cut off, so that these blocks do not all end together.
        let least = exact - jitter;
        let most = exact.saturating_add(jitter).min(longest);
        least + below(hash(seed), u128::from(most - least) + 1)
    }

    /// What is wrong with it, for [`Plugin::check`](crate::Plugin::check). `place` makes the JSON pointer to a setting of its name, which is
    /// `base-seconds`, `factor`, `longest-seconds` or `jitter-percent`.
    ///
    /// ```
    /// use quell_plugin::Escalation;
    ///
    /// let escalation = Escalation { factor: 0, ..Escalation::default() };
    /// let problems = escalation.problems(|setting| format!("/escalation/{setting}"));
    /// assert_eq!(problems[0].path, "/escalation/factor");
    /// assert_eq!(problems[0].message, "is 0; must be at least 1");
    /// ```
    pub fn problems(&self, place: impl Fn(&str) -> String) -> Vec<SettingsProblem> {
        let mut problems = Vec::new();
        let mut tell = |setting: &str, message: String| problems.push(SettingsProblem::new(place(setting), message));
        for (setting, value) in [("base-seconds", self.base_seconds), ("factor", self.factor)] {
            if value == 0 {
                tell(setting, "is 0; must be at least 1".to_owned());
            }
        }
        let (longest, least) = (self.longest_seconds, self.base_seconds.max(1));
        if longest < least {
            let message = format!("is {longest}, which is shorter than the first block; must be at least {least}");
            tell("longest-seconds", message);
        }
        let jitter = self.jitter_percent;
        if jitter > MOST_JITTER {
            tell(
                "jitter-percent",
                format!("is {jitter}; must be from 0 to {MOST_JITTER}"),
            );
        }
        problems
    }
}

/// So many percent, at most 100, of a number; rounded down. In two parts, so that it does not overflow.
fn percent(of: u64, percent: u8) -> u64 {
    let percent = u64::from(percent);
    of / 100 * percent + of % 100 * percent / 100
}

/// A number below `bound`, which is at most 2^64, in the same proportion as `hash` is below 2^64. Unlike a remainder, it never falls when the bound
/// rises.
fn below(hash: u64, bound: u128) -> u64 {
    ((u128::from(hash) * bound) >> 64) as u64
}

/// FNV-1a of 64 bits, and the last steps of SplitMix64, without which the upper bits of a short text's hash hardly differ. Both are defined by
/// numbers alone, unlike the standard library's hash, so that a decision is the same on every machine and with every compiler.
fn hash(text: &str) -> u64 {
    let fnv = text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let mixed = (fnv ^ (fnv >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests;
