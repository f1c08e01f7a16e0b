//! What a signature is over: the time, the body, and what else a sender puts between them.

use std::{borrow::Cow, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

const TIMESTAMP: &str = "{timestamp}";
const BODY: &str = "{body}";

/// What a signature is over, as text in which `{timestamp}` stands for what the timestamp's header says and `{body}` for the body: `{timestamp}.{body}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Template(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Timestamp,
    Body,
}

/// A text that does not say what a signature is over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotATemplate {
    /// The body, or the time, is not there once.
    #[error(
        "`{0}` must have {{body}} in it once and {{timestamp}} at most once, as in \"{{timestamp}}.{{body}}\" or \"{{body}}\""
    )]
    Pieces(String),
    /// There is another thing in braces.
    #[error("`{0}` has other braces than those of {{timestamp}} and {{body}}")]
    Braces(String),
}

impl Template {
    /// Whether the time is signed too.
    pub fn has_timestamp(&self) -> bool {
        self.0.contains(&Piece::Timestamp)
    }

    /// Gives what is signed, piece by piece.
    pub fn pieces<'a>(&'a self, timestamp: &'a [u8], body: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        self.0.iter().map(move |piece| match piece {
            Piece::Text(text) => text.as_bytes(),
            Piece::Timestamp => timestamp,
            Piece::Body => body,
        })
    }
}

impl Default for Template {
    fn default() -> Self {
        Self(vec![Piece::Timestamp, Piece::Text(".".to_owned()), Piece::Body])
    }
}

impl FromStr for Template {
    type Err = NotATemplate;

    fn from_str(text: &str) -> Result<Self, NotATemplate> {
        if text.matches(BODY).count() != 1 || text.matches(TIMESTAMP).count() > 1 {
            return Err(NotATemplate::Pieces(text.to_owned()));
        }
        let mut pieces = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (piece, behind) = if let Some(behind) = rest.strip_prefix(TIMESTAMP) {
                (Piece::Timestamp, behind)
            } else if let Some(behind) = rest.strip_prefix(BODY) {
                (Piece::Body, behind)
            } else {
                let end = rest.find('{').unwrap_or(rest.len());
                let (plain, behind) = rest.split_at(end);
                if plain.is_empty() || plain.contains('}') {
                    return Err(NotATemplate::Braces(text.to_owned()));
                }
                (Piece::Text(plain.to_owned()), behind)
            };
            pieces.push(piece);
            rest = behind;
        }
        Ok(Self(pieces))
    }
}

impl TryFrom<String> for Template {
    type Error = NotATemplate;

    fn try_from(text: String) -> Result<Self, NotATemplate> {
        text.parse()
    }
}

impl From<Template> for String {
    fn from(template: Template) -> Self {
        template.to_string()
    }
}

impl fmt::Display for Template {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| {
            formatter.write_str(match piece {
                Piece::Text(text) => text,
                Piece::Timestamp => TIMESTAMP,
                Piece::Body => BODY,
            })
        })
    }
}

impl JsonSchema for Template {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Template".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[^{}]*(\\{timestamp\\}[^{}]*)?\\{body\\}[^{}]*(\\{timestamp\\}[^{}]*)?$" })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("{timestamp}.{body}", "12.{}")]
    #[case("{body}", "{}")]
    #[case("v0:{timestamp}:{body}", "v0:12:{}")]
    #[case("{body}\n{timestamp}\n", "{}\n12\n")]
    fn what_is_signed_is_put_together_as_the_sender_does_it(#[case] text: &str, #[case] signed: &str) {
        let template: Template = text.parse().unwrap();
        assert_eq!(
            template.pieces(b"12", b"{}").collect::<Vec<_>>().concat(),
            signed.as_bytes()
        );
        assert_eq!(template.to_string(), text);
    }

    #[test]
    fn by_default_it_is_the_time_and_the_body() {
        assert_eq!(Template::default().to_string(), "{timestamp}.{body}");
    }

    #[rstest]
    #[case::nothing("")]
    #[case::no_body("{timestamp}")]
    #[case::twice_the_body("{body}{body}")]
    #[case::twice_the_time("{timestamp}{timestamp}{body}")]
    #[case::something_else("{id}.{body}")]
    #[case::a_brace("{{body}")]
    #[case::a_brace_behind("{body}}")]
    fn what_does_not_say_what_is_signed_is_refused(#[case] text: &str) {
        assert!(text.parse::<Template>().is_err());
    }
}
