//! Changes of an input: what a broken sender, a proxy or somebody who means harm makes of a real one.

use std::ops::Range;

/// What is put into texts: ends of ranges, words of JSON, TOML and HTML, characters that move a cursor, and bytes that are no text.
const TOKENS: [&[u8]; 31] = [
    b"null",
    b"true",
    b"-1",
    b"0",
    b"1e999",
    b"18446744073709551616",
    b"-9223372036854775809",
    b"0.1",
    b"\"\"",
    b"[]",
    b"{}",
    b"[[[[[[[[[[[[[[[[",
    b"{\"a\":{\"a\":{\"a\":",
    b"\"\\u0000\"",
    b"\"\\ud800\"",
    b"\xe2\x80\xae",
    b"\x1b[2J",
    b"\xff\xfe",
    b"\0",
    b"\r\n",
    b"\n\n",
    b"\"",
    b"\\",
    b",",
    b":",
    b"=",
    b"0.0.0.0/0",
    b"::ffff:203.0.113.7",
    b"999999999999999999999 ",
    b"CEF:0|",
    b"\"><b>",
];

/// One change, as numbers: whatever they are they mean a change of whatever input.
#[derive(Debug, Clone, Copy)]
pub struct Mutation {
    /// What is done.
    pub act: u8,
    /// Where, in parts of 65536 of the input.
    pub at: u16,
    /// How much, or which.
    pub of: u16,
}

impl Mutation {
    /// The input with this change.
    #[must_use]
    pub fn of(self, input: &[u8], other: &[u8]) -> Vec<u8> {
        let mut changed = input.to_vec();
        let at = place(changed.len(), self.at);
        match self.act % 8 {
            // One byte is another.
            0 => {
                if let Some(byte) = changed.get_mut(at) {
                    *byte ^= 1 << (self.of % 8);
                }
            }
            // A piece is gone.
            1 => {
                changed.drain(piece(&changed, at, self.of));
            }
            // A piece is there twice.
            2 => {
                let copy = changed[piece(&changed, at, self.of)].to_vec();
                changed.splice(at..at, copy);
            }
            // The rest is gone.
            3 => changed.truncate(at),
            // A token comes in.
            4 => {
                changed.splice(at..at, token(self.of).iter().copied());
            }
            // A token stands for a word.
            5 => {
                let word = word(&changed, at);
                changed.splice(word, token(self.of).iter().copied());
            }
            // The rest is that of another.
            6 => {
                changed.truncate(at);
                changed.extend(&other[place(other.len(), self.of)..]);
            }
            // Two words change places.
            _ => {
                let second = place(changed.len(), self.of);
                let (one, two) = (word(&changed, at.min(second)), word(&changed, at.max(second)));
                if one.end <= two.start {
                    let (first, last) = (changed[one.clone()].to_vec(), changed[two.clone()].to_vec());
                    changed.splice(two, first);
                    changed.splice(one, last);
                }
            }
        }
        changed
    }
}

fn place(length: usize, at: u16) -> usize {
    (length * usize::from(at)) >> 16
}

fn piece(input: &[u8], at: usize, of: u16) -> Range<usize> {
    at..(at + 1 + usize::from(of % 64)).min(input.len())
}

fn token(of: u16) -> &'static [u8] {
    TOKENS[usize::from(of) % TOKENS.len()]
}

/// The letters and digits around a place.
fn word(input: &[u8], at: usize) -> Range<usize> {
    let is_of_a_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-/".contains(byte);
    let start = input[..at]
        .iter()
        .rposition(|byte| !is_of_a_word(byte))
        .map_or(0, |before| before + 1);
    let end = input[at..]
        .iter()
        .position(|byte| !is_of_a_word(byte))
        .map_or(input.len(), |length| at + length);
    start..end
}
