//! What is said: what was done, on what, until when, and what is not covered. Pure.

use std::fmt::Write;

use jiff::Timestamp;

use crate::{
    hold::{Coverage, EndReason, FeedbackId, Hold, Remedy},
    report::{HeldReport, Report},
};

/// How many holds are told one by one.
const MOST_HOLDS: usize = 20;

/// What was done about an alert.
pub fn done(report: &Report) -> String {
    let held: Vec<_> = report.targets.iter().flat_map(|target| &target.holds).collect();
    let mut lines = vec!["Quell acted on this alert.".to_owned()];
    lines.extend(held.iter().take(MOST_HOLDS).map(|held| line(held)));
    if held.len() > MOST_HOLDS {
        lines.push(format!("… and {} more.", held.len() - MOST_HOLDS));
    }
    for target in &report.targets {
        if target.failure.is_some() {
            lines.push(format!("At {} something failed and is tried again.", target.target));
        }
    }
    lines.join("\n")
}

/// That all that was done is over.
pub fn over(holds: &[Hold]) -> String {
    let mut lines = vec!["What Quell did about this alert is over.".to_owned()];
    for hold in holds.iter().take(MOST_HOLDS) {
        let mut line = format!("- {} at {} (hold {})", remedy(&hold.remedy), hold.target, hold.id);
        if let Some(ended) = &hold.ended {
            let how = match ended.why {
                EndReason::Expired => "its time was up",
                EndReason::Released => "released",
            };
            // Writing into a text can't fail.
            let _ = write!(line, ": {how} at {}", second(ended.at));
        }
        lines.push(line);
    }
    if holds.len() > MOST_HOLDS {
        lines.push(format!("… and {} more.", holds.len() - MOST_HOLDS));
    }
    lines.join("\n")
}

/// A text with the mark by which it is found again, in so many characters.
pub fn marked(text: &str, id: &FeedbackId, most: usize) -> String {
    let mark = mark(id);
    let room = most.saturating_sub(mark.chars().count() + 1);
    let shown: String = if text.chars().count() > room {
        text.chars().take(room.saturating_sub(1)).chain(['…']).collect()
    } else {
        text.to_owned()
    };
    format!("{shown}\n{mark}")
}

/// The mark of a piece of feedback.
pub fn mark(id: &FeedbackId) -> String {
    format!("[quell {id}]")
}

/// Whether all that was asked for is in force.
pub fn is_all_in_force(report: &Report) -> bool {
    let mut held = report.targets.iter().flat_map(|target| &target.holds);
    report.targets.iter().all(|target| target.failure.is_none()) && held.all(|held| held.coverage.is_covered())
}

fn line(held: &HeldReport) -> String {
    let Hold {
        remedy: done,
        target,
        id,
        until,
        ..
    } = &held.hold;
    let until = match until {
        Some(until) => format!("until {}", second(*until)),
        None => "until it is released".to_owned(),
    };
    let how = match &held.coverage {
        Coverage::NotCovered { why } => format!(" NOT COVERED: {why}"),
        Coverage::Pending => " It follows together with other alerts'.".to_owned(),
        _ => String::new(),
    };
    format!("- {} at {target} {until} (hold {id}).{how}", remedy(done))
}

fn remedy(remedy: &Remedy) -> String {
    match remedy.denial() {
        Some(_) => format!("{remedy} denied"),
        None => remedy.to_string(),
    }
}

fn second(time: Timestamp) -> String {
    format!("{time:.0}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::Detector;
    use crate::hold::News;

    #[test]
    fn a_text_that_is_too_long_is_cut_and_its_mark_is_not() {
        let id = FeedbackId::new(Detector::StealthwatchCloud, "6125", News::Done, &[]);
        for most in [60, 512] {
            let marked = marked(&"ä".repeat(1000), &id, most);
            assert_eq!(marked.chars().count(), most);
            assert!(marked.ends_with(&format!("…\n{}", mark(&id))), "{marked}");
        }
        assert_eq!(marked("short", &id, 512), format!("short\n{}", mark(&id)));
    }
}
