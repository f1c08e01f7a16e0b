//! Tokens of JSON.

/// Valid JSON without white space between its tokens.
pub(super) fn compact(json: &str) -> String {
    let mut compact = String::with_capacity(json.len());
    tokens(json, |token| compact.push_str(token));
    compact
}

/// Hands over the tokens of valid JSON one by one: a text with its quotes, a bracket, a comma, a colon, a number or a word.
pub(super) fn tokens<'json>(json: &'json str, mut take: impl FnMut(&'json str)) {
    let bytes = json.as_bytes();
    let mut start = 0;
    while let Some(first) = bytes.get(start) {
        let rest = bytes.get(start + 1..).unwrap_or_default();
        let length = match first {
            b' ' | b'\t' | b'\n' | b'\r' => {
                start += 1;
                continue;
            }
            b'"' => 1 + text_length(rest),
            b'{' | b'}' | b'[' | b']' | b',' | b':' => 1,
            _ => {
                let ends = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b',' | b'}' | b']' | b':');
                1 + rest.iter().position(ends).unwrap_or(rest.len())
            }
        };
        take(json.get(start..start + length).unwrap_or_default());
        start += length;
    }
}

/// How many bytes a text has after its opening quote, the closing one included.
fn text_length(bytes: &[u8]) -> usize {
    let mut escaped = false;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    bytes.len()
}
