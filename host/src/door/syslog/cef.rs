//! The Common Event Format: what many appliances put into a syslog message, after the word `CEF:`.

use std::collections::BTreeMap;

use serde::Serialize;

/// The word that it begins with.
const WORD: &str = "CEF:";

/// An event in the Common Event Format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Event {
    version: String,
    vendor: String,
    product: String,
    device_version: String,
    signature: String,
    name: String,
    severity: String,
    /// What stands behind the head, by key.
    extension: BTreeMap<String, String>,
}

impl Event {
    /// The event in a text: all from `CEF:` on. None if there is none.
    pub(super) fn of(text: &str) -> Option<Self> {
        let begin = text.find(WORD)?;
        let event = text.get(begin + WORD.len()..)?;
        let mut parts = head(event).into_iter();
        let mut part = || parts.next();
        let (version, vendor, product, device_version) = (part()?, part()?, part()?, part()?);
        let (signature, name, severity, rest) = (part()?, part()?, part()?, part()?);
        Some(Self {
            version,
            vendor,
            product,
            device_version,
            signature,
            name,
            severity,
            extension: extension(&rest),
        })
    }
}

/// The seven parts of the head, without their escapes, and behind them the rest as it is.
fn head(event: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut characters = event.char_indices();
    while let Some((place, character)) = characters.next() {
        if parts.len() == 8 {
            parts.pop();
            parts.push(event.get(place..).unwrap_or_default().to_owned());
            break;
        }
        let Some(part) = parts.last_mut() else { break };
        match character {
            '\\' => part.extend(characters.next().map(|(_, escaped)| escaped)),
            '|' => parts.push(String::new()),
            other => part.push(other),
        }
    }
    parts
}

/// Pairs of keys and values. A value may hold spaces: it goes on to the word before the next `=`.
fn extension(text: &str) -> BTreeMap<String, String> {
    let mut pairs = BTreeMap::new();
    let mut marks = equal_signs(text).into_iter().peekable();
    while let Some(mark) = marks.next() {
        let key = text
            .get(..mark)
            .and_then(|before| before.rsplit(' ').next())
            .unwrap_or_default();
        let behind = match marks.peek() {
            // Up to the space before the next key.
            Some(next) => text
                .get(mark + 1..*next)
                .map(|between| between.rsplit_once(' ').map_or("", |(value, _)| value)),
            None => text.get(mark + 1..),
        };
        if !key.is_empty() {
            pairs.insert(key.to_owned(), unescaped(behind.unwrap_or_default().trim_end()));
        }
    }
    pairs
}

/// Where `=` stands that is no part of a value.
fn equal_signs(text: &str) -> Vec<usize> {
    let mut marks = Vec::new();
    let mut is_escaped = false;
    for (place, character) in text.char_indices() {
        if character == '=' && !is_escaped {
            marks.push(place);
        }
        is_escaped = character == '\\' && !is_escaped;
    }
    marks
}

fn unescaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('n') => text.push('\n'),
                Some('r') => text.push('\r'),
                Some(other) => text.push(other),
                None => text.push('\\'),
            },
            other => text.push(other),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> String {
        serde_json::to_string(&Event::of(text)).unwrap()
    }

    #[test]
    fn head_and_extension_are_told_apart_and_lose_their_escapes() {
        insta::assert_snapshot!(
            read(r"CEF:0|Vendor|a \| b|1.0|100|worm \\ stopped|10|src=203.0.113.7 msg=a \= b, two words\nand a line act=blocked"),
            @r#"{"version":"0","vendor":"Vendor","product":"a | b","device-version":"1.0","signature":"100","name":"worm \\ stopped","severity":"10","extension":{"act":"blocked","msg":"a = b, two words\nand a line","src":"203.0.113.7"}}"#
        );
        insta::assert_snapshot!(
            read("gateway: CEF:0|V|P|1|2|N|3|"),
            @r#"{"version":"0","vendor":"V","product":"P","device-version":"1","signature":"2","name":"N","severity":"3","extension":{}}"#
        );
    }

    #[test]
    fn what_is_cut_off_is_no_event() {
        for text in ["", "CEF:", "CEF:0|a|b", "no such thing", "CEF:0|a|b|c|d|e"] {
            assert_eq!(Event::of(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = Event::of(&format!("CEF:{text}"));
        }

        #[test]
        fn no_extension_makes_it_panic(text in "[a-z=\\\\ |é]{0,60}") {
            let _ = Event::of(&format!("CEF:0|a|b|c|d|e|f|{text}"));
        }
    }
}
