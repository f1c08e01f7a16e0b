//! Text of a plugin, made safe to show.

use std::fmt::Write as _;

/// `text` on one line of at most about `limit` bytes: line breaks, control characters and those that turn the direction of writing are escaped, so that
/// a plugin can't forge a line of the log nor steer a terminal. What is cut off leaves `…`.
pub fn shown(text: &str, limit: usize) -> String {
    let mut line = String::with_capacity(text.len().min(limit));
    for character in text.chars() {
        if line.len() + character.len_utf8() > limit {
            line.push('…');
            break;
        }
        if is_unsafe(character) {
            // Writing to a String can't fail.
            let _ = write!(line, "{}", character.escape_default());
        } else {
            line.push(character);
        }
    }
    line
}

fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_can_not_be_forged_nor_a_terminal_steered() {
        insta::assert_snapshot!(
            shown("ok\nERROR forged\u{1b}[2J\u{202e}txt", 100),
            @r"ok\nERROR forged\u{1b}[2J\u{202e}txt"
        );
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        insta::assert_snapshot!(shown("äöü", 3), @"ä…");
        insta::assert_snapshot!(shown("äöü", 6), @"äöü");
    }
}
