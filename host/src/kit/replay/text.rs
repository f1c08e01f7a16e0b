//! Comparisons as a person reads them: a table first, then each difference.

use std::fmt::{self, Display, Formatter};

use comfy_table::{CellAlignment, Table, presets};

use super::{Comparisons, Effect};
use crate::report::style::{BAD, GOOD, HEADING, NOTE, paint};

impl Comparisons {
    /// How many alerts it comes to this for.
    pub fn count(&self, effect: Effect) -> usize {
        self.0.iter().filter(|compared| compared.effect == effect).count()
    }

    fn table(&self) -> String {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header(["ALERTS", "WITH THE CHANGE"]);
        for effect in Effect::ALL {
            let count = self.count(effect);
            if count > 0 {
                table.add_row([count.to_string(), effect.meaning().to_owned()]);
            }
        }
        table.add_row([self.0.len().to_string(), "in all".to_owned()]);
        if let Some(column) = table.column_mut(0) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        table.trim_fmt()
    }
}

impl Display for Comparisons {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}", self.table())?;
        for compared in self.0.iter().filter(|compared| compared.effect != Effect::Same) {
            let style = match compared.effect {
                Effect::Same => GOOD,
                Effect::Acts | Effect::OtherHolds | Effect::OtherWords => NOTE,
                Effect::Rests | Effect::Fails | Effect::Unrecorded | Effect::Unusable => BAD,
            };
            writeln!(
                out,
                "\n{}: {}",
                paint(HEADING, &compared.name),
                paint(style, compared.effect.meaning())
            )?;
            for line in compared.difference.lines() {
                writeln!(out, "  {line}")?;
            }
        }
        Ok(())
    }
}
