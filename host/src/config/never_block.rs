//! `guard.never-block` and `[[guard.never-block-list]]`: what is never blocked, here and in lists that stand elsewhere.

use std::{collections::BTreeSet, fmt, path::PathBuf};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, value::MapAccessDeserializer},
};

use super::{checks::Checks, path::Path, prefix::Prefix, word::Region};
use crate::{
    duration::HumanDuration,
    guard::NeverBlock,
    never_block::{Format, when},
};

/// A prefix that is never blocked: `"198.51.100.0/24"`, or a table that says why and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Never {
    /// The prefix alone, for good.
    Prefix(Prefix),
    /// With a reason or an end.
    Entry(NeverEntry),
}

/// A prefix that is never blocked, with why and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NeverBlock")]
pub struct NeverEntry {
    /// The prefix.
    pub prefix: Prefix,
    /// Why, for who reads that it was not blocked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The last day, such as `"2030-01-31"`, or a time with its offset, such as `"2030-01-31T18:00:00Z"`. Without it for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Until>,
}

/// An end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Until {
    text: String,
    #[serde(skip)]
    at: Timestamp,
}

impl From<&Never> for NeverBlock {
    fn from(never: &Never) -> Self {
        match never {
            Never::Prefix(prefix) => prefix.net().into(),
            Never::Entry(entry) => Self {
                reason: entry.reason.clone(),
                until: entry.until.as_ref().map(|until| until.at),
                ..entry.prefix.net().into()
            },
        }
    }
}

/// By a visitor, because only then does an error carry the place of the element, and say what is wrong with it.
impl<'de> Deserialize<'de> for Never {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NeverVisitor;

        impl<'de> de::Visitor<'de> for NeverVisitor {
            type Value = Never;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a prefix in quotes, or a table with `prefix`")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Never, E> {
                text.parse().map(Never::Prefix).map_err(E::custom)
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Never, A::Error> {
                NeverEntry::deserialize(MapAccessDeserializer::new(map)).map(Never::Entry)
            }
        }

        deserializer.deserialize_any(NeverVisitor)
    }
}

impl<'de> Deserialize<'de> for Until {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct UntilVisitor;

        impl de::Visitor<'_> for UntilVisitor {
            type Value = Until;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a day or a time in quotes")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Until, E> {
                let at = when::read(text).map_err(|error| E::custom(format!("`{text}`: {error}")))?;
                let text = text.to_owned();
                Ok(Until { text, at })
            }
        }

        deserializer.deserialize_str(UntilVisitor)
    }
}

/// A list of what is never blocked that stands elsewhere: in a file (`file`), or in an object of S3 (`bucket` and `key`). One prefix a line, with an end and a reason where they are
/// wanted (`198.51.100.0/24 until 2030-01-31 # our partner`), or a JSON array of prefixes and of objects with `prefix`, `until` and `reason`; with `services` it is Amazon's
/// `ip-ranges.json`. While a list can't be read, and what was read of it is older than `max-age`, nothing is blocked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "NeverBlockList")]
pub struct ListTable {
    /// Its name: in refusals and in `quell never-block`.
    pub name: String,
    /// The file. Relative to the configuration file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
    /// The name of the S3 bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bucket: Option<String>,
    /// The key of the object in the bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The bucket's region, if it is not the one that Quell runs in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
    /// The list is Amazon's `ip-ranges.json`, of which the prefixes of these services count, such as `ROUTE53_HEALTHCHECKS` and `CLOUDFRONT`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<String>,
    /// With `services`: only the prefixes of these regions, `GLOBAL` among them if it is wanted. All if it is empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<String>,
    /// How often it is read. Default: a file every ten seconds and when it changes, an object every five minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<HumanDuration>,
    /// How old what was read may be while it can't be read any more. Then nothing is blocked until it can.
    #[serde(default = "max_age")]
    pub max_age: HumanDuration,
    /// Whether nothing may stand in it. Otherwise an empty list counts as one that can't be read, because a file that is half written looks the same.
    #[serde(default)]
    pub may_be_empty: bool,
}

fn max_age() -> HumanDuration {
    HumanDuration::from_secs(60 * 60)
}

