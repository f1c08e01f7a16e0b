//! Text from outside, made safe to print on a terminal or in one line of a log.

/// `text` with every character escaped that could move the cursor, colour the screen, break the line or turn the reading direction.
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if moves_a_cursor(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// As [`printable`], but line breaks and tabs stay.
pub fn printable_lines(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for (index, line) in text.lines().enumerate() {
        if index > 0 {
            shown.push('\n');
        }
        let cells: Vec<_> = line.split('\t').map(printable).collect();
        shown.push_str(&cells.join("\t"));
    }
    shown
}

/// Whether a character could move the cursor, colour the screen, break the line or turn the reading direction.
pub fn moves_a_cursor(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            // Line and paragraph separators, marks and overrides of the direction, the byte order mark.
            '\u{2028}' | '\u{2029}' | '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_can_neither_colour_nor_clear_the_terminal() {
        insta::assert_snapshot!(printable("a\u{1b}[2Jb\u{9b}31mc"), @r"a\u{1b}[2Jb\u{9b}31mc");
    }

    #[test]
    fn a_title_can_not_fake_a_second_log_line_or_turn_the_text_around() {
        insta::assert_snapshot!(printable("a\r\nb\u{202e}c\u{2028}d"), @r"a\r\nb\u{202e}c\u{2028}d");
    }

    #[test]
    fn plain_text_of_any_language_stays_as_it_is() {
        let text = "Übergroße Last auf сервер 東京 17\u{a0}hours";
        assert_eq!(printable(text), text);
    }

    #[test]
    fn a_longer_text_keeps_its_lines() {
        assert_eq!(printable_lines("a\tb\r\nc\u{7}"), "a\tb\nc\\u{7}");
    }
}
