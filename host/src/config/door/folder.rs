//! `[[door.folder]]`: a folder on this machine, or a prefix of an S3 bucket, that files with alerts are put into.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    alert::Detector,
    config::{checks::Checks, number::Bounded, path::Path, word::Region},
    duration::HumanDuration,
};

/// A folder that files with alerts are put into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// Where it is.
    pub source: Source,
    /// Whose alerts come. None: each is looked at.
    pub detector: Option<Detector>,
    /// How often it is looked at.
    pub every: HumanDuration,
    /// The most bytes of a file, and of an object, as it lies there.
    pub max_file: u64,
    /// The most bytes of what is in it, unpacked.
    pub max_unpacked: u64,
}

/// Where a folder is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// On this machine.
    Directory(PathBuf),
    /// In S3.
    Bucket {
        /// The bucket's name.
        bucket: String,
        /// How the keys begin.
        prefix: String,
        /// The bucket's region. None: the one that the process is in.
        region: Option<String>,
        /// How the keys go on behind the prefix, as a date that `strftime` makes.
        dated: Option<String>,
        /// Older objects are left alone.
        newer_than: HumanDuration,
    },
}

/// A folder on this machine (`path`), or a prefix of an S3 bucket (`bucket`), that files with alerts are put into: `*.json` with one document, `*.jsonl` and `*.ndjson` with one on
/// each line, and both with `.gz` behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "Folder")]
pub(in crate::config) struct FolderTable {
    /// The folder on this machine. Relative to the configuration file. A file that is done is moved to `done/` in it, one that can't be read to `failed/`, with the reason beside it.
    pub(in crate::config) path: Option<PathBuf>,
    /// The name of the S3 bucket. Its objects are only read.
    pub(in crate::config) bucket: Option<String>,
    /// How the keys of the objects begin. Only with `bucket`.
    pub(in crate::config) prefix: Option<String>,
    /// The bucket's region, if it is not the one that Quell runs in.
    pub(in crate::config) region: Option<Region>,
    /// How the keys go on behind the prefix, as a date in UTC: `%Y/%m/%d/`. Then only keys of the days within `newer-than` are listed.
    #[schemars(example = "%Y/%m/%d/")]
    pub(in crate::config) dated: Option<String>,
    /// Objects that are older than this are left alone. Default: two days.
    pub(in crate::config) newer_than: Option<HumanDuration>,
    /// Whose alerts come. Without it each is looked at.
    pub(in crate::config) detector: Option<Detector>,
    /// How often it is looked at. Default: every two seconds, a bucket every minute.
    pub(in crate::config) every: Option<HumanDuration>,
    /// The most bytes of a file as it lies there.
    #[serde(default = "max_file")]
    pub(in crate::config) max_file: Bounded<u64, 1024, 10_737_418_240>,
    /// The most bytes of what is in a file, unpacked.
    #[serde(default = "max_unpacked")]
    pub(in crate::config) max_unpacked: Bounded<u64, 1024, 107_374_182_400>,
}

fn max_file() -> Bounded<u64, 1024, 10_737_418_240> {
    Bounded::default_of(256 * 1024 * 1024)
}

fn max_unpacked() -> Bounded<u64, 1024, 107_374_182_400> {
    Bounded::default_of(4 * 1024 * 1024 * 1024)
}

/// How often a folder on this machine is looked at.
const EVERY: HumanDuration = HumanDuration::from_secs(2);
/// How often a bucket is looked at. A listing costs money.
const EVERY_OF_BUCKET: HumanDuration = HumanDuration::from_secs(60);
/// How old an object may be.
const NEWER_THAN: HumanDuration = HumanDuration::from_secs(2 * 24 * 60 * 60);

impl FolderTable {
    pub(super) fn check(self, here: &Path, checks: &mut Checks<'_>) -> Option<Folder> {
        for (key, duration) in [("every", self.every), ("newer-than", self.newer_than)] {
            if let Some(duration) = duration {
                checks.positive(&here.join(key), duration);
            }
        }
        if let Some(detector) = self.detector {
            checks.detector(&here.join("detector"), detector);
        }
        let every = self.every.unwrap_or(match &self.path {
            Some(_) => EVERY,
            None => EVERY_OF_BUCKET,
        });
        Some(Folder {
            detector: self.detector,
            every,
            max_file: self.max_file.get(),
            max_unpacked: self.max_unpacked.get(),
            source: self.source(here, checks)?,
        })
    }

    fn source(self, here: &Path, checks: &mut Checks<'_>) -> Option<Source> {
        match (self.path, self.bucket) {
            (Some(path), None) => {
                let of_bucket = [
                    ("prefix", self.prefix.is_some()),
                    ("region", self.region.is_some()),
                    ("dated", self.dated.is_some()),
                    ("newer-than", self.newer_than.is_some()),
                ];
                for (key, _) in of_bucket.into_iter().filter(|(_, is_there)| *is_there) {
                    checks.fail(
                        &here.join(key),
                        format!("`{key}` is given in [[{here}]] beside `path`"),
                        "take it out: it belongs to a `bucket`",
                    );
                }
                Some(Source::Directory(checks.resolve(&path)))
            }
            (None, Some(bucket)) if !is_bucket(&bucket) => {
                checks.fail(
                    &here.join("bucket"),
                    format!("`{here}.bucket` is not the name of an S3 bucket"),
                    "write a name of 3 to 63 small letters, digits, dots and hyphens, not an ARN or a URL",
                );
                None
            }
            (None, Some(bucket)) => {
                if let Some(dated) = &self.dated
                    && jiff::fmt::strtime::format(dated, jiff::Timestamp::UNIX_EPOCH).is_err()
                {
                    checks.fail(
                        &here.join("dated"),
                        format!("`{here}.dated` is not a date's form"),
                        "write it as for strftime, in UTC: `%Y/%m/%d/`",
                    );
                }
                Some(Source::Bucket {
                    bucket,
                    prefix: self.prefix.unwrap_or_default(),
                    region: self.region.map(|region| region.to_string()),
                    dated: self.dated,
                    newer_than: self.newer_than.unwrap_or(NEWER_THAN),
                })
            }
            (path, _) => {
                let message = match path {
                    Some(_) => format!("both `path` and `bucket` are given in [[{here}]]"),
                    None => format!("neither `path` nor `bucket` is given in [[{here}]]"),
                };
                checks.fail(
                    here,
                    message,
                    "name the `path` of a folder on this machine, or the `bucket` of one in S3",
                );
                None
            }
        }
    }
}

/// Whether S3 may have a bucket of this name.
pub(in crate::config) fn is_bucket(name: &str) -> bool {
    (3..=63).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte))
}
