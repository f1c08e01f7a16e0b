//! `[journal]`: where the journal is kept.

use std::{fmt, path::PathBuf, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{checks::Checks, path::Path};
use crate::duration::HumanDuration;

/// Where alerts, holds and changes are kept, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journal {
    /// Where.
    pub store: JournalStore,
    /// How long what is over is kept.
    pub keep: HumanDuration,
}

/// Where the journal is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JournalStore {
    /// In an SQLite file, which one process at a time writes.
    File(PathBuf),
    /// In a DynamoDB table, which many processes write.
    Table {
        /// Its name.
        name: String,
        /// Its region. None: the one that the process is in.
        region: Option<String>,
    },
}

/// Why a text names no store of a journal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// It is not the name of a table.
    #[error(
        "`{0}` is not the name of a DynamoDB table: write `table:NAME` or `table:NAME@REGION`, with a name of 3 to 255 letters, digits, dots, hyphens and underscores"
    )]
    NotATable(String),
    /// It is empty.
    #[error("name a file, or a table as `table:NAME`")]
    Empty,
}

/// `table:NAME`, `table:NAME@REGION`, or the path of a file.
impl FromStr for JournalStore {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let Some(table) = text.strip_prefix("table:") else {
            return match text {
                "" => Err(StoreError::Empty),
                path => Ok(Self::File(path.into())),
            };
        };
        let (name, region) = table
            .split_once('@')
            .map_or((table, None), |(name, region)| (name, Some(region)));
        if !is_table_name(name) || region.is_some_and(str::is_empty) {
            return Err(StoreError::NotATable(table.to_owned()));
        }
        Ok(Self::Table {
            name: name.to_owned(),
            region: region.map(str::to_owned),
        })
    }
}

/// As it is read.
impl fmt::Display for JournalStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(formatter, "{}", path.display()),
            Self::Table { name, region: None } => write!(formatter, "table:{name}"),
            Self::Table {
                name,
                region: Some(region),
            } => write!(formatter, "table:{name}@{region}"),
        }
    }
}

impl Journal {
    /// The file, if it is one.
    pub fn file(&self) -> Option<&std::path::Path> {
        match &self.store {
            JournalStore::File(path) => Some(path),
            JournalStore::Table { .. } => None,
        }
    }
}

/// Where alerts, holds and changes are kept: in a file (`path`), or in a table that many Quells share (`table`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "Journal")]
pub(super) struct JournalTable {
    /// The SQLite file, made if it is not there. Relative to the configuration file. `/var/lib/quell/journal.sqlite` if neither this nor `table` is given.
    pub(super) path: Option<PathBuf>,
    /// The DynamoDB table: its keys are the texts `pk` and `sk`, its TTL attribute is `expires`. For functions, and for more than one daemon.
    pub(super) table: Option<String>,
    /// The region of the table, if it is not the one that Quell runs in.
    pub(super) region: Option<String>,
    /// How long what is over is kept: ended holds, alerts that are done, changes that were made. The history of an address
    /// reaches back so far.
    pub(super) keep: HumanDuration,
}

/// The file where none is named.
const PATH: &str = "/var/lib/quell/journal.sqlite";
/// DynamoDB's bounds for the name of a table.
const NAME_LENGTH: std::ops::RangeInclusive<usize> = 3..=255;

impl Default for JournalTable {
    fn default() -> Self {
        Self {
            path: None,
            table: None,
            region: None,
            keep: HumanDuration::from_secs(90 * 24 * 60 * 60),
        }
    }
}

impl JournalTable {
    pub(super) fn check(self, here: &Path, checks: &mut Checks<'_>) -> Journal {
        if self.path.is_some() && self.table.is_some() {
            checks.fail(
                &here.join("table"),
                format!("both `path` and `table` are given in [{here}]"),
                "keep `path` for one daemon, or `table` for functions and for more than one Quell; `quell journal copy` moves what is there",
            );
        }
        if self.region.is_some() && self.table.is_none() {
            checks.fail(
                &here.join("region"),
                format!("`region` is given in [{here}], and no `table`"),
                "name the `table`, or take `region` out: a file is in no region",
            );
        }
        if self.table.as_deref().is_some_and(|name| !is_table_name(name)) {
            checks.fail(
                &here.join("table"),
                format!("`table` in [{here}] is not the name of a DynamoDB table"),
                "write a name of 3 to 255 letters, digits, dots, hyphens and underscores, not an ARN",
            );
        }
        Journal {
            store: match self.table {
                Some(name) => JournalStore::Table {
                    name,
                    region: self.region,
                },
                None => JournalStore::File(checks.resolve(&self.path.unwrap_or_else(|| PATH.into()))),
            },
            keep: self.keep,
        }
    }
}

fn is_table_name(name: &str) -> bool {
    let is_part = |character: char| character.is_ascii_alphanumeric() || "._-".contains(character);
    NAME_LENGTH.contains(&name.len()) && name.chars().all(is_part)
}
