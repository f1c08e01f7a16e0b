//! The plugins: each loads apart, and one that can't be loaded is in the roster with the reason.

use std::{borrow::Cow, sync::Arc};

use super::PluginError;
use crate::{
    builtin,
    config::{Plugin, PluginSource},
    digest::Digest,
    roster::{Route, Routed},
    sandbox::{self, Sandbox},
    text::with_causes,
};

/// Loads all plugins and lets each check its settings. What is wrong with one concerns no other.
pub(super) async fn plugins(configured: &[Plugin], sandbox: &Sandbox) -> Vec<Routed> {
    let mut all = Vec::new();
    for plugin in configured {
        let loaded = load(plugin, sandbox).await;
        if let Err(error) = &loaded {
            tracing::error!(
                plugin = plugin.name,
                "{}; alerts that are routed to it fail and are kept",
                with_causes(error)
            );
        }
        all.push(Routed {
            name: plugin.name.clone(),
            plugin: loaded.map_err(|error| Arc::from(with_causes(&error))),
            settings: settings(plugin),
            routes: plugin.detectors.iter().copied().map(Route::of_detector).collect(),
            may: plugin.may.iter().copied().collect(),
            observes: false,
            on_failure: crate::roster::OnFailure::default(),
            breaker: Arc::default(),
        });
    }
    all
}

/// Loads one plugin and lets it check its settings.
async fn load(plugin: &Plugin, sandbox: &Sandbox) -> Result<sandbox::Plugin, PluginError> {
    let loaded = sandbox.load(&plugin.name, &component(plugin)?).await?;
    loaded.validate_settings(&settings(plugin)).await?;
    Ok(loaded)
}

fn settings(plugin: &Plugin) -> String {
    serde_json::Value::Object(plugin.settings.clone()).to_string()
}

/// The bytes of a plugin's component: those that are meant, or none.
fn component(plugin: &Plugin) -> Result<Cow<'static, [u8]>, PluginError> {
    match &plugin.source {
        PluginSource::BuiltIn => {
            let component = builtin::plugin(&plugin.name);
            component
                .map(Cow::Borrowed)
                .ok_or_else(|| PluginError::NotBuiltIn(plugin.name.clone()))
        }
        PluginSource::File { path, sha256 } => {
            let bytes = std::fs::read(path).map_err(|source| PluginError::Unreadable {
                plugin: plugin.name.clone(),
                path: path.clone(),
                source,
            })?;
            let found = Digest::of(&bytes);
            if found != *sha256 {
                return Err(PluginError::OtherDigest {
                    plugin: plugin.name.clone(),
                    path: path.clone(),
                    found,
                    pinned: *sha256,
                });
            }
            Ok(Cow::Owned(bytes))
        }
    }
}
