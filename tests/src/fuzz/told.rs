//! What every error must be that is made of bytes from outside: for one terminal line, of a bounded length.

use quell::{alert::printable::printable, text::with_causes};

/// The most bytes that an error may have, with its causes.
const MOST: usize = 8 << 10;

/// An error with its causes: it says something, and nothing in it can move the cursor or flood a log.
pub(super) fn error(error: &(dyn std::error::Error + 'static)) -> String {
    let text = with_causes(error);
    assert!(!text.trim().is_empty(), "an error that says nothing");
    assert!(
        text.len() <= MOST,
        "an error of {} bytes: {}…",
        text.len(),
        &text.chars().take(200).collect::<String>()
    );
    assert_eq!(text, printable(&text), "an error that is not printable");
    text
}
