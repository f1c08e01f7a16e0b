//! Rewriting: some of the keys and values of JSON are written anew, and all else stays.

use super::token::tokens;

/// Where a token of a key or a value stands.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The keys around it, from the outermost to the nearest; its own is not among them if it is a key.
    pub keys: &'a [String],
    /// Whether it is a key.
    pub is_key: bool,
}

/// Valid JSON with some of its keys and values (texts, numbers, words) written anew: those that `rewrite` gives another token for.
pub fn rewritten(json: &str, mut rewrite: impl FnMut(Place<'_>, &str) -> Option<String>) -> String {
    let mut text = String::with_capacity(json.len());
    // One for each object or array that is open: whether it is an object that waits for a key.
    let mut waits_for_key: Vec<Option<bool>> = Vec::new();
    let mut keys: Vec<String> = Vec::new();
    tokens(json, |token| {
        match (token, waits_for_key.last_mut()) {
            ("{", _) => waits_for_key.push(Some(true)),
            ("[", _) => waits_for_key.push(None),
            ("}" | "]", _) => {
                // An empty object has no key to forget.
                if waits_for_key.pop() == Some(Some(false)) {
                    keys.pop();
                }
            }
            (",", Some(Some(waits))) => {
                keys.pop();
                *waits = true;
            }
            ("," | ":", _) => {}
            (_, Some(Some(waits @ true))) => {
                *waits = false;
                let place = Place {
                    keys: &keys,
                    is_key: true,
                };
                let new = rewrite(place, token);
                text.push_str(new.as_deref().unwrap_or(token));
                keys.push(unquoted(token));
                return;
            }
            _ => {
                let place = Place {
                    keys: &keys,
                    is_key: false,
                };
                let new = rewrite(place, token);
                text.push_str(new.as_deref().unwrap_or(token));
                return;
            }
        }
        text.push_str(token);
    });
    text
}

/// What a token of a text says. A text that no Rust text can hold (half of a surrogate pair) is given as it is written.
pub fn unquoted(token: &str) -> String {
    serde_json::from_str(token).unwrap_or_else(|_| token.trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_values_are_rewritten_with_the_keys_around_them_known() {
        let json = r#"{"a":{},"b":[1,{"c":"x"}],"d":{"e":{"f":null}}}"#;
        let mut seen = Vec::new();
        let new = rewritten(json, |place, token| {
            seen.push(format!(
                "{}{token}{}",
                place.keys.join("."),
                if place.is_key { " key" } else { "" }
            ));
            (token == "1").then(|| "2".to_owned())
        });
        assert_eq!(new, json.replace('1', "2"));
        insta::assert_snapshot!(seen.join("\n"), @r#"
        "a" key
        "b" key
        b1
        b"c" key
        b.c"x"
        "d" key
        d"e" key
        d.e"f" key
        d.e.fnull
        "#);
    }
}
