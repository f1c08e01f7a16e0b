//! `[[plugin]]`: which plugins decide, on what, and what they may do.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Cloud, Mode, breaker::BreakerTable, checks::Checks, path::Path, plugin_limits::PluginLimits, route::RouteTable,
    settings, suggestion,
};
use crate::{
    alert::Detector,
    builtin,
    decision::ActionKind,
    digest::Digest,
    roster::{BreakerTerms, OnFailure, Route},
    sandbox::Limits,
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
    pub(super) fn check(
        self,
        here: &Path,
        cloud: Option<&Cloud>,
        limits: &Limits,
        checks: &mut Checks<'_>,
    ) -> Option<Plugin> {
        if self.may.is_empty() {
            checks.fail(
                &here.join("may"),
                format!("`may` is empty, so plugin `{}` would never do anything", self.name),
                "take `may` out for the default, or take out the plugin",
            );
        }
        let routes = match self.route {
            None => vec![Route::default()],
            Some(tables) => {
                let here = here.join("route");
                let tables = tables.into_iter().enumerate();
                tables
                    .map(|(index, table)| table.check(&here.element(index), cloud, checks))
                    .collect()
            }
        };
        let breaker = self.breaker.check(&here.join("breaker"), checks);
        let limits = self.limits.check(&here.join("limits"), limits, checks);
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
