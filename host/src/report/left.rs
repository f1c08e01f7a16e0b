//! How much time is left.

use jiff::{SignedDuration, SpanRound, Unit, fmt::friendly::SpanPrinter};

/// `3h 2m`: two units at most, short to read.
pub fn left(duration: SignedDuration) -> String {
    if duration <= SignedDuration::ZERO {
        return "over".to_owned();
    }
    let smallest = match duration.as_secs() {
        0..600 => Unit::Second,
        600..86_400 => Unit::Minute,
        _ => Unit::Hour,
    };
    let round = SpanRound::new()
        .largest(Unit::Day)
        .smallest(smallest)
        .days_are_24_hours();
    let span = jiff::Span::try_from(duration).and_then(|span| span.round(round));
    span.map_or_else(|_| "later".to_owned(), |span| SpanPrinter::new().span_to_string(&span))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_that_is_left_is_short_to_read() {
        assert_eq!(left(SignedDuration::from_secs(59)), "59s");
        assert_eq!(left(SignedDuration::from_secs(3 * 3600 + 125)), "3h 2m");
        assert_eq!(left(SignedDuration::from_hours(49)), "2d 1h");
        assert_eq!(left(SignedDuration::from_secs(-5)), "over");
    }
}
