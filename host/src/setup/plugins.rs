//! The plugins.

use std::borrow::Cow;

use super::SetupError;
use crate::{
    builtin,
    config::{Plugin, PluginSource},
    digest::Digest,
    sandbox::{self, Sandbox},
    way::Routed,
};

/// Loads all plugins and lets each check its settings.
pub(super) async fn plugins(configured: &[Plugin], sandbox: &Sandbox) -> Result<Vec<Routed>, SetupError> {
    let mut routed = Vec::new();
    for plugin in configured {
        let loaded = load(plugin, sandbox).await?;
        let settings = serde_json::Value::Object(plugin.settings.clone()).to_string();
        loaded.validate_settings(&settings).await?;
        routed.push(Routed {
            name: plugin.name.clone(),
            plugin: loaded,
            settings,
            detectors: plugin.detectors.iter().copied().collect(),
            may: plugin.may.iter().copied().collect(),
        });
    }
    Ok(routed)
}

/// Loads a plugin. One that is pinned and was compiled before needs no look at its file.
async fn load(plugin: &Plugin, sandbox: &Sandbox) -> Result<sandbox::Plugin, SetupError> {
    if let PluginSource::File { sha256, .. } = &plugin.source
        && let Some(loaded) = sandbox.load_compiled(&plugin.name, *sha256).await?
    {
        return Ok(loaded);
    }
    Ok(sandbox.load(&plugin.name, &component(plugin)?).await?)
}

/// The bytes of a plugin's component: those that are meant, or none.
fn component(plugin: &Plugin) -> Result<Cow<'static, [u8]>, SetupError> {
    match &plugin.source {
        PluginSource::BuiltIn => {
            let component = builtin::plugin(&plugin.name);
            component
                .map(Cow::Borrowed)
                .ok_or_else(|| SetupError::NoSuchPlugin(plugin.name.clone()))
        }
        PluginSource::File { path, sha256 } => {
            let bytes = std::fs::read(path).map_err(|source| SetupError::Unreadable {
                plugin: plugin.name.clone(),
                path: path.clone(),
                source,
            })?;
            let found = Digest::of(&bytes);
            if found != *sha256 {
                return Err(SetupError::OtherDigest {
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