/// How often a file is looked at.
const EVERY: HumanDuration = HumanDuration::from_secs(10);
/// How often an object is read. A call costs money.
const EVERY_OF_OBJECT: HumanDuration = HumanDuration::from_secs(5 * 60);

/// A list that stands elsewhere, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeverBlockList {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub source: ListSource,
    /// How it is written.
    pub format: Format,
    /// How often it is read.
    pub every: HumanDuration,
    /// How old what was read may be.
    pub max_age: HumanDuration,
    /// Whether nothing may stand in it.
    pub may_be_empty: bool,
}

/// Where a list stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListSource {
    /// In a file.
    File(PathBuf),
    /// In S3.
    Object {
        /// The bucket's name.
        bucket: String,
        /// The key.
        key: String,
        /// The bucket's region. None: the one that the process is in.
        region: Option<String>,
    },
}

impl fmt::Display for ListSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(formatter),
            Self::Object { bucket, key, region } => {
                write!(formatter, "s3://{bucket}/{key}")?;
                region.iter().try_for_each(|region| write!(formatter, " in {region}"))
            }
        }
    }
}

/// Checks all lists.
pub(super) fn check(tables: &[ListTable], here: &Path, checks: &mut Checks<'_>) -> Vec<NeverBlockList> {
    let mut names = BTreeSet::new();
    let mut lists = Vec::new();
    for (table, index) in tables.iter().zip(0..) {
        let here = here.element(index);
        if !is_name(&table.name) {
            checks.fail(
                &here.join("name"),
                format!("`{here}.name` is not a name"),
                "write up to 64 letters, digits, dots, hyphens and underscores",
            );
        } else if !names.insert(&table.name) {
            checks.fail(
                &here.join("name"),
                format!("there are two never-block lists named `{}`", table.name),
                "give each a name of its own",
            );
        }
        lists.extend(table.check(&here, checks));
    }
    lists
}

fn is_name(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    (1..=64).contains(&text.len()) && text.bytes().all(is_part)
}

impl ListTable {
    fn check(&self, here: &Path, checks: &mut Checks<'_>) -> Option<NeverBlockList> {
        checks.positive(&here.join("max-age"), self.max_age);
        if let Some(every) = self.every {
            checks.positive(&here.join("every"), every);
        }
        if self.services.is_empty() && !self.regions.is_empty() {
            checks.fail(
                &here.join("regions"),
                format!("`regions` is given in [[{here}]] without `services`"),
                "name the services of Amazon's ip-ranges.json, such as `services = [\"ROUTE53_HEALTHCHECKS\"]`, or take it out",
            );
        }
        let source = self.source(here, checks)?;
        let every = self.every.unwrap_or(match source {
            ListSource::File(_) => EVERY,
            ListSource::Object { .. } => EVERY_OF_OBJECT,
        });
        if every > self.max_age {
            checks.fail(
                &here.join("max-age"),
                format!(
                    "what is read every {every} would be older than the max-age of {} each time",
                    self.max_age
                ),
                "make `max-age` several times as long as `every`",
            );
        }
        Some(NeverBlockList {
            name: self.name.clone(),
            source,
            format: match self.services.as_slice() {
                [] => Format::Prefixes,
                services => Format::IpRanges {
                    services: services.iter().cloned().collect(),
                    regions: self.regions.iter().cloned().collect(),
                },
            },
            every,
            max_age: self.max_age,
            may_be_empty: self.may_be_empty,
        })
    }

    fn source(&self, here: &Path, checks: &mut Checks<'_>) -> Option<ListSource> {
        match (&self.file, &self.bucket, &self.key) {
            (Some(file), None, None) => {
                if self.region.is_some() {
                    checks.fail(
                        &here.join("region"),
                        format!("`region` is given in [[{here}]] beside `file`"),
                        "take it out: it belongs to a `bucket`",
                    );
                }
                Some(ListSource::File(checks.resolve(file)))
            }
            (None, Some(bucket), Some(key)) if !bucket.is_empty() && !key.is_empty() => Some(ListSource::Object {
                bucket: bucket.clone(),
                key: key.clone(),
                region: self.region.as_ref().map(ToString::to_string),
            }),
            _ => {
                checks.fail(
                    here,
                    format!("[[{here}]] does not say where the list stands"),
                    "give either `file`, or `bucket` and `key`",
                );
                None
            }
        }
    }
}
