//! What a command redacts in the recordings that it writes.

use std::path::PathBuf;

use clap::Args;

use crate::{
    config::{Config, Secret},
    exit::{Exit, Failure, OrExit, OrItsExit},
    record::redact::{Kind, Redactor},
    secret::Secrets,
    setup::{self, SetupError},
};

/// What is redacted. Without any of these: what the configuration says.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Redaction")]
pub(super) struct Redaction {
    /// What to redact wherever it stands: account, address, id [default: `redact` in [recordings]]
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    redact: Vec<Kind>,
    /// Redact the value of this key in the detector's JSON, and every other mention of the value [default: `redact-fields` in [recordings]]
    #[arg(long, value_name = "KEY", value_delimiter = ',')]
    redact_field: Vec<String>,
    /// The file that holds the key: with the same key equal things stay equal in all recordings [default: that of [recordings], or else a key for this run
    /// alone]
    #[arg(long, value_name = "FILE")]
    redact_key: Option<PathBuf>,
    /// Redact nothing, whatever the configuration says
    #[arg(long, conflicts_with_all = ["redact", "redact_field", "redact_key"])]
    unredacted: bool,
}

impl Redaction {
    /// What redacts. None if nothing is to be redacted.
    pub(super) async fn redactor(&self, config: &Config) -> Result<Option<Redactor>, Failure> {
        if self.unredacted {
            return Ok(None);
        }
        let mut recordings = config.recordings.clone();
        if !self.redact.is_empty() || !self.redact_field.is_empty() {
            recordings.redact.clone_from(&self.redact);
            recordings.redact_fields.clone_from(&self.redact_field);
        }
        if let Some(file) = &self.redact_key {
            recordings.key = Some(Secret::File(file.clone()));
        }
        let exit = if self.redact_key.is_some() {
            Exit::Input
        } else {
            Exit::Configuration
        };
        let redaction = match setup::redaction(&recordings, &Secrets::new(&config.secrets)) {
            Err(error @ SetupError::Secret(_)) => return Err(error).or_exit(exit),
            redaction => redaction.or_its_exit()?,
        };
        match redaction {
            Some(redaction) => redaction.redactor().await.or_exit(exit).map(Some),
            None => Ok(None),
        }
    }
}
