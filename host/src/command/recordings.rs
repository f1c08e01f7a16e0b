//! `quell recordings`: recordings without a plugin: their schema, and those that the journal holds.

use clap::{Args, Subcommand};

use super::output::answer;
use crate::{exit::Failure, record::Recording};

/// Describe recordings, and get them out of the journal.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:\n  quell recordings schema > recording.schema.json")]
pub struct Recordings {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Clone, Subcommand)]
enum What {
    /// Print the JSON Schema of a recording, for editors
    #[command(after_help = "Example:\n  quell recordings schema > recording.schema.json")]
    Schema,
}

impl Recordings {
    /// Does it.
    pub fn run(self) -> Result<(), Failure> {
        match self.what {
            What::Schema => answer(serde_json::to_string_pretty(&Recording::schema())?),
        }
    }
}
