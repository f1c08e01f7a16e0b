//! Errors and figures as text.

use std::error::Error;

/// An error with its causes, in one line.
pub fn with_causes(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// The lines of a plugin's text that was made printable, in which a line break is written as two characters.
pub fn printed_lines(text: &str) -> impl Iterator<Item = &str> {
    text.split("\\n").map(str::trim_end)
}

/// A number of bytes, in the unit that fits: `812 B`, `26.4 KiB`, `12.2 MiB`.
pub fn bytes(bytes: usize) -> String {
    #[expect(clippy::cast_precision_loss, reason = "three digits of it are shown")]
    let bytes_float = bytes as f64;
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{:.1} KiB", bytes_float / 1024.0),
        _ => format!("{:.1} MiB", bytes_float / 1_048_576.0),
    }
}

/// A number with a space between each three digits: `1 234 567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_the_unit_that_fits() {
        assert_eq!(
            [0, 1023, 1024, 12_800_000].map(bytes),
            ["0 B", "1023 B", "1.0 KiB", "12.2 MiB"]
        );
    }

    #[test]
    fn a_long_number_is_grouped_by_threes() {
        assert_eq!(
            [0, 999, 1000, 1_234_567].map(grouped),
            ["0", "999", "1 000", "1 234 567"]
        );
    }
}
