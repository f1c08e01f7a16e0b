//! The narrator: prints the story, scene by scene.

use std::{
    io::{self, IsTerminal, Write},
    time::Duration,
};

use comfy_table::Table;

use super::DemoError;
use crate::report::style::{HEADING, paint};

/// How long a scene stays before the next, for a person to read.
const PAUSE: Duration = Duration::from_secs(2);

/// Prints the story.
pub(super) struct Narrator {
    pauses: bool,
    colours: bool,
    scenes: std::cell::Cell<u32>,
}

impl Narrator {
    /// Pauses between scenes only where a person reads along.
    pub(super) fn new(fast: bool) -> Self {
        let stdout = io::stdout();
        Self {
            pauses: !fast && stdout.is_terminal(),
            colours: anstream::AutoStream::choice(&stdout) != anstream::ColorChoice::Never,
            scenes: std::cell::Cell::new(0),
        }
    }

    /// Begins a scene.
    pub(super) fn scene(&self, title: &str) -> Result<(), DemoError> {
        let number = self.scenes.get() + 1;
        self.scenes.set(number);
        if number > 1 && self.pauses {
            // The daemon lives on other threads; the story may stand still.
            std::thread::sleep(PAUSE);
        }
        self.say(paint(HEADING, format!("\n── {number}. {title} ──")))
    }

    /// Says something.
    pub(super) fn say(&self, text: impl std::fmt::Display) -> Result<(), DemoError> {
        let mut out = anstream::stdout().lock();
        writeln!(out, "{text}")?;
        Ok(out.flush()?)
    }

    /// A table, with colour if the story has colour.
    pub(super) fn table(&self, mut table: Table) -> Table {
        if self.colours {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        table
    }

    /// What to do next.
    pub(super) fn close(&self) -> Result<(), DemoError> {
        self.say(
            "\nNext: `quell config example > quell.toml`, then `quell explain ALERT` to see what would be done in your own \
             account, with nothing written.",
        )
    }
}
