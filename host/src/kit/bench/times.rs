//! A distribution of times.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::{Serialize, Serializer, ser::SerializeMap as _};

/// How exact a time is kept, in significant digits.
const DIGITS: u8 = 3;

/// The longest time that is told from a longer one, in nanoseconds: an hour.
const LONGEST: u64 = 3_600_000_000_000;

/// The quantiles that are told, with their names.
pub(super) const QUANTILES: [(&str, f64); 5] = [("min", 0.0), ("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0)];

/// How long something took, many times.
#[derive(Debug, Clone)]
pub struct Times(Histogram<u64>);

impl Default for Times {
    /// None yet.
    fn default() -> Self {
        #[expect(clippy::expect_used, reason = "fails only for bounds or digits that these are not")]
        Self(Histogram::new_with_bounds(1, LONGEST, DIGITS).expect("the bounds are in order"))
    }
}

impl Times {
    /// One more.
    pub fn add(&mut self, time: Duration) {
        self.0
            .saturating_record(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// The time that this share of all did not exceed.
    pub fn at(&self, quantile: f64) -> Duration {
        match quantile {
            0.0 => Duration::from_nanos(self.0.min()),
            quantile => Duration::from_nanos(self.0.value_at_quantile(quantile)),
        }
    }
}

/// The quantiles, in seconds.
impl Serialize for Times {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("decisions", &self.count())?;
        for (name, quantile) in QUANTILES {
            map.serialize_entry(&format!("{name}-seconds"), &self.at(quantile).as_secs_f64())?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_what_was_added() {
        let mut times = Times::default();
        for micros in 1..=100 {
            times.add(Duration::from_micros(micros));
        }
        let near = |quantile, micros: f64| {
            let is = times.at(quantile).as_secs_f64() * 1e6;
            assert!((is - micros).abs() / micros < 0.01, "{is} is not {micros}");
        };
        near(0.0, 1.0);
        near(0.5, 50.0);
        near(0.99, 99.0);
        near(1.0, 100.0);
        assert_eq!(times.count(), 100);
    }
}
