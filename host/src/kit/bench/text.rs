//! A measurement as an author reads it.

use std::{
    fmt::{self, Display, Formatter},
    time::Duration,
};

use super::{Measured, Times, times::QUANTILES};
use crate::{
    report::style::{HEADING, QUIET, paint},
    text::{bytes, grouped},
};

impl Display for Measured {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = QUANTILES.iter().map(|(name, _)| format!("{name:>9}")).collect();
        writeln!(
            out,
            "{}",
            paint(HEADING, format!("time    {}  decisions", names.concat()))
        )?;
        write_times(out, "fresh", &self.fresh)?;
        write_times(out, "warm", &self.warm)?;
        writeln!(
            out,
            "{}",
            paint(
                QUIET,
                "fresh: a store and an instance for each decision, as in production; warm: one instance for all, to compare"
            )
        )?;
        if let Some(first) = self.first {
            let rounded = |seconds| Rounded(Duration::from_secs_f64(seconds));
            writeln!(
                out,
                "{} {:?} after loading what was compiled, which took {:?}",
                paint(HEADING, "first decision"),
                rounded(first.decision_seconds),
                rounded(first.loading_seconds)
            )?;
        }
        writeln!(out, "{}", paint(HEADING, "fresh, each time"))?;
        writeln!(out, "  fuel    {}", grouped(self.fuel))?;
        writeln!(out, "  memory  {}", bytes(self.cost.memory_bytes))?;
        writeln!(out, "  facts   {}", self.cost.host_calls)?;
        writeln!(out, "  answer  {}", bytes(self.cost.output_bytes))
    }
}

fn write_times(out: &mut Formatter<'_>, name: &str, times: &Times) -> fmt::Result {
    write!(out, "  {name:<6}")?;
    for (_, quantile) in QUANTILES {
        write!(out, "{:>9}", format!("{:?}", Rounded(times.at(quantile))))?;
    }
    writeln!(out, "  {}", grouped(times.count()))
}

/// A time with three digits or so.
struct Rounded(Duration);

impl fmt::Debug for Rounded {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self.0.as_nanos() {
            0..10_000 => write!(out, "{:.2?}", self.0),
            10_000..100_000 => write!(out, "{:.1?}", self.0),
            100_000..1_000_000 => write!(out, "{:.0?}", self.0),
            1_000_000..10_000_000 => write!(out, "{:.2?}", self.0),
            _ => write!(out, "{:.1?}", self.0),
        }
    }
}
