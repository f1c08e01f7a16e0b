//! A check-up as a person reads it.

use std::fmt::{self, Formatter};

use comfy_table::{Table, presets};

use super::{Area, Checkup, Finding, Verdict};
use crate::{
    cloud::CloudPlace,
    report::{
        style::{BAD, GOOD, paint},
        summary::count,
    },
};

pub(super) fn write(out: &mut Formatter<'_>, checkup: &Checkup) -> fmt::Result {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["WHAT", "AT", "IS", "WHY"]);
    for finding in &checkup.0 {
        table.add_row([
            finding.what.clone(),
            finding.at.as_ref().map_or_else(|| "here".to_owned(), place),
            finding.verdict.name().to_owned(),
            finding.why.clone(),
        ]);
    }
    writeln!(out, "{}", table.trim_fmt())?;
    let missing: Vec<_> = checkup.missing().collect();
    if missing.is_empty() {
        let unproven = checkup.0.iter().filter(|finding| is_unproven(finding)).count();
        return match unproven {
            0 => writeln!(out, "{}", paint(GOOD, "nothing is missing")),
            _ => writeln!(
                out,
                "{}, but {} could not be proven",
                paint(GOOD, "nothing was found missing"),
                count(unproven, "permission")
            ),
        };
    }
    for finding in missing {
        let at = finding.at.as_ref().map(|at| format!(" at {}", place(at)));
        writeln!(
            out,
            "{} {}{}: {}",
            paint(BAD, "missing:"),
            finding.what,
            at.unwrap_or_default(),
            finding.why
        )?;
    }
    Ok(())
}

fn is_unproven(finding: &Finding) -> bool {
    finding.area == Area::Permission && !matches!(finding.verdict, Verdict::Fine | Verdict::Note)
}

fn place(at: &CloudPlace) -> String {
    format!("{}/{}", at.account, at.region)
}
