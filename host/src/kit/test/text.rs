//! A run as an author reads it.

use std::fmt::{self, Display, Formatter};

use super::{Outcome, Run, Trial, cost::shares, difference::difference};
use crate::{
    report::style::{BAD, GOOD, HEADING, NOTE, QUIET, paint},
    report::summary::count,
    sandbox::{Level, Limits},
    text::printed_lines,
};

/// From this many recordings on, those that are as they should be and cost little are only counted.
const MANY: usize = 40;

/// The last lines of a log that are shown with a failure.
const LOG_LINES: usize = 10;

impl Display for Run {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let is_worth_a_line = |trial: &&Trial| self.trials.len() < MANY || !trial.is_plain(&self.limits);
        let shown: Vec<_> = self.trials.iter().filter(is_worth_a_line).collect();
        let width = shown
            .iter()
            .map(|trial| trial.name.chars().count())
            .max()
            .unwrap_or_default();
        for trial in &shown {
            trial.write_line(out, width, &self.limits)?;
        }
        for trial in &shown {
            trial.write_problems(out)?;
        }
        if !shown.is_empty() {
            writeln!(out)?;
        }
        self.write_summary(out)
    }
}

impl Run {
    fn write_summary(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let failed = self.failed();
        let verdict = match failed {
            0 => paint(GOOD, "all as recorded"),
            failed => paint(BAD, format!("{failed} not as recorded")),
        };
        let took = if self.took.as_secs() == 0 {
            format!("{:.0?}", self.took)
        } else {
            format!("{:.1?}", self.took)
        };
        writeln!(out, "{}: {verdict}, in {took}", count(self.trials.len(), "recording"))?;
        for share in self.highest() {
            writeln!(out, "  most {:<12}  {}", share.limit, share.beside_limit())?;
        }
        if self.trials.iter().any(|trial| trial.acceptable.is_some()) {
            writeln!(
                out,
                "{}",
                paint(
                    QUIET,
                    "`--accept` takes what the plugin decides for what it should decide"
                )
            )?;
        }
        Ok(())
    }
}

impl Trial {
    /// Whether there is nothing to look at.
    fn is_plain(&self, limits: &Limits) -> bool {
        let is_red = |cost| shares(cost, limits).iter().any(|share| share.is_red());
        self.outcome.is_good() && self.unasked.is_empty() && !self.cost.as_ref().is_some_and(is_red)
    }

    fn write_line(&self, out: &mut Formatter<'_>, width: usize, limits: &Limits) -> fmt::Result {
        let mark = match self.outcome {
            Outcome::Same => paint(GOOD, "✓"),
            _ => paint(BAD, "✗"),
        };
        let costs = self.cost.iter().flat_map(|cost| shares(cost, limits));
        let costs: Vec<_> = costs
            .map(|share| format!("{} {}", share.name(), share.text()))
            .collect();
        let line = format!("{mark} {:<width$}  {}", self.name, costs.join(", "));
        writeln!(out, "{}", line.trim_end())
    }

    fn write_problems(&self, out: &mut Formatter<'_>) -> fmt::Result {
        if self.outcome.is_good() && self.unasked.is_empty() {
            return Ok(());
        }
        writeln!(
            out,
            "\n{} {}",
            paint(HEADING, &self.name),
            paint(QUIET, self.path.display())
        )?;
        match &self.outcome {
            Outcome::Same => {}
            // What was expected of a plugin that fails is of no use to who looks for the failure.
            Outcome::Different {
                old,
                new,
                failure: Some(failure),
            } => {
                let mut lines = printed_lines(failure);
                let first = lines.next().unwrap_or_default();
                writeln!(out, "  {} the plugin {first}", paint(BAD, "failed:"))?;
                for line in lines {
                    writeln!(out, "  {line}")?;
                }
                if old.starts_with("failure") {
                    write_indented(out, &difference(old, new))?;
                }
            }
            Outcome::Different { old, new, .. } => {
                writeln!(
                    out,
                    "  decided differently: {} recorded, {} decided",
                    paint(BAD, "-"),
                    paint(GOOD, "+")
                )?;
                write_indented(out, &difference(old, new))?;
            }
            Outcome::Unrecorded(unrecorded) => {
                for one in unrecorded {
                    writeln!(out, "  {} {one}", paint(BAD, "not recorded:"))?;
                }
            }
            Outcome::Unusable(why) => writeln!(out, "  {} {why}", paint(BAD, "unusable:"))?,
        }
        for question in &self.unasked {
            writeln!(
                out,
                "  {} `{question}` is recorded, and the plugin did not ask for it",
                paint(NOTE, "not asked:")
            )?;
        }
        if self.outcome.is_good() {
            Ok(())
        } else {
            self.write_log(out)
        }
    }

    fn write_log(&self, out: &mut Formatter<'_>) -> fmt::Result {
        // A panic is logged, and the failure has told it.
        let lines: Vec<_> = self.log.iter().filter(|line| !line.is_panic()).collect();
        let first = lines.len().saturating_sub(LOG_LINES);
        for line in lines.iter().skip(first) {
            let level = match line.level {
                Level::Error => paint(BAD, "error"),
                Level::Warn => paint(NOTE, "warn "),
                Level::Info => "info ".to_owned(),
                Level::Debug => paint(QUIET, "debug"),
                Level::Trace => paint(QUIET, "trace"),
            };
            writeln!(out, "  {} {level} {}", paint(QUIET, "log"), line.message)?;
        }
        Ok(())
    }
}

fn write_indented(out: &mut Formatter<'_>, text: &str) -> fmt::Result {
    text.lines().try_for_each(|line| writeln!(out, "  {line}"))
}
