//! Holds as a person lists them.

use comfy_table::{Table, presets};
use jiff::Timestamp;

use super::left::left;
use crate::hold::{Coverage, EndReason, Hold};

/// A row a hold, with what it does, how it is covered, how much time is left, and why.
pub fn hold_table(holds: &[Hold], now: Timestamp) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header([
        "HOLD",
        "WHAT",
        "DIRECTION",
        "AT",
        "COVERED",
        "AS",
        "LEFT",
        "SINCE",
        "ALERTS",
        "WHY",
    ]);
    let place = holds.first().map(|hold| hold.target.place());
    let is_one_place = holds.iter().all(|hold| Some(hold.target.place()) == place);
    for hold in holds {
        let (covered, rule) = coverage(hold);
        table.add_row([
            hold.id.to_string(),
            hold.remedy.subject(),
            hold.remedy
                .denial()
                .map_or(String::new(), |denial| denial.direction.to_string()),
            if is_one_place {
                hold.target.resource.to_string()
            } else {
                hold.target.to_string()
            },
            covered.to_owned(),
            rule,
            time_left(hold, now),
            format!("{:.0}", hold.since),
            hold.offences.to_string(),
            hold.reason.clone(),
        ]);
    }
    table
}

/// Whether it is covered, and as which rule.
fn coverage(hold: &Hold) -> (&'static str, String) {
    match &hold.coverage {
        _ if hold.ended.is_some() => ("", String::new()),
        Coverage::Pending => ("not yet", String::new()),
        Coverage::UnderWay { .. } => ("under way", String::new()),
        Coverage::NotCovered { .. } => ("NO", String::new()),
        covered => ("yes", covered.to_string()),
    }
}

fn time_left(hold: &Hold, now: Timestamp) -> String {
    match (hold.ended, hold.until) {
        (Some(ended), _) => {
            let why = match ended.why {
                EndReason::Expired => "expired",
                EndReason::Released => "released",
            };
            format!("{why} {:.0}", ended.at)
        }
        (None, None) => "until released".to_owned(),
        (None, Some(until)) => left(until.duration_since(now)),
    }
}
