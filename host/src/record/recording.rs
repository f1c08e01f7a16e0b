//! The recording.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{FactRecord, PluginRecord, ReplayError, TargetRecord};
use crate::{
    alert::{Alert, DecodeError, Decoders, Detector, Mapping},
    cloud::CloudPlace,
    guard::{NeverBlock, Rules},
    hold::Pardon,
    json::{JsonText, indented},
    report::{Around, Known, Mode},
};

/// The version of the format that this host writes. It reads this one and all before it.
pub const FORMAT: u32 = 1;

/// One alert, with all that was told about it and all that came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    /// The version of this format.
    pub format: u32,
    /// The version of Quell that wrote it.
    pub quell: String,
    /// What a person should know of it, such as why it is kept as a test. Quell leaves it as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What in it stands for something else: kinds of things, and fields. Empty if everything is as it was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redacted: Vec<String>,
    /// How far the alert could go.
    pub mode: Mode,
    /// What time the plugins were told.
    pub now: Timestamp,
    /// The alert.
    pub alert: AlertRecord,
    /// Every fact that was asked for, once, in the order in which it first was.
    pub facts: Vec<FactRecord>,
    /// What the guards were told.
    pub guards: Guards,
    /// What each plugin was, was given, and made of it.
    pub plugins: Vec<PluginRecord>,
    /// What was done, or would have been, at each network ACL.
    pub plan: Vec<TargetRecord>,
}

/// The alert as it came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertRecord {
    /// What raised it.
    pub detector: Detector,
    /// How it is read, if its detector is one that the configuration named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapping: Option<Mapping>,
    /// What it sent, every token as it came.
    pub raw: JsonText,
}

impl AlertRecord {
    /// The alert, read as it was: a recording has all that is needed, whatever the configuration says now.
    ///
    /// # Errors
    /// If what was sent is no alert.
    pub fn decode(&self) -> Result<Alert, DecodeError> {
        let mapping = self.mapping.clone().map(|mapping| (self.detector, mapping));
        Decoders::new(mapping).decode(self.detector, self.raw.as_str().as_bytes())
    }
}

/// What the guards were told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Guards {
    /// The account and region that the host worked in for this alert.
    pub home: CloudPlace,
    /// The rules in force.
    pub rules: Rules,
    /// What the never-block lists had that overlaps a prefix which a decision named; or why that was not known.
    #[serde(default, skip_serializing_if = "Known::is_known_to_be_empty")]
    pub listed: Known<Vec<NeverBlock>>,
    /// The pardons in force.
    pub pardons: Known<Vec<Pardon>>,
    /// What is around each place that a decision named.
    pub surroundings: Vec<Around>,
}

impl Recording {
    /// On one line.
    pub fn to_line(&self) -> String {
        // A recording holds no map with keys that are not texts, so there is nothing that could fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// As it stands in a file: readable JSON. The same recording is the same text, byte for byte.
    pub fn to_text(&self) -> String {
        format!("{}\n", indented(&self.to_line()))
    }

    /// The JSON Schema of the file.
    pub fn schema() -> schemars::Schema {
        schemars::schema_for!(Self)
    }

    /// What is recorded of the plugin of this name; of the only one if none is named.
    ///
    /// # Errors
    /// If there is no such plugin, or several and none is named.
    pub fn plugin(&self, name: Option<&str>) -> Result<&PluginRecord, ReplayError> {
        let plugins = || self.plugins.iter().map(|record| record.plugin.clone()).collect();
        match (name, self.plugins.as_slice()) {
            (None, [one]) => Ok(one),
            (None, []) => Err(ReplayError::NoPlugin),
            (None, _) => Err(ReplayError::SeveralPlugins { plugins: plugins() }),
            (Some(name), all) => {
                let found = all.iter().find(|record| record.plugin == name);
                found.ok_or_else(|| ReplayError::OtherPlugin {
                    asked: name.to_owned(),
                    plugins: plugins(),
                })
            }
        }
    }
}
