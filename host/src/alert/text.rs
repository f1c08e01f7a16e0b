//! Bytes that shall be an alert's text, and texts that an operator reads of it.

use super::{
    error::{DecodeError, Position},
    printable::printable,
};

/// How many bytes an alert may have. An SNS message or an EventBridge event has at most 256 KiB; a webhook's body may be larger.
pub const MAX_BYTES: usize = 1024 * 1024;

/// How many characters of a title are kept. It is one line of a listing.
pub(super) const MAX_TITLE: usize = 200;

/// The text, if it is not too long and not empty.
pub(super) fn read(bytes: &[u8]) -> Result<&str, DecodeError> {
    if bytes.len() > MAX_BYTES {
        return Err(DecodeError::TooLarge {
            bytes: bytes.len(),
            limit: MAX_BYTES,
        });
    }
    let text = std::str::from_utf8(bytes).map_err(|source| DecodeError::NotText {
        position: Position::of(bytes, source.valid_up_to()),
        source,
    })?;
    if text.trim().is_empty() {
        return Err(DecodeError::Empty);
    }
    Ok(text)
}

/// The first line of a text as a title; without one, what happened and on what.
pub(super) fn title(text: &str, kind: &str, source_name: &str) -> String {
    let first_line = text.trim().lines().next().unwrap_or_default().trim_end();
    let title = match (first_line, source_name) {
        ("", "") => kind.to_owned(),
        ("", name) => format!("{kind} on {name}"),
        (line, _) => printable(line),
    };
    if title.chars().count() <= MAX_TITLE {
        return title;
    }
    title.chars().take(MAX_TITLE - 1).chain(['…']).collect()
}

/// Each item once, in the order of its first appearance.
pub(super) fn unique<T: Clone + Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = std::collections::BTreeSet::new();
    items.filter(|item| seen.insert(item.clone())).collect()
}
