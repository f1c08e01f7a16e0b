//! `[recordings]`: which alerts are recorded, where, and what in them is redacted.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    checks::Checks,
    number::Bounded,
    path::Path,
    secret::{Secret, SecretKeys},
};
use crate::{alert::Detector, record::redact::Kind, report::Outcome};

/// Which alerts are recorded, where, and what in them is redacted. Nothing is recorded if there is no place for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Recordings {
    /// The directory that gets a file an alert.
    pub directory: Option<PathBuf>,
    /// Whether each recording is a line of the log.
    pub log: bool,
    /// Only alerts that came to this; all if it is empty.
    pub outcomes: Vec<Outcome>,
    /// Only alerts of these detectors; all if it is empty.
    pub detectors: Vec<Detector>,
    /// Only alerts of these kinds, by the detector's own name; all if it is empty.
    pub kinds: Vec<String>,
    /// What is redacted by its form.
    pub redact: Vec<Kind>,
    /// What is redacted by its key in the detector's JSON.
    pub redact_fields: Vec<String>,
    /// Where the redaction's key is kept. None for one that is made anew at each start.
    pub key: Option<Secret>,
    /// How many files the directory may have.
    pub most_files: usize,
    /// How many bytes they may have together.
    pub most_bytes: u64,
}

/// Recordings: one file an alert, with all that was told and all that came of it, to test and replay plugins on. They are written after the alert was
/// worked on; one that can't be written is told in the log and holds up nothing. The journal keeps what is needed for recordings in any case
/// (`quell recordings export`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "Recordings")]
pub(super) struct RecordingsTable {
    /// The directory that gets a file an alert, made if it is not there. Relative to the configuration file. In Lambda: a file system that is mounted, because
    /// `/tmp` goes with the function's instance.
    pub(super) directory: Option<PathBuf>,
    /// Whether each recording is a line of the log, in its field `recording`: for Lambda, where nothing else lasts. One of more than 200 KB is left out,
    /// because CloudWatch would cut it.
    pub(super) log: bool,
    /// Only alerts that came to this, such as `failed` or `not-covered`. All if it is empty.
    pub(super) outcomes: Vec<Outcome>,
    /// Only alerts of these detectors. All if it is empty.
    pub(super) detectors: Vec<Detector>,
    /// Only alerts of these kinds, by the detector's own name. All if it is empty.
    pub(super) kinds: Vec<String>,
    /// What is redacted wherever it stands: `account`, `address`, `id`. What stands for it keeps its form, and equal things stay equal.
    pub(super) redact: Vec<Kind>,
    /// The keys in the detector's JSON whose values are redacted, together with every other mention of these values.
    pub(super) redact_fields: Vec<String>,
    /// The environment variable that holds the redaction's key: a long random text. With the same key equal things are equal in all
    /// recordings; without one a key is made at each start and kept nowhere.
    pub(super) key_env: Option<String>,
    /// The file that holds the redaction's key and nothing else. Relative to the configuration file.
    pub(super) key_file: Option<PathBuf>,
    /// The secret in Secrets Manager that is the redaction's key: its name or ARN, and behind a `#` the key in its JSON if it is one of several.
    pub(super) key_secret: Option<String>,
    /// The parameter in Parameter Store that is the redaction's key: its name or ARN. It is decrypted.
    pub(super) key_parameter: Option<String>,
    /// How many files the directory may have. The oldest goes when there are more.
    pub(super) most_files: Bounded<usize, 1, 100_000>,
    /// How many bytes they may have together. The oldest goes when there are more.
    pub(super) most_bytes: Bounded<u64, 1_048_576, 1_099_511_627_776>,
}

impl Default for RecordingsTable {
    fn default() -> Self {
        Self {
            directory: None,
            log: false,
            outcomes: Vec::new(),
            detectors: Vec::new(),
            kinds: Vec::new(),
            redact: Vec::new(),
            redact_fields: Vec::new(),
            key_env: None,
            key_file: None,
            key_secret: None,
            key_parameter: None,
            most_files: Bounded::default_of(1000),
            most_bytes: Bounded::default_of(100 * 1024 * 1024),
        }
    }
}

impl RecordingsTable {
    pub(super) fn check(self, here: &Path, checks: &mut Checks<'_>) -> Recordings {
        for (index, detector) in self.detectors.iter().enumerate() {
            checks.detector(&here.join("detectors").element(index), *detector);
        }
        Recordings {
            directory: self.directory.map(|directory| checks.resolve(&directory)),
            log: self.log,
            outcomes: self.outcomes,
            detectors: self.detectors,
            kinds: self.kinds,
            redact: self.redact,
            redact_fields: self.redact_fields,
            key: checks.secret(
                here,
                "key",
                SecretKeys {
                    env: self.key_env,
                    file: self.key_file,
                    secret: self.key_secret,
                    parameter: self.key_parameter,
                },
            ),
            most_files: self.most_files.get(),
            most_bytes: self.most_bytes.get(),
        }
    }
}
