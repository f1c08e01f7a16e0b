//! A recording that somebody handed on: read, written, redacted.

use std::sync::LazyLock;

use quell::record::{
    Recording,
    redact::{Key, Kind, Redactor},
};

use super::told;

static REDACTOR: LazyLock<Redactor> = LazyLock::new(|| {
    Redactor::new(
        Key::of(b"a key that is only for tests and long enough"),
        &Kind::ALL,
        &[],
    )
});

/// Reads the bytes as a recording.
pub fn run(bytes: &[u8]) {
    let recording = match Recording::read(bytes) {
        Ok(recording) => recording,
        Err(error) => {
            told::error(&error);
            return;
        }
    };
    for text in [recording.to_text(), recording.to_line()] {
        let again = Recording::read(text.as_bytes());
        assert_eq!(
            again.ok().as_ref(),
            Some(&recording),
            "a recording that is written and read again"
        );
    }
    let Ok(redacted) = REDACTOR.redact(&recording) else {
        return;
    };
    let text = redacted.to_text();
    assert_eq!(Recording::read(text.as_bytes()).ok(), Some(redacted.clone()));
    // With one key the same thing has the same stand-in, whenever it is met.
    assert_eq!(REDACTOR.redact(&recording).ok(), Some(redacted));
}
