//! A link: one record of a chain.

use jiff::Timestamp;
use serde_json::Value;

use super::{Chain, Event, Head, canonical::canonical, to_the_millisecond};
use crate::digest::Digest;

/// One record of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Of which chain.
    pub chain: Chain,
    /// Which one of it, from 1.
    pub number: u64,
    /// What it says, in the form that is hashed.
    pub text: String,
    /// Its hash.
    pub hash: Digest,
}

impl Link {
    /// How many links must be old before they are removed: each time another one is written, which names all that stands.
    pub const WORTH_IT: usize = 50;

    /// The next link of a chain that ends with `head`.
    ///
    /// # Errors
    /// If an event has no form in JSON, which is a fault of Quell.
    pub fn forge(chain: &Chain, head: Head, at: Timestamp, event: &Event) -> Result<Self, serde_json::Error> {
        let number = head.number.saturating_add(1);
        let mut value = serde_json::to_value(event)?;
        if let Some(fields) = value.as_object_mut() {
            fields.insert("at".to_owned(), written(at).into());
            fields.insert("chain".to_owned(), chain.as_str().into());
            fields.insert("number".to_owned(), number.into());
        }
        let text = canonical(&value);
        Ok(Self {
            chain: chain.clone(),
            number,
            hash: hash(head.hash, &text),
            text,
        })
    }

    /// The number of the hold, and that of the change, that it tells of: a journal must give neither to another.
    pub fn numbers(&self) -> (Option<i64>, Option<i64>) {
        let value = self.value().unwrap_or_default();
        let number = |pointer: &str| value.pointer(pointer).and_then(Value::as_i64);
        (number("/hold/id"), number("/change-id"))
    }

    /// Where the chain ends with it.
    pub fn head(&self) -> Head {
        Head {
            number: self.number,
            hash: self.hash,
        }
    }

    /// The last of the links at the beginning of some that were written before a time, if so many of them tell of something. `before` is in the form of [`written`].
    pub fn old(links: &[Self], before: &str, enough: usize) -> Option<Head> {
        let (mut through, mut telling) = (None, 0);
        for link in links {
            let value = link.value().unwrap_or_default();
            let word = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
            if word("at") >= before {
                break;
            }
            // What only says what stood is made anew when it is removed.
            telling += usize::from(!matches!(word("event"), "pruned" | "chain-began"));
            through = Some(link.head());
        }
        through.filter(|_| telling >= enough)
    }

    /// What it says, if it can be read.
    pub fn value(&self) -> Option<Value> {
        serde_json::from_str(&self.text).ok().filter(Value::is_object)
    }

    /// What it tells, in a few words: `hold-began, hold 17`.
    pub fn tells(&self) -> String {
        let Some(value) = self.value() else {
            return "what can't be read".to_owned();
        };
        let word = |name: &str| value.get(name).and_then(Value::as_str);
        let event = word("event").unwrap_or("no event").to_owned();
        let subject = if let Some(hold) = value.pointer("/hold/id") {
            format!(", hold {hold}")
        } else if let Some(change) = value.get("change-id") {
            format!(", change {change}")
        } else if let Some(delivery) = word("delivery") {
            format!(", delivery {}", delivery.escape_debug())
        } else if let Some(prefix) = value
            .pointer("/pardon/prefix")
            .and_then(Value::as_str)
            .or(word("prefix"))
        {
            format!(", {}", prefix.escape_debug())
        } else {
            String::new()
        };
        event.escape_debug().to_string() + &subject
    }
}

/// The hash of a link with this text behind one with that hash.
pub(super) fn hash(before: Digest, text: &str) -> Digest {
    Digest::of(&[before.as_bytes().as_slice(), text.as_bytes()].concat())
}

/// A time as links have it: always with three digits behind the second, so that texts sort as times do.
pub fn written(at: Timestamp) -> String {
    format!("{:.3}", to_the_millisecond(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hold::Pause;

    #[test]
    fn a_link_is_exactly_what_an_outsider_can_make_anew() {
        let pause = Pause {
            since: Timestamp::from_second(7).unwrap(),
            reason: "a change window".to_owned(),
        };
        let at = Timestamp::from_millisecond(1_764_361_867_120).unwrap();
        let link = Link::forge(&Chain::orders(), Head::NOTHING, at, &Event::Paused { pause }).unwrap();
        insta::assert_snapshot!(link.text, @r#"{"at":"2025-11-28T20:31:07.120Z","chain":"orders","event":"paused","number":1,"pause":{"reason":"a change window","since":"1970-01-01T00:00:07Z"}}"#);
        let bytes = [[0; 32].as_slice(), link.text.as_bytes()].concat();
        assert_eq!(link.hash, Digest::of(&bytes));
        assert_eq!(link.tells(), "paused");
    }
}
