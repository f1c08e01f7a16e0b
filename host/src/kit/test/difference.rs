//! How two decisions differ, line by line.

use std::fmt::Write as _;

use similar::{ChangeTag, TextDiff};

use crate::{
    json::{JsonText, indented},
    record::Examined,
    report::{
        Answer,
        style::{BAD, GOOD, QUIET, paint},
    },
};

/// How many equal lines are shown around a difference.
const CONTEXT: usize = 2;

/// A decision and what the guards said of it, as it stands in a recording's file. Two that differ have different texts.
pub fn text(answer: &Answer, examined: &[Examined]) -> String {
    let json = match answer {
        Answer::Decided(decision) => JsonText::of(decision),
        Answer::Failed(failure) => JsonText::of(failure),
    };
    // Neither has anything that JSON can't say.
    let json = json.map(|json| indented(json.as_str())).unwrap_or_default();
    let kind = match answer {
        Answer::Decided(_) => "decision",
        Answer::Failed(_) => "failure",
    };
    let mut text = format!("{kind} {json}\n");
    for (index, examined) in examined.iter().enumerate() {
        let verdict = match examined.verdicts.iter().find(|verdict| !verdict.passed) {
            None => "passes the guards".to_owned(),
            Some(refusal) => format!("is refused by guard {}: {}", refusal.guard, refusal.reason),
        };
        // Writing to a String can't fail.
        let _ = writeln!(text, "remediation {} {verdict}", index + 1);
    }
    text
}

/// The lines of `old` that are gone, with `-`, and those of `new` that came, with `+`, and a few around them. Empty if there is no difference.
pub fn difference(old: &str, new: &str) -> String {
    let diff = TextDiff::from_lines(old, new);
    let mut text = String::new();
    for (index, group) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        if index > 0 {
            text.push_str(&paint(QUIET, "  ⋮"));
            text.push('\n');
        }
        for change in group.iter().flat_map(|operation| diff.iter_changes(operation)) {
            let line = change.value().trim_end_matches('\n');
            let line = match change.tag() {
                ChangeTag::Delete => paint(BAD, format!("- {line}")),
                ChangeTag::Insert => paint(GOOD, format!("+ {line}")),
                ChangeTag::Equal => format!("  {line}"),
            };
            text.push_str(&line);
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_shown_with_some_lines_around_it() {
        let old: String = (0..20).map(|line| format!("line {line}\n")).collect();
        let new = old.replace("line 3\n", "line three\n").replace("line 15\n", "");
        insta::assert_snapshot!(anstream::adapter::strip_str(&difference(&old, &new)), @r"
          line 1
          line 2
        - line 3
        + line three
          line 4
          line 5
          ⋮
          line 13
          line 14
        - line 15
          line 16
          line 17
        ");
        assert_eq!(difference(&old, &old), "");
    }
}
