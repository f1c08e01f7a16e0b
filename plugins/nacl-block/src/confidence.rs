//! How sure the plugin is that an offender should be blocked.

use crate::offender::Offender;

/// From 50 to 100. When room in the network ACL is short, the surer block wins.
///
/// - 50 for who is just an offender, and for who was seen without a count;
/// - 10 more for each doubling of the failed attempts beyond the `threshold`, up to 90;
/// - a tenth of the detector's severity (0 to 100) on top.
pub fn confidence(offender: &Offender, threshold: u64, severity: Option<u8>) -> u8 {
    let times = offender.failed_attempts.unwrap_or(0) / threshold.max(1);
    let doublings = times.checked_ilog2().unwrap_or(0).min(4) as u8;
    50 + 10 * doublings + severity.unwrap_or(0).min(100) / 10
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::at_the_threshold(Some(10), None, 50)]
    #[case::twice(Some(20), None, 60)]
    #[case::almost_four_times(Some(39), None, 60)]
    #[case::beyond_measure(Some(u64::MAX), None, 90)]
    #[case::severe_as_well(Some(u64::MAX), Some(100), 100)]
    #[case::not_counted(None, None, 50)]
    #[case::not_counted_but_severe(None, Some(80), 58)]
    #[case::a_severity_off_the_scale(None, Some(255), 60)]
    fn more_attempts_and_more_severity_are_surer(
        #[case] failed_attempts: Option<u64>,
        #[case] severity: Option<u8>,
        #[case] sure: u8,
    ) {
        let mut offender = Offender::new([203, 0, 113, 7].into());
        offender.failed_attempts = failed_attempts;
        assert_eq!(confidence(&offender, 10, severity), sure);
    }
}
