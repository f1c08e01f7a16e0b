//! Whether what was printed is what a page says it is.

use std::sync::LazyLock;

use regex::Regex;

/// What differs from one machine or run to the next.
static VARIES: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    [
        (r"\b[0-9a-f]{64}\b", "SHA-256"),
        // As a table has it.
        (r"\b[0-9a-f]{12}\b", "SHA-256"),
        (r"\d{4}-?\d\d-?\d\dT\d\d:?\d\d:?\d\d(\.\d+)?Z", "TIME"),
        // How many were counted in so long: a slow machine counts less than a thousand.
        (r"(ns|µs|ms|s) +\d[\d\u{202f}\u{a0} ]*$", "$1 N"),
        (r"\d[\d.]* ?(ns|µs|ms|s|KiB|MiB|B)\b", "N"),
        (r"\d[\d.]*[hm]\d[\dms]*\b", "N"),
        (r"fuel +\d[\d\u{202f}\u{a0} ]*", "fuel N "),
        (r"\(\d+ %\)", "(N %)"),
        (r"\b\d{1,3}( \d{3})+\b", "N"),
        // Columns are as wide as what is in them.
        (r"[\s\u{a0}\u{202f}]+", " "),
        ("─+", "─"),
    ]
    .map(|(pattern, name)| (Regex::new(pattern).unwrap(), name))
    .into()
});

/// Whether what was printed is what is said. `[…]` in what is said stands for anything in a line, and as a line for any lines.
pub fn fits(printed: &str, said: &str) -> bool {
    let said: Vec<_> = said.lines().map(plain).collect();
    let printed: Vec<_> = printed.lines().map(plain).collect();
    lines_fit(&printed, &said)
}

fn plain(line: &str) -> String {
    let replaced = VARIES.iter().fold(line.to_owned(), |line, (pattern, name)| {
        pattern.replace_all(&line, *name).into_owned()
    });
    replaced.trim_end().to_owned()
}

fn lines_fit(printed: &[String], said: &[String]) -> bool {
    match (printed, said) {
        ([], []) => true,
        (_, [any, rest @ ..]) if any.trim() == "[…]" => {
            (0..=printed.len()).any(|skip| lines_fit(&printed[skip..], rest))
        }
        ([line, more @ ..], [pattern, rest @ ..]) => line_fits(line, pattern) && lines_fit(more, rest),
        _ => false,
    }
}

fn line_fits(line: &str, pattern: &str) -> bool {
    let parts: Vec<_> = pattern.split("[…]").map(regex::escape).collect();
    Regex::new(&format!("^{}$", parts.join(".*"))).unwrap().is_match(line)
}

#[test]
fn what_varies_fits_and_what_matters_does_not() {
    assert!(fits(
        "2 recordings: all as recorded, in 80ms",
        "2 recordings: all as recorded, in 6ms"
    ));
    assert!(!fits(
        "2 recordings: 1 not as recorded",
        "2 recordings: all as recorded"
    ));
    assert!(fits("✓ a   fuel 1 234 (0 %)", "✓ a fuel 69 377 (12 %)"));
    assert!(fits("fresh 242µs 28.4ms  174", "fresh 173µs 645µs  2 521"));
    assert!(fits("one\ntwo\nthree", "one\n[…]"));
    assert!(fits("one\ntwo\nthree", "[…]\nt[…]e"));
    assert!(!fits("one\ntwo", "one"));
    assert!(!fits("", "one"));
}
