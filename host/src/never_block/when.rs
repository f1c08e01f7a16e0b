//! When an entry ends, as people write it.

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

/// A text that is no end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "this is no end: write the last day, such as 2030-01-31, or a time with its offset, such as 2030-01-31T18:00:00Z"
)]
pub struct NoEnd;

/// Reads an end: a time with its offset, or the last day on which it lasts, which ends at midnight in UTC.
///
/// # Errors
/// If it is neither.
pub fn read(text: &str) -> Result<Timestamp, NoEnd> {
    if let Ok(time) = text.parse() {
        return Ok(time);
    }
    let day: Date = text.parse().map_err(|_| NoEnd)?;
    // A civil date is also read out of a time without an offset, which says no moment.
    if text.len() != "2030-01-31".len() {
        return Err(NoEnd);
    }
    let next = day.checked_add(1.day()).map_err(|_| NoEnd)?;
    let midnight = next.to_zoned(TimeZone::UTC).map_err(|_| NoEnd)?;
    Ok(midnight.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_day_lasts_to_its_end() {
        assert_eq!(read("2030-01-31").unwrap().to_string(), "2030-02-01T00:00:00Z");
        assert_eq!(
            read("2030-01-31T18:00:00+01:00").unwrap().to_string(),
            "2030-01-31T17:00:00Z"
        );
    }

    #[test]
    fn what_says_no_moment_is_no_end() {
        for text in [
            "",
            "tomorrow",
            "2030-01-31T18:00:00",
            "2030-13-01",
            "31.01.2030",
            "9999-12-31",
        ] {
            assert_eq!(read(text), Err(NoEnd), "{text}");
        }
    }
}
