//! The configuration, `quell.toml`: one file, checked as a whole before anything starts.
//!
//! A section has a file of its own here. Text becomes a `file::File` by serde, with every misspelt key and wrong value
//! reported at its line; then its keys are checked against one another and it becomes a [`Config`], in which
//! there is no wrong combination left: secrets are one [`Secret`], a plugin has one [`PluginSource`], paths can be opened as they
//! are.

mod approval;
mod approval_links;
pub mod aws;
mod breaker;
mod budget;
pub mod checkpoints;
mod checks;
pub mod cloud;
pub mod decision;
mod detector;
pub mod document;
pub mod door;
pub mod ends;
mod error;
mod evidence;
mod fallback;
mod fault;
pub mod feedback;
mod file;
mod find;
pub mod guard;
pub mod http;
mod http_limits;
pub mod instance;
pub mod journal;
pub mod mode;
pub mod network_acl;
pub mod never_block;
pub mod number;
mod path;
pub mod plugin;
mod plugin_limits;
pub mod prefix;
mod problem;
pub mod recordings;
mod route;
pub mod sandbox;
pub mod secret;
pub mod secrets;
mod settings;
pub mod stealthwatch;
pub mod suggestion;
#[cfg(test)]
mod tests;
pub mod trust;
pub mod word;
pub mod work;

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::{
    alert::{Detector, Mapping},
    hold::{Budget, approval::ApprovalRule},
};

pub use self::{
    approval_links::ApprovalLinks,
    aws::{Aws, AwsAccount},
    checkpoints::{CheckpointPlace, Checkpoints},
    cloud::{Cloud, Simulated},
    decision::Decision,
    door::Doors,
    ends::Ends,
    error::{ConfigError, Invalid},
    feedback::Feedback,
    find::VARIABLE,
    guard::Guard,
    http::{Http, PowerTokens, TokenRequired},
    http_limits::HttpLimits,
    instance::Instance,
    journal::{Journal, JournalStore, StoreError},
    mode::Mode,
    network_acl::NetworkAcl,
    never_block::NeverBlockList,
    number::Bounded,
    plugin::{Plugin, PluginSource},
    problem::Problem,
    recordings::Recordings,
    sandbox::Sandbox,
    secret::Secret,
    secrets::Secrets,
    stealthwatch::StealthwatchCloud,
    work::Work,
};
use self::{checks::Checks, document::Document, file::File};

/// The commented example that ships.
pub const EXAMPLE: &str = include_str!("../../../examples/quell.toml");

/// Everything that can be configured, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Whether anything is written.
    pub mode: Mode,
    /// Where alerts, holds and changes are kept.
    pub journal: Journal,
    /// Where it is kept how far the journal's ledger went. None if nowhere.
    pub checkpoints: Option<Checkpoints>,
    /// Where word of the ends of holds is sent.
    pub ends: Ends,
    /// The accounts that are protected.
    pub cloud: Cloud,
    /// The API of Stealthwatch Cloud. None if its alerts have no observations.
    pub stealthwatch_cloud: Option<StealthwatchCloud>,
    /// What detectors are told of what was done.
    pub feedback: Feedback,
    /// How keys and tokens are fetched that are kept in AWS.
    pub secrets: Secrets,
    /// The detectors that Quell does not know by itself, each with how its alerts are read.
    pub detectors: Vec<(Detector, Mapping)>,
    /// The HTTP door.
    pub http: Http,
    /// The other doors of the daemon.
    pub doors: Doors,
    /// The plugins that decide. At least one.
    pub plugins: Vec<Plugin>,
    /// What is made of the answers of several plugins.
    pub decision: Decision,
    /// What no plugin may do.
    pub guard: Guard,
    /// The lists of what is never blocked that stand elsewhere.
    pub never_block_lists: Vec<NeverBlockList>,
    /// How much may be begun within a time.
    pub budgets: Vec<Budget>,
    /// What waits until people approve of it.
    pub approvals: Vec<ApprovalRule>,
    /// Links by which they do. None: there are none.
    pub approval_links: Option<ApprovalLinks>,
    /// The room that the host has in a network ACL.
    pub network_acl: NetworkAcl,
    /// How instances are isolated and stopped.
    pub instance: Instance,
    /// How much is done at once.
    pub work: Work,
    /// Which alerts are recorded, and where.
    pub recordings: Recordings,
    /// Where plugins run.
    pub sandbox: Sandbox,
}

impl Config {
    /// Finds and reads the configuration: the file that is named here, or else in `QUELL_CONFIG`, or else the first of
    /// `quell.toml` in the working directory, `quell.toml` in the Lambda function's package, and `/etc/quell/quell.toml`. Answers
    /// with the file it was read from.
    pub fn find(named: Option<&Path>) -> Result<(PathBuf, Self), ConfigError> {
        let places = find::places(named, |name| env::var_os(name));
        for place in &places {
            match Self::load(place) {
                Err(ConfigError::Unreadable(_, error)) if error.kind() == io::ErrorKind::NotFound => {}
                result => return Ok((place.clone(), result?)),
            }
        }
        Err(ConfigError::NotFound(places))
    }

    /// Reads the configuration from a file.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = fs::read_to_string(path).map_err(|error| ConfigError::Unreadable(path.to_owned(), error))?;
        Ok(Self::parse(&text, path)?)
    }

    /// Reads the configuration from text. Paths in it are relative to the directory of `path`, which is otherwise only
    /// named in errors.
    pub fn parse(text: &str, path: &Path) -> Result<Self, Invalid> {
        let invalid = |problems| Invalid::new(path, text, problems);
        let document = Document::parse(text).map_err(invalid)?;
        let file: File = document.read().map_err(invalid)?;
        let directory = path.parent().unwrap_or(Path::new(""));
        let mut checks = Checks::new(&document, directory);
        let config = file.check(&mut checks);
        let problems = checks.into_problems();
        match config {
            Some(config) if problems.is_empty() => Ok(config),
            _ => Err(invalid(problems)),
        }
    }

    /// Reads a file that has a `[guard]` table and nothing else, by the same rules as the configuration's.
    pub fn load_guard(path: &Path) -> Result<Guard, ConfigError> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            guard: Guard,
        }
        let text = fs::read_to_string(path).map_err(|error| ConfigError::Unreadable(path.to_owned(), error))?;
        let invalid = |problems| Invalid::new(path, &text, problems);
        let document = Document::parse(&text).map_err(invalid)?;
        let file: File = document.read().map_err(invalid)?;
        Ok(file.guard)
    }

    /// The JSON Schema of the file.
    pub fn schema() -> schemars::Schema {
        schemars::schema_for!(File)
    }
}
