//! `[[plugin]]`: which plugins decide, on what, and what they may do.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Cloud, Mode, breaker::BreakerTable, checks::Checks, path::Path, plugin_limits::PluginLimits, route::RouteTable,
    settings, suggestion, trust::Trust,
};
use crate::{
    alert::Detector,
    builtin,
    decision::ActionKind,
    digest::Digest,
    roster::{BreakerTerms, OnFailure, Route},
    sandbox::Limits,
    trust::{self, Key, Required},
};

/// A plugin with what it may do.
#[derive(Debug, Clone, PartialEq)]
pub struct Plugin {
    /// Its name, unique in one configuration. It stands in logs, with holds and in recordings.
    pub name: String,
    /// Where its component comes from.
    pub source: PluginSource,
    /// The kinds of action that it may propose. Others are refused by the guard.
    pub may: Vec<ActionKind>,
    /// Whether it acts or only observes.
    pub mode: Mode,
    /// Which alerts it decides on: those of any of these routes.
    pub routes: Vec<Route>,
    /// What happens to an alert that it could not decide on.
    pub on_failure: OnFailure,
    /// When it is put aside, and for how long.
    pub breaker: BreakerTerms,
    /// What it may use up.
    pub limits: Limits,
    /// Its settings: a JSON object.
    pub settings: serde_json::Map<String, serde_json::Value>,
}

/// Where a plugin's component comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PluginSource {
    /// The binary itself: the built-in plugin of the plugin's name.
    BuiltIn,
    /// A file.
    File {
        /// The component.
        path: PathBuf,
        /// The digest that its bytes must have. None: whatever is there is run.
        sha256: Option<Digest>,
        /// Who must have signed it. None: signatures are not looked at.
        signed: Option<Required>,
    },
}

impl Plugin {
    /// The plugins that are used when the configuration names none: one for each way in which built-in detectors tell of attackers.
    pub(super) fn default_plugins(limits: &Limits) -> Vec<Self> {
        let of = |name, detectors: &[Detector]| Self::built_in(name, detectors, limits);
        vec![
            of(builtin::DEFAULT, &[Detector::StealthwatchCloud]),
            of(builtin::GUARDDUTY, &[Detector::GuardDuty, Detector::SecurityHub]),
        ]
    }

    fn built_in(name: &str, detectors: &[Detector], limits: &Limits) -> Self {
        Self {
            name: name.to_owned(),
            source: PluginSource::BuiltIn,
            may: may(),
            mode: Mode::default(),
            routes: detectors.iter().copied().map(Route::of_detector).collect(),
            on_failure: OnFailure::default(),
            breaker: BreakerTerms::default(),
            limits: limits.clone(),
            settings: serde_json::Map::new(),
        }
    }

    /// Whether any component that lies at its place would be run.
    pub fn is_unpinned(&self) -> bool {
        matches!(self.source, PluginSource::File { sha256: None, .. })
    }
}

/// What else of the configuration a plugin's table is checked with.
#[derive(Clone, Copy)]
pub(super) struct Around<'file> {
    /// The accounts that are protected.
    pub(super) cloud: Option<&'file Cloud>,
    /// What a plugin may use up that says nothing else.
    pub(super) limits: &'file Limits,
    /// Whose plugins are run that say nothing else.
    pub(super) trust: &'file Trust,
}

