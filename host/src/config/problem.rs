//! A problem: one thing that is wrong in a configuration file, and where.

use std::{fmt::Write, ops::Range, path::Path};

use crate::alert::printable::printable_lines;

/// One thing that is wrong in a configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong, with the key's name.
    pub message: String,
    /// What to do about it.
    pub remedy: Option<String>,
    /// The bytes of the file that are wrong. None if something is not there at all.
    pub span: Option<Range<usize>>,
    /// Whether the rest of the line may be a secret that was written in the wrong place. It is not shown then.
    pub may_be_secret: bool,
}

impl Problem {
    /// Writes the problem for a person: file and line, the line itself with the wrong part marked, and the remedy.
    pub(super) fn render(&self, file: &Path, text: &str) -> String {
        let mut out = String::new();
        let line = self.span.as_ref().map(|span| Line::of(text, span));
        // The parser repeats what stands in the file.
        let message = printable_lines(&self.message);
        let _infallible = match &line {
            Some(line) => write!(out, "{}:{}: {message}", file.display(), line.number),
            None => write!(out, "{}: {message}", file.display()),
        };
        if let Some(line) = line {
            out.push('\n');
            out.push_str(&line.marked(self.may_be_secret));
        }
        if let Some(remedy) = &self.remedy {
            let _infallible = write!(out, "\n  {}", printable_lines(remedy));
        }
        out
    }
}

/// The line that a span begins in.
struct Line<'text> {
    /// From 1.
    number: usize,
    text: &'text str,
    /// What comes before the marked part, and the marked part as far as it is on this line.
    before: &'text str,
    marked: &'text str,
}

impl<'text> Line<'text> {
    fn of(text: &'text str, span: &Range<usize>) -> Self {
        let start = floor(text, span.start);
        let end = floor(text, span.end).max(start);
        let head = text.get(..start).unwrap_or_default();
        let line_start = head.rfind('\n').map_or(0, |newline| newline + 1);
        let rest = text.get(line_start..).unwrap_or_default();
        let line = rest.lines().next().unwrap_or_default();
        let before = text.get(line_start..start).unwrap_or_default();
        let marked = text.get(start..end.min(line_start + line.len())).unwrap_or_default();
        Self {
            number: head.matches('\n').count() + 1,
            text: line,
            before,
            marked,
        }
    }

    /// The line under its number, and carets below the marked part.
    fn marked(&self, hide_rest: bool) -> String {
        let number = self.number.to_string();
        // Whoever wrote the file may have put in what moves a terminal's cursor.
        let [before, marked, text] = [self.before, self.marked, self.text].map(printable_lines);
        // A tab keeps its width only if the line of carets has it too.
        let indent: String = before.chars().map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        let carets = "^".repeat(marked.chars().count().max(1));
        let shown = if hide_rest {
            format!("{before}{marked} …")
        } else {
            text
        };
        format!(
            "  {number} | {shown}\n  {:width$} | {indent}{carets}",
            "",
            width = number.len()
        )
    }
}

/// The nearest character boundary at or before `index`.
fn floor(text: &str, index: usize) -> usize {
    text.floor_char_boundary(index.min(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(text: &str, span: Option<Range<usize>>) -> String {
        let problem = Problem {
            message: "wrong".to_owned(),
            remedy: Some("right it".to_owned()),
            span,
            may_be_secret: false,
        };
        problem.render(Path::new("quell.toml"), text)
    }

    #[test]
    fn the_wrong_part_is_marked_on_its_line() {
        insta::assert_snapshot!(render("a = 1\n\tbé = 22\n", Some(13..15)), @r"
        quell.toml:2: wrong
          2 | 	bé = 22
            | 	     ^^
          right it
        ");
    }

    #[test]
    fn a_span_over_several_lines_marks_the_first() {
        insta::assert_snapshot!(render("a = [\n1,\n]", Some(4..10)), @r"
        quell.toml:1: wrong
          1 | a = [
            |     ^
          right it
        ");
    }

    #[test]
    fn a_span_beyond_the_text_or_inside_a_character_does_not_panic() {
        render("é", Some(1..1));
        render("", Some(5..9));
        render("a\n", Some(2..2));
    }

    #[test]
    fn what_would_move_the_cursor_of_a_terminal_is_shown_as_an_escape() {
        let told = render("# \u{1b}[2J\na = \u{0}1\n", Some(13..14));
        assert!(told.contains("a = \\u{0}1"), "{told}");
        let told = render("a = \u{1b}[2J", Some(4..5));
        assert_eq!(told, printable_lines(&told));
    }

    #[test]
    fn what_is_not_there_has_no_line() {
        insta::assert_snapshot!(render("a = 1", None), @r"
        quell.toml: wrong
          right it
        ");
    }
}
