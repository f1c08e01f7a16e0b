//! Times as detectors spell them.

use jiff::Timestamp;

/// Reads a time: `2030-01-05T07:40:00Z`, with or without a fraction, with `Z` or an offset. None for what is no such time, and for times
/// before 1970, which the contract with plugins can't carry.
pub fn read(text: &str) -> Option<Timestamp> {
    let time: Timestamp = text.trim().parse().ok()?;
    (time >= Timestamp::UNIX_EPOCH).then_some(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_three_spellings_of_one_time_are_the_same_time() {
        let whole = read("2030-01-05T07:40:00Z").unwrap();
        assert_eq!(whole.as_second(), 1_893_829_200);
        assert_eq!(read("2030-01-05T07:40:00.000000Z"), Some(whole));
        assert_eq!(read("2030-01-05T07:40:00.000000+00:00"), Some(whole));
        assert_eq!(read("2030-01-05T09:40:00+02:00"), Some(whole));
    }

    #[test]
    fn a_broken_time_is_no_time_and_no_error() {
        for text in [
            "",
            "20-01-05T07:40:00.593640+00:00",
            "2030-01-05",
            "2030-01-05T07:40:00",
            "2030-13-05T07:40:00Z",
            "yesterday",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_time_before_1970_is_no_time() {
        assert_eq!(read("1969-12-31T23:59:59Z"), None);
    }
}
