//! How sure a plugin is that an offender should be blocked.

/// How sure to be of an offender that was seen so many `times`, where `threshold` times are enough: from 50 to 100. When room in a network ACL is short, the
/// surer block wins. For [`Remediation::with_confidence`](crate::Remediation::with_confidence).
///
/// - 50 for who is just an offender, and for who was seen without a count;
/// - 10 more for each doubling beyond the threshold, up to 90;
/// - a tenth of the detector's severity (0 to 100) on top.
///
/// ```
/// assert_eq!(quell_plugin::confidence(Some(40), 10, Some(50)), 75);
/// ```
pub fn confidence(times: Option<u64>, threshold: u64, severity: Option<u8>) -> u8 {
    let times = times.unwrap_or(0) / threshold.max(1);
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
    fn more_often_and_more_severe_is_surer(#[case] times: Option<u64>, #[case] severity: Option<u8>, #[case] sure: u8) {
        assert_eq!(confidence(times, 10, severity), sure);
    }
}
