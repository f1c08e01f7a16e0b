//! The plugins: each loads apart, and one that can't be loaded is in the roster with the reason.

use std::{
    borrow::Cow,
    sync::{Arc, Mutex},
};

use futures::future::join_all;

use super::PluginError;
use crate::{
    builtin,
    config::{Mode, Plugin, PluginSource},
    digest::Digest,
    roster::{Breaker, Routed, Snapshot},
    sandbox::{self, Sandbox},
    text::with_causes,
};

/// Loads all plugins, at the same time, and lets each check its settings. What is wrong with one concerns no other. Plugins that were in force `before` with the
/// same component, settings and limits are not loaded again, and their breakers stay as they are.
pub(super) async fn load_all(configured: &[Plugin], sandbox: &Sandbox, before: Option<&Snapshot>) -> Vec<Routed> {
    let load = async |plugin: &Plugin| {
        let known = before.and_then(|before| before.named(&plugin.name));
        routed(plugin, sandbox, known.map(|known| &**known)).await
    };
    join_all(configured.iter().map(load)).await
}

async fn routed(plugin: &Plugin, sandbox: &Sandbox, before: Option<&Routed>) -> Routed {
    let settings = settings(plugin);
    let loaded = load(plugin, &settings, sandbox, before).await;
    let breaker = Breaker::new(plugin.breaker);
    Routed {
        name: plugin.name.clone(),
        breaker: match (&loaded, before) {
            (Ok((_, Age::Known)), Some(before)) if before.has_breaker_of(plugin.breaker) => Arc::clone(&before.breaker),
            _ => Arc::new(Mutex::new(breaker)),
        },
        plugin: loaded
            .map(|(plugin, _)| plugin)
            .map_err(|error| Arc::from(with_causes(&error))),
        settings,
        routes: plugin.routes.clone(),
        may: plugin.may.iter().copied().collect(),
        observes: plugin.mode == Mode::Observe,
        on_failure: plugin.on_failure.clone(),
    }
}

/// Whether a plugin was in force before.
enum Age {
    Known,
    New,
}

/// Loads one plugin and lets it check its settings.
async fn load(
    plugin: &Plugin,
    settings: &str,
    sandbox: &Sandbox,
    before: Option<&Routed>,
) -> Result<(sandbox::Plugin, Age), PluginError> {
    let sandbox = sandbox.within(plugin.limits.clone())?;
    // One that is pinned and was compiled before needs no look at its file.
    if before.is_none()
        && let PluginSource::File {
            sha256: Some(pinned), ..
        } = &plugin.source
        && let Some(loaded) = sandbox.load_compiled(&plugin.name, *pinned).await?
    {
        loaded.validate_settings(settings).await?;
        return Ok((loaded, Age::New));
    }
    let component = component(plugin)?;
    if let Some(before) = before
        && let Ok(known) = &before.plugin
        && known.digest() == Digest::of(&component)
        && *known.limits() == plugin.limits
        && before.settings == settings
    {
        return Ok((known.clone(), Age::Known));
    }
    if plugin.is_unpinned() {
        tracing::warn!(
            plugin = plugin.name,
            "whatever lies at the plugin's `file` is run: `quell plugin lock` pins it by its digest"
        );
    }
    let loaded = sandbox.load(&plugin.name, &component).await?;
    loaded.validate_settings(settings).await?;
    Ok((loaded, Age::New))
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
            match sha256 {
                Some(pinned) if *pinned != found => Err(PluginError::OtherDigest {
                    plugin: plugin.name.clone(),
                    path: path.clone(),
                    found,
                    pinned: *pinned,
                }),
                _ => Ok(Cow::Owned(bytes)),
            }
        }
    }
}
