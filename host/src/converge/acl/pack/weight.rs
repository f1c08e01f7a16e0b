//! Weights: what it is worth to cover an offender.

use std::fmt;

/// What it is worth to cover an offender, or what it costs to deny an innocent.
///
/// A fixed-point number of six decimals, zero or more, so that equal inputs give equal plans on every machine. All sums
/// saturate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Weight(u64);

impl Weight {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// One certain offender.
    pub const FULL: Self = Self(1_000_000);
    /// The most there is.
    pub const MAX: Self = Self(u64::MAX);

    /// A weight in millionths of a certain offender.
    pub const fn of_millionths(millionths: u64) -> Self {
        Self(millionths)
    }

    /// In millionths of a certain offender.
    pub const fn millionths(self) -> u64 {
        self.0
    }

    /// The sum, at most [`Self::MAX`].
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference, at least zero.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// So many times as much, at most [`Self::MAX`].
    #[must_use]
    pub fn saturating_mul(self, times: u128) -> Self {
        Self(u64::try_from(u128::from(self.0).saturating_mul(times)).unwrap_or(u64::MAX))
    }
}

impl fmt::Display for Weight {
    /// With as many decimals as it needs: `2`, `0.0625`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / Self::FULL.0, self.0 % Self::FULL.0);
        if rest == 0 {
            return write!(formatter, "{whole}");
        }
        let decimals = format!("{rest:06}");
        write!(formatter, "{whole}.{}", decimals.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_is_printed_with_the_decimals_it_needs() {
        let printed = [0, 1, 62_500, 1_000_000, 12_340_000].map(|millionths| Weight(millionths).to_string());
        assert_eq!(printed, ["0", "0.000001", "0.0625", "1", "12.34"]);
    }

    #[test]
    fn sums_saturate() {
        assert_eq!(Weight::MAX.saturating_add(Weight::FULL), Weight::MAX);
        assert_eq!(Weight::ZERO.saturating_sub(Weight::FULL), Weight::ZERO);
        assert_eq!(Weight::FULL.saturating_mul(u128::MAX), Weight::MAX);
        assert_eq!(Weight::FULL.saturating_mul(3), Weight(3_000_000));
    }
}
