//! A fault: why serde could not read a part of a document, and how a person is told.
//!
//! serde hands custom errors on as text only. Its wording is part of its public behaviour and has not changed in years;
//! a message that is not recognised is shown as it is.

use std::ops::Range;

use super::{path::Path, problem::Problem, suggestion};

/// What serde found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault<'message> {
    /// A key that the table does not have, and those it has.
    UnknownKey(&'message str, Vec<&'message str>),
    /// A key that the table must have.
    MissingKey(&'message str),
    /// A word that is none of the allowed ones, and those.
    UnknownWord(&'message str, Vec<&'message str>),
    /// Another kind of value than it must be: what it is, and what it must be.
    WrongValue(&'message str, &'message str),
    /// Anything else.
    Other(&'message str),
}

impl<'message> Fault<'message> {
    /// Reads serde's message.
    pub(super) fn read(message: &'message str) -> Self {
        let quoted = |text: &'message str| text.split('`').skip(1).step_by(2).collect::<Vec<_>>();
        let word_and_expected = |text: &'message str| match *quoted(text).as_slice() {
            [word, ref expected @ ..] => Some((word, expected.to_vec())),
            [] => None,
        };
        if let Some((key, expected)) = message.strip_prefix("unknown field ").and_then(word_and_expected) {
            return Self::UnknownKey(key, expected);
        }
        if let Some((word, expected)) = message.strip_prefix("unknown variant ").and_then(word_and_expected) {
            return Self::UnknownWord(word, expected);
        }
        if let Some(&[key]) = message.strip_prefix("missing field ").map(quoted).as_deref() {
            return Self::MissingKey(key);
        }
        let wrong = ["invalid type: ", "invalid value: "]
            .iter()
            .find_map(|prefix| message.strip_prefix(prefix));
        match wrong.and_then(|text| text.rsplit_once(", expected ")) {
            Some((found, expected)) => Self::WrongValue(found, expected),
            None => Self::Other(message),
        }
    }

    /// The problem to tell, at this place.
    pub(super) fn into_problem(self, place: &Path, span: Option<Range<usize>>) -> Problem {
        // `key = "…"` where `key-env` was meant.
        let may_be_secret = matches!(self, Self::UnknownKey(..));
        let (message, remedy) = match self {
            Self::UnknownKey(key, expected) => {
                let table = place.split_key().map(|(table, _)| table).unwrap_or_default();
                (
                    format!("unknown key `{key}`{}", inside(&table)),
                    Some(remedy(key, &expected, "the keys here are")),
                )
            }
            Self::UnknownWord(word, expected) => (
                format!("unknown value `{word}` for `{place}`"),
                Some(remedy(word, &expected, "it can be")),
            ),
            Self::MissingKey(key) => (format!("`{key}` is missing{}", inside(place)), None),
            Self::WrongValue("map", "a sequence") => (
                format!("`{place}` is a list of tables"),
                Some(format!("write [[{place}]] above each of them")),
            ),
            Self::WrongValue(found, expected) => {
                (format!("`{place}` must be {}, not {found}", in_words(expected)), None)
            }
            Self::Other(message) if place.steps().is_empty() => (message.to_owned(), None),
            Self::Other(message) => (format!("`{place}`: {message}"), None),
        };
        Problem {
            message,
            remedy,
            span,
            may_be_secret,
        }
    }
}

/// serde's words for what it wants, in those of a person who writes TOML.
fn in_words(expected: &str) -> &str {
    match expected {
        "a string" => "text in quotes",
        "path string" => "a path in quotes",
        "a sequence" => "a list",
        table if table.starts_with("struct ") => "a table",
        other => other,
    }
}

fn inside(table: &Path) -> String {
    if table.steps().is_empty() {
        String::new()
    } else {
        format!(" in [{table}]")
    }
}

fn remedy(word: &str, candidates: &[&str], all: &str) -> String {
    match suggestion::nearest(word, candidates.iter().copied()) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("{all}: {}", candidates.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    /// If serde's wording changes some day, this says so.
    #[test]
    fn serde_still_words_its_errors_as_they_are_read_here() {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Table {
            #[expect(dead_code, reason = "only its errors matter")]
            word: Word,
            #[expect(dead_code, reason = "only its errors matter")]
            number: u8,
        }
        #[derive(Debug, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        enum Word {
            One,
            Two,
        }
        let fault = |text: &str| {
            let error = toml::from_str::<Table>(text).unwrap_err();
            format!("{:?}", Fault::read(error.message()))
        };
        assert_eq!(fault("colour = 1"), r#"UnknownKey("colour", ["word", "number"])"#);
        assert_eq!(fault("word = 'three'"), r#"UnknownWord("three", ["one", "two"])"#);
        assert_eq!(fault("word = 'one'"), r#"MissingKey("number")"#);
        assert_eq!(
            fault("word = 'two'\nnumber = 'x'"),
            r#"WrongValue("string \"x\"", "u8")"#
        );
    }
}
