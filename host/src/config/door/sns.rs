//! `[[door.sns]]`: topics that send to the HTTP door.

use std::{borrow::Cow, fmt, path::PathBuf};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::{
    alert::Detector,
    config::{checks::Checks, path::Path},
    duration::HumanDuration,
};

/// Topics that send to the HTTP door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sns {
    /// The topics. At least one.
    pub topics: Vec<TopicArn>,
    /// Whose alerts come. None: each message is looked at.
    pub detector: Option<Detector>,
    /// Whether messages must bear SNS's signature.
    pub signatures: SignatureRule,
    /// How old a message may be.
    pub window: HumanDuration,
    /// The file with the authorities that are trusted to say who SNS is. None: Amazon's own.
    pub roots: Option<PathBuf>,
}

/// Whether messages must bear SNS's signature.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SignatureRule {
    /// They must, by a certificate of SNS in the topic's region.
    #[default]
    Required,
    /// Nobody looks: whoever shows the token is believed.
    Unchecked,
}

/// Topics that send to the HTTP door, at `POST /sns`. A subscription is confirmed for these topics and for no other. A function may be invoked by them, and of this table only `topics` and `detector` count there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "Sns")]
pub(in crate::config) struct SnsTable {
    /// The ARNs of the topics.
    pub(in crate::config) topics: Vec<TopicArn>,
    /// Whose alerts come. Without it each message is looked at, which tells the built-in detectors and no others.
    pub(in crate::config) detector: Option<Detector>,
    /// `required`, or `unchecked`: then whoever shows the token is believed.
    #[serde(default)]
    pub(in crate::config) signatures: SignatureRule,
    /// How old a message may be. SNS tries for up to an hour to deliver one.
    #[serde(default = "window")]
    pub(in crate::config) window: HumanDuration,
    /// The PEM file with the authorities that are trusted to say who SNS is, in the place of Amazon's own: for a partition that has others. Relative to the configuration file.
    pub(in crate::config) roots: Option<PathBuf>,
}

fn window() -> HumanDuration {
    HumanDuration::from_secs(60 * 60)
}

impl SnsTable {
    pub(super) fn check(self, here: &Path, checks: &mut Checks<'_>) -> Sns {
        if let Some(detector) = self.detector {
            checks.detector(&here.join("detector"), detector);
        }
        if self.topics.is_empty() {
            checks.fail(
                &here.join("topics"),
                format!("`{here}.topics` is empty, so no message would be taken"),
                "name the ARN of at least one topic",
            );
        }
        checks.positive(&here.join("window"), self.window);
        if self.signatures == SignatureRule::Unchecked && self.roots.is_some() {
            checks.fail(
                &here.join("roots"),
                "`roots` says whose signatures are trusted, and `signatures = \"unchecked\"` that nobody looks at them",
                "take one of the two out",
            );
        }
        Sns {
            topics: self.topics,
            detector: self.detector,
            signatures: self.signatures,
            window: self.window,
            roots: self.roots.as_deref().map(|path| checks.resolve(path)),
        }
    }
}

/// A topic in two tables would have two detectors.
pub(super) fn check_beside(doors: &[Sns], here: &Path, checks: &mut Checks<'_>) {
    let mut seen = Vec::new();
    for (index, door) in doors.iter().enumerate() {
        for (position, topic) in door.topics.iter().enumerate() {
            if seen.contains(&topic) {
                checks.fail(
                    &here.element(index).join("topics").element(position),
                    format!("the topic {topic} stands there already"),
                    "name each topic once, in one of the tables",
                );
            }
            seen.push(topic);
        }
    }
}

/// The ARN of an SNS topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub struct TopicArn(String);

/// A text that is no topic's ARN.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the ARN of an SNS topic, such as arn:aws:sns:eu-west-1:111122223333:alerts")]
pub struct NotATopic(String);

impl TopicArn {
    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its region.
    pub fn region(&self) -> &str {
        self.0.split(':').nth(3).unwrap_or_default()
    }
}

impl TryFrom<String> for TopicArn {
    type Error = NotATopic;

    fn try_from(text: String) -> Result<Self, NotATopic> {
        let parts: Vec<_> = text.split(':').collect();
        let is_topic = match parts.as_slice() {
            ["arn", partition, "sns", region, account, name] => {
                partition.starts_with("aws")
                    && region.contains('-')
                    && account.len() == 12
                    && account.bytes().all(|byte| byte.is_ascii_digit())
                    && !name.is_empty()
                    && name
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
            }
            _ => false,
        };
        if is_topic { Ok(Self(text)) } else { Err(NotATopic(text)) }
    }
}

/// By a visitor and not `try_from`, because only then does an error in a list carry the place of the element.
impl<'de> Deserialize<'de> for TopicArn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Topic;

        impl de::Visitor<'_> for Topic {
            type Value = TopicArn;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("the ARN of a topic in quotes")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<TopicArn, E> {
                text.to_owned().try_into().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Topic)
    }
}

impl JsonSchema for TopicArn {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "TopicArn".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_.-]+$" })
    }
}

impl From<TopicArn> for String {
    fn from(topic: TopicArn) -> Self {
        topic.0
    }
}

impl fmt::Display for TopicArn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
