//! `quell holds`: what is in force.

use clap::Args;
use comfy_table::{Table, presets};
use jiff::{SignedDuration, SpanRound, Timestamp, Unit, fmt::friendly::SpanPrinter};

use super::{
    Global,
    output::{ListOutput, answer},
};
use crate::{
    clock::{Clock, SystemClock},
    exit::Failure,
    hold::{Hold, HoldFilter, Journal, SqliteJournal},
    report::summary::count,
};

/// List what is in force: address, target, why, since when and until when.
///
/// A hold that found no room on its target is listed as not covered: it gets its place when there is room.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:\n  quell holds\n  quell holds --all --output json | jq '.[].id'")]
pub struct Holds {
    /// Holds that have ended, too
    #[arg(long)]
    pub all: bool,
    /// How to print it
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    pub output: ListOutput,
}

impl Holds {
    /// Prints the list.
    pub async fn run(self, global: &Global) -> Result<(), Failure> {
        let config = global.config()?;
        let filter = HoldFilter {
            ended: self.all,
            ..HoldFilter::default()
        };
        // Who has no journal yet has no holds either.
        let holds = if config.journal.path.exists() {
            SqliteJournal::open_to_read(&config.journal.path)?
                .holds(&filter)
                .await?
        } else {
            Vec::new()
        };
        match self.output {
            ListOutput::Json => answer(serde_json::to_string_pretty(&holds)?),
            ListOutput::Table if holds.is_empty() => answer("nothing is in force"),
            ListOutput::Table => answer(table(&holds, SystemClock.now())),
        }
    }
}

fn table(holds: &[Hold], now: Timestamp) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header([
        "HOLD",
        "PREFIX",
        "DIRECTION",
        "AT",
        "AS",
        "SINCE",
        "UNTIL",
        "ALERTS",
        "WHY",
    ]);
    for hold in holds {
        table.add_row([
            hold.id.to_string(),
            hold.prefix.to_string(),
            hold.direction.to_string(),
            hold.target.acl.to_string(),
            hold.coverage.to_string(),
            format!("{:.0}", hold.since),
            until(hold, now),
            hold.offences.to_string(),
            hold.reason.clone(),
        ]);
    }
    let uncovered = holds
        .iter()
        .filter(|hold| hold.is_live(now) && !hold.coverage.is_covered())
        .count();
    let mut text = table.to_string();
    if uncovered > 0 {
        text.push_str(&format!("\n{} not covered", count(uncovered, "hold")));
    }
    text
}

fn until(hold: &Hold, now: Timestamp) -> String {
    if let Some(ended) = hold.ended {
        let why = match ended.why {
            crate::hold::EndReason::Expired => "expired",
            crate::hold::EndReason::Released => "released",
        };
        return format!("{why} {:.0}", ended.at);
    }
    match hold.until {
        None => "released".to_owned(),
        Some(until) => format!("{until:.0} ({})", left(until.duration_since(now))),
    }
}

/// `3h 2m left`: two units at most.
fn left(duration: SignedDuration) -> String {
    if duration <= SignedDuration::ZERO {
        return "over".to_owned();
    }
    let smallest = match duration.as_secs() {
        0..600 => Unit::Second,
        600..86_400 => Unit::Minute,
        _ => Unit::Hour,
    };
    let round = SpanRound::new()
        .largest(Unit::Day)
        .smallest(smallest)
        .days_are_24_hours();
    let span = jiff::Span::try_from(duration).and_then(|span| span.round(round));
    span.map_or_else(
        |_| "later".to_owned(),
        |span| format!("{} left", SpanPrinter::new().span_to_string(&span)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_that_is_left_is_short_to_read() {
        assert_eq!(left(SignedDuration::from_secs(59)), "59s left");
        assert_eq!(left(SignedDuration::from_secs(3 * 3600 + 125)), "3h 2m left");
        assert_eq!(left(SignedDuration::from_hours(49)), "2d 1h left");
        assert_eq!(left(SignedDuration::from_secs(-5)), "over");
    }
}
