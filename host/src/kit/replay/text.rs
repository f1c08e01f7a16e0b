//! Comparisons as a person reads them: a table first, then each difference.

use std::fmt::{self, Display, Formatter};

use comfy_table::{CellAlignment, Table, presets};

use super::{Comparisons, Effect};
use crate::report::style::{BAD, GOOD, HEADING, NOTE, paint};

impl Comparisons {
    /// How many alerts it comes to this for.
    pub fn count(&self, effect: Effect) -> usize {
        self.alerts.iter().filter(|compared| compared.effect == effect).count()
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
        table.add_row([self.alerts.len().to_string(), "in all".to_owned()]);
        if let Some(column) = table.column_mut(0) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        table.trim_fmt()
    }

    fn totals(&self) -> String {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header(["BEFORE", "WITH THE CHANGE", "OVER THE ALERTS THAT CAN BE COMPARED"]);
        for (old, new, what) in [
            (self.old.acting, self.new.acting, "alerts of which holds come"),
            (self.old.prefixes, self.new.prefixes, "prefixes that are denied"),
            (
                self.old.most_at_once,
                self.new.most_at_once,
                "at most at once, of one family at one network ACL: rules, if none is shared",
            ),
        ] {
            table.add_row([old.to_string(), new.to_string(), what.to_owned()]);
        }
        for column in [0, 1] {
            if let Some(column) = table.column_mut(column) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        table.trim_fmt()
    }
}

impl Display for Comparisons {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}\n\n{}", self.table(), self.totals())?;
        for compared in self.alerts.iter().filter(|compared| compared.effect != Effect::Same) {
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
