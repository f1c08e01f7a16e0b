//! What a decision cost, beside what it may cost.

use serde::Serialize;

use crate::{
    report::style::{BAD, QUIET, paint},
    sandbox::{Cost, Limits},
    text::{bytes, grouped},
};

/// From this share of its limit on a cost is shown red, in percent.
const RED: u64 = 80;

/// Something that a decision used up, and its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Share {
    /// The limit's key below `sandbox.limits`.
    pub limit: &'static str,
    /// How much was used.
    pub used: u64,
    /// How much may be used.
    pub most: u64,
}

impl Share {
    /// How much of the limit was used, in percent, rounded down.
    pub fn percent(self) -> u64 {
        let percent = u128::from(self.used) * 100 / u128::from(self.most.max(1));
        u64::try_from(percent).unwrap_or(u64::MAX)
    }

    /// Whether little is left.
    pub fn is_red(self) -> bool {
        self.percent() > RED
    }

    /// The amount as a person reads it, with its share: `1.2 MiB (2 %)`.
    pub fn text(self) -> String {
        let text = format!("{} ({} %)", self.amount(self.used), self.percent());
        if self.is_red() { paint(BAD, text) } else { text }
    }

    /// The amount beside its limit: `1.2 MiB of 64.0 MiB`.
    pub fn beside_limit(self) -> String {
        let text = format!("{} of {}", self.amount(self.used), self.amount(self.most));
        let share = format!("({} %)", self.percent());
        if self.is_red() {
            paint(BAD, format!("{text} {share}"))
        } else {
            format!("{text} {}", paint(QUIET, share))
        }
    }

    fn amount(self, amount: u64) -> String {
        if self.limit.ends_with("-bytes") {
            bytes(usize::try_from(amount).unwrap_or(usize::MAX))
        } else {
            grouped(amount)
        }
    }

    /// What it is called in a line.
    pub fn name(self) -> &'static str {
        match self.limit {
            "fuel" => "fuel",
            "memory-bytes" => "memory",
            "host-calls" => "facts",
            _ => "answer",
        }
    }
}

/// What a decision used up that has a limit and is the same on every machine: fuel, memory, facts asked, and the size of the answer. Fuel only where it was counted.
pub fn shares(cost: &Cost, limits: &Limits) -> Vec<Share> {
    let share = |limit, used: usize, most: usize| Share {
        limit,
        used: used as u64,
        most: most as u64,
    };
    let fuel = cost.fuel.map(|used| Share {
        limit: "fuel",
        used,
        most: limits.fuel,
    });
    let others = [
        share("memory-bytes", cost.memory_bytes, limits.memory_bytes),
        share("host-calls", cost.host_calls as usize, limits.host_calls as usize),
        share("passed-bytes", cost.output_bytes, limits.passed_bytes),
    ];
    fuel.into_iter().chain(others).collect()
}

/// The highest of each over several decisions.
pub fn highest<'a>(costs: impl IntoIterator<Item = &'a Cost>, limits: &Limits) -> Vec<Share> {
    let mut highest: Vec<Share> = Vec::new();
    for cost in costs {
        for share in shares(cost, limits) {
            match highest.iter_mut().find(|known| known.limit == share.limit) {
                Some(known) => known.used = known.used.max(share.used),
                None => highest.push(share),
            }
        }
    }
    highest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_above_four_fifths_of_its_limit_is_red() {
        let share = |used| Share {
            limit: "memory-bytes",
            used,
            most: 1000,
        };
        assert!(!share(809).is_red(), "80 % is not above 80 %");
        assert!(share(810).is_red());
        assert_eq!(share(810).text(), paint(BAD, "810 B (81 %)"));
        assert_eq!(share(100).text(), "100 B (10 %)");
    }

    #[test]
    fn the_highest_of_each_may_be_of_different_decisions() {
        let cost = |fuel, host_calls| Cost {
            fuel: Some(fuel),
            host_calls,
            ..Cost::default()
        };
        let used: Vec<_> = highest(&[cost(5, 1), cost(3, 2)], &Limits::default())
            .iter()
            .map(|share| share.used)
            .collect();
        assert_eq!(used, [5, 0, 2, 0]);
    }
}
