//! `[[plugin]]`: which plugins decide, on what, and what they may do.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{checks::Checks, path::Path, settings, suggestion};
use crate::{alert::Detector, builtin, decision::ActionKind, digest::Digest};

/// A plugin with what it may do.
#[derive(Debug, Clone, PartialEq)]
pub struct Plugin {
    /// Its name, unique in one configuration. It stands in logs, with holds and in recordings.
    pub name: String,
    /// Where its component comes from.
    pub source: PluginSource,
    /// The kinds of action that it may propose. Others are refused by the guard.
    pub may: Vec<ActionKind>,
    /// The detectors whose alerts it decides.
    pub detectors: Vec<Detector>,
    /// Its settings: a JSON object.
    pub settings: serde_json::Map<String, serde_json::Value>,
}

/// Where a plugin's component comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PluginSource {
    /// The binary itself: the built-in plugin of the plugin's name.
    BuiltIn,
    /// A file that must have this very digest.
    File {
        /// The component.
        path: PathBuf,
        /// The digest of its bytes.
        sha256: Digest,
    },
}

impl Plugin {
    /// The plugin that is used when the configuration names none.
    pub(super) fn default_plugin() -> Self {
        Self {
            name: builtin::DEFAULT.to_owned(),
            source: PluginSource::BuiltIn,
            may: may(),
            detectors: detectors(),
            settings: serde_json::Map::new(),
        }
    }
}

/// A plugin with what it may do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "Plugin")]
pub(super) struct PluginTable {
    /// Its name, unique in this file. Without `file` it is the name of a built-in plugin: `nacl-block`.
    pub(super) name: String,
    /// Its component, a `.wasm` file. Relative to the configuration file.
    pub(super) file: Option<PathBuf>,
    /// The SHA-256 digest of `file`, which is required with it: only this very component is ever run.
    pub(super) sha256: Option<Digest>,
    /// The kinds of action that it may propose. What else it proposes is refused.
    #[serde(default = "may")]
    pub(super) may: Vec<ActionKind>,
    /// The detectors whose alerts it decides.
    #[serde(default = "detectors")]
    pub(super) detectors: Vec<Detector>,
    /// Its settings, which the plugin itself checks when it is loaded.
    #[serde(default)]
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    pub(super) settings: toml::Table,
}

fn may() -> Vec<ActionKind> {
    vec![ActionKind::Block]
}

fn detectors() -> Vec<Detector> {
    vec![Detector::StealthwatchCloud]
}

impl PluginTable {
    pub(super) fn check(self, here: &Path, checks: &mut Checks<'_>) -> Option<Plugin> {
        for (key, is_empty) in [("may", self.may.is_empty()), ("detectors", self.detectors.is_empty())] {
            if is_empty {
                checks.fail(
                    &here.join(key),
                    format!("`{key}` is empty, so plugin `{}` would never do anything", self.name),
                    format!("take `{key}` out for the default, or take out the plugin"),
                );
            }
        }
        let settings = settings::to_json(self.settings)
            .map_err(|wrong| {
                checks.fail(
                    &here.join("settings"),
                    format!(
                        "`{}` in the settings of plugin `{}` is not a number",
                        wrong.0, self.name
                    ),
                    "settings travel to the plugin as JSON, which has no `nan` and no `inf`",
                );
            })
            .ok();
        let source = match (self.file, self.sha256) {
            (Some(file), Some(sha256)) => Some(PluginSource::File {
                path: checks.resolve(&file),
                sha256,
            }),
            (Some(file), None) => {
                checks.fail(
                    &here.join("file"),
                    format!("plugin `{}` has a `file` but no `sha256`", self.name),
                    format!(
                        "write what `sha256sum {}` prints, so that no other component is ever run",
                        file.display()
                    ),
                );
                None
            }
            (None, Some(_)) => {
                checks.fail(
                    &here.join("sha256"),
                    format!("plugin `{}` has a `sha256` but no `file`", self.name),
                    "name the `file`, or take out `sha256` for the built-in plugin",
                );
                None
            }
            (None, None) => built_in(&self.name, here, checks),
        };
        Some(Plugin {
            source: source?,
            settings: settings?,
            name: self.name,
            may: self.may,
            detectors: self.detectors,
        })
    }
}

fn built_in(name: &str, here: &Path, checks: &mut Checks<'_>) -> Option<PluginSource> {
    if builtin::NAMES.contains(&name) {
        return Some(PluginSource::BuiltIn);
    }
    let remedy = match suggestion::nearest(name, builtin::NAMES) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!(
            "name its `file` and `sha256`; built in are: {}",
            builtin::NAMES.join(", ")
        ),
    };
    checks.fail(
        &here.join("name"),
        format!("there is no built-in plugin `{name}`"),
        remedy,
    );
    None
}

/// Two plugins of one name could not be told apart in logs and holds.
pub(super) fn check_names(plugins: &[PluginTable], here: &Path, checks: &mut Checks<'_>) {
    for (index, plugin) in plugins.iter().enumerate() {
        let earlier = plugins.iter().take(index).position(|other| other.name == plugin.name);
        if let Some(earlier) = earlier {
            checks.fail(
                &here.element(index).join("name"),
                format!(
                    "`{here}[{index}].name` and `{here}[{earlier}].name` are both `{}`",
                    plugin.name
                ),
                "give each plugin a name of its own",
            );
        }
    }
}