/// A plugin with what it may do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "Plugin")]
pub(super) struct PluginTable {
    /// Its name, unique in this file. Without `file` it is the name of a built-in plugin: `nacl-block`, `guardduty-block` or `isolate-attacker`.
    pub(super) name: String,
    /// Its component, a `.wasm` file. Relative to the configuration file.
    pub(super) file: Option<PathBuf>,
    /// The SHA-256 digest of `file`: only this very component is ever run. Without it whatever lies there is. `quell plugin lock` writes it.
    pub(super) sha256: Option<Digest>,
    /// The public keys of minisign that may sign it, in place of those in `trust.keys`.
    pub(super) signed_by: Option<Vec<Key>>,
    /// The file of its signature. Without it, what minisign writes: `file` with `.minisig` behind it. Relative to the configuration file.
    pub(super) signature: Option<PathBuf>,
    /// The kinds of action that it may propose. What else it proposes is refused.
    #[serde(default = "may")]
    pub(super) may: Vec<ActionKind>,
    /// Whether what it decides is done, or only reported together with what the guards say of it.
    #[serde(default)]
    pub(super) mode: Mode,
    /// Which alerts it decides on. Without any route: all. An empty list: none, it only stands in for a plugin that falls back to it.
    pub(super) route: Option<Vec<RouteTable>>,
    /// What happens to an alert that it could not decide on: `"refuse"` keeps the alert as failed, to be tried again if that may help, and
    /// `{ fall-back-to = "NAME" }` asks another plugin instead.
    #[serde(default)]
    pub(super) on_failure: OnFailure,
    #[serde(default)]
    pub(super) breaker: BreakerTable,
    #[serde(default)]
    pub(super) limits: PluginLimits,
    /// Its settings, which the plugin itself checks when it is loaded.
    #[serde(default)]
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    pub(super) settings: toml::Table,
}

fn may() -> Vec<ActionKind> {
    vec![ActionKind::Block]
}

impl PluginTable {
    pub(super) fn check(self, here: &Path, around: Around<'_>, checks: &mut Checks<'_>) -> Option<Plugin> {
        if self.may.is_empty() {
            checks.fail(
                &here.join("may"),
                format!("`may` is empty, so plugin `{}` would never do anything", self.name),
                "take `may` out for the default, or take out the plugin",
            );
        }
        let signed = self.signed(here, around.trust, checks);
        let routes = match self.route {
            None => vec![Route::default()],
            Some(tables) => {
                let here = here.join("route");
                let tables = tables.into_iter().enumerate();
                tables
                    .map(|(index, table)| table.check(&here.element(index), around.cloud, checks))
                    .collect()
            }
        };
        let breaker = self.breaker.check(&here.join("breaker"), checks);
        let limits = self.limits.check(&here.join("limits"), around.limits, checks);
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
            (Some(file), sha256) => Some(PluginSource::File {
                path: checks.resolve(&file),
                sha256,
                signed,
            }),
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
            mode: self.mode,
            routes,
            on_failure: self.on_failure,
            breaker,
            limits,
        })
    }

    /// Who must have signed it, if anybody.
    fn signed(&self, here: &Path, trust: &Trust, checks: &mut Checks<'_>) -> Option<Required> {
        let Some(file) = &self.file else {
            let given = [
                ("signed-by", self.signed_by.is_some()),
                ("signature", self.signature.is_some()),
            ];
            for (key, _) in given.into_iter().filter(|(_, given)| *given) {
                checks.fail(
                    &here.join(key),
                    format!("plugin `{}` has `{key}` but no `file`", self.name),
                    format!("name the `file`, or take out `{key}` for the built-in plugin: it is part of the program"),
                );
            }
            return None;
        };
        if self.signed_by.as_ref().is_some_and(Vec::is_empty) {
            checks.fail(
                &here.join("signed-by"),
                format!(
                    "`signed-by` of plugin `{}` is empty, so nobody's signature would do",
                    self.name
                ),
                "name a public key of minisign, or take it out for those of `trust.keys`",
            );
        }
        let by = self.signed_by.as_ref().unwrap_or(&trust.keys);
        if by.is_empty() {
            if self.signature.is_some() {
                checks.fail(
                    &here.join("signature"),
                    format!(
                        "plugin `{}` has a `signature`, and there is no key that it could be checked with",
                        self.name
                    ),
                    "name the public key in `trust.keys` or in `signed-by`",
                );
            }
            return None;
        }
        let signature = self.signature.clone().unwrap_or_else(|| trust::beside(file));
        Some(Required {
            signature: checks.resolve(&signature),
            by: by.clone(),
        })
    }
}

fn built_in(name: &str, here: &Path, checks: &mut Checks<'_>) -> Option<PluginSource> {
    if builtin::NAMES.contains(&name) {
        return Some(PluginSource::BuiltIn);
    }
    let remedy = match suggestion::nearest(name, builtin::NAMES) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("name its `file`; built in are: {}", builtin::NAMES.join(", ")),
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
