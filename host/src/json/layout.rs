//! The layout: JSON as a person wants to read it.

use super::token::tokens;

/// How long a line may become before its value is broken into several.
const WIDTH: usize = 120;

/// How deep values may lie within one another to be broken into lines. Those below stand on one: who sends an alert chooses how deep it is, and each
/// level that is broken costs stack.
const DEEPEST: usize = 64;

/// Valid JSON made readable: indented, and each array or object that fits into a line on one. Tokens stay as they are.
pub fn indented(json: &str) -> String {
    let mut all = Vec::new();
    tokens(json, |token| all.push(token));
    let mut text = String::with_capacity(json.len() * 2);
    let mut rest = all.as_slice();
    while !rest.is_empty() {
        rest = write(&mut text, rest, 0, 0);
    }
    text
}

/// Writes the value that `tokens` begin with, on a line that has `used` columns already, and gives back the tokens after it.
fn write<'a, 'json>(text: &mut String, tokens: &'a [&'json str], depth: usize, used: usize) -> &'a [&'json str] {
    let Some((first, rest)) = tokens.split_first() else {
        return tokens;
    };
    text.push_str(first);
    let Some(close) = closing(first) else {
        return rest;
    };
    let room = if depth < DEEPEST {
        WIDTH.saturating_sub(used)
    } else {
        usize::MAX
    };
    if let Some((line, rest)) = on_one_line(tokens, room) {
        text.truncate(text.len() - first.len());
        text.push_str(&line);
        return rest;
    }
    let mut rest = rest;
    loop {
        let indent = (depth + 1) * 2;
        text.push('\n');
        text.extend(std::iter::repeat_n(' ', indent));
        let mut used = indent;
        if let [key, ":", after @ ..] = rest {
            text.push_str(key);
            text.push_str(": ");
            used += key.chars().count() + 2;
            rest = after;
        }
        rest = write(text, rest, depth + 1, used);
        match rest.split_first() {
            Some((&",", after)) => {
                text.push(',');
                rest = after;
            }
            Some((_, after)) => {
                text.push('\n');
                text.extend(std::iter::repeat_n(' ', depth * 2));
                text.push_str(close);
                return after;
            }
            None => return rest,
        }
    }
}

/// The array or object that `tokens` begin with as one line of at most `room` columns, a comma after it included, and the tokens after it; None if it is longer.
fn on_one_line<'a, 'json>(tokens: &'a [&'json str], room: usize) -> Option<(String, &'a [&'json str])> {
    let mut line = String::new();
    let mut depth = 0_usize;
    let mut columns = 0;
    for (at, token) in tokens.iter().enumerate() {
        let before = tokens.get(at.wrapping_sub(1)).copied().unwrap_or_default();
        let is_space_before = match *token {
            "]" | ":" | "," => false,
            "}" => before != "{",
            _ => matches!(before, ":" | "," | "{"),
        };
        columns += token.chars().count() + usize::from(is_space_before);
        if columns >= room {
            return None;
        }
        if is_space_before {
            line.push(' ');
        }
        line.push_str(token);
        match *token {
            "{" | "[" => depth += 1,
            "}" | "]" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return Some((line, tokens.get(at + 1..).unwrap_or_default()));
        }
    }
    None
}

fn closing(token: &str) -> Option<&'static str> {
    match token {
        "{" => Some("}"),
        "[" => Some("]"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::json::token::compact;

    #[test]
    fn what_is_short_stands_on_one_line_and_what_is_long_on_several() {
        let long = "x".repeat(90);
        let json = format!(r#"{{"short":{{"a":[1,2,{{}}],"b":null}},"long":["{long}",{{"a":"{long}"}}],"empty":[]}}"#);
        insta::assert_snapshot!(indented(&json), @r#"
        {
          "short": { "a": [1, 2, {}], "b": null },
          "long": [
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            { "a": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" }
          ],
          "empty": []
        }
        "#);
    }

    #[test]
    fn no_depth_breaks_it() {
        let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
        assert_eq!(compact(&indented(&deep)), deep);
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            "[ -~\u{e9}\n]{0,60}".prop_map(Into::into),
        ];
        leaf.prop_recursive(5, 60, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
                prop::collection::btree_map("[a-z\"\\\\]{1,9}", inner, 0..6)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn indented_json_is_the_same_json(value in json()) {
            let compacted = value.to_string();
            let indented = indented(&compacted);
            prop_assert_eq!(compact(&indented), compacted);
            let is_short_or_one_token = |line: &str| line.chars().count() <= WIDTH || !line.trim().trim_end_matches(',').ends_with(['}', ']']);
            prop_assert!(indented.lines().all(is_short_or_one_token), "{}", indented);
        }
    }
}
