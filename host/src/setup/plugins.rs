//! The plugins: each loads apart, and one that can't be loaded is in the roster with the reason.

use std::{
    borrow::Cow,
    sync::{Arc, Mutex},
};

use futures::future::join_all;

use super::PluginError;
use crate::{
    builtin,
    config::{Config, Mode, Plugin, PluginSource},
    digest::Digest,
    roster::{Breaker, OnFailure, Routed, Snapshot},
    sandbox::{self, Sandbox},
    text::with_causes,
};

/// How plugins are loaded.
#[derive(Clone, Copy)]
pub(super) struct Loading<'a> {
    /// Where they run.
    pub(super) sandbox: &'a Sandbox,
    /// What was in force before. Plugins with the same component, settings and limits are not loaded again, and their breakers stay as they are.
    pub(super) before: Option<&'a Snapshot>,
    /// Whether a component whose digest is known, because it is pinned or built in, needs no look if it was compiled before: in a Lambda function's package the
    /// files can't change, and reading and summing up megabytes would stand before the first decision.
    pub(super) trusts_what_was_compiled: bool,
}

/// Loads all plugins, at the same time, and lets each check its settings. What is wrong with one concerns no other.
pub(super) async fn load_all(configured: &[Plugin], loading: Loading<'_>) -> Vec<Routed> {
    join_all(configured.iter().map(|plugin| routed(plugin, loading))).await
}

async fn routed(plugin: &Plugin, loading: Loading<'_>) -> Routed {
    let settings = settings(plugin);
    let before = loading
        .before
        .and_then(|before| before.named(&plugin.name))
        .map(|before| &**before);
    let loaded = load(plugin, &settings, loading, before).await;
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

/// Says which plugins are not pinned, and which could not be loaded. The host works all the same: alerts must get into the journal, and what is in force must be
/// taken back in time.
pub(super) fn tell(config: &Config, snapshot: &Snapshot) {
    for plugin in config.plugins.iter().filter(|plugin| plugin.is_unpinned()) {
        tracing::warn!(
            plugin = plugin.name,
            "the plugin is not pinned, whatever lies at its `file` is run; `quell plugin lock` writes its sha256"
        );
    }
    let absent = snapshot
        .plugins
        .iter()
        .filter_map(|routed| Some((routed, routed.plugin.as_ref().err()?)));
    for (routed, why) in absent.clone() {
        let so = match &routed.on_failure {
            OnFailure::Refuse => "alerts that are routed to it fail, are kept and tried again".to_owned(),
            OnFailure::FallBackTo(name) => format!("`{name}` is asked instead"),
        };
        tracing::error!(plugin = routed.name, "a plugin could not be loaded: {why}; {so}");
    }
    if !snapshot.plugins.is_empty() && absent.count() == snapshot.plugins.len() {
        tracing::error!("no plugin could be loaded: alerts are taken and kept, and nobody decides on them");
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
    loading: Loading<'_>,
    before: Option<&Routed>,
) -> Result<(sandbox::Plugin, Age), PluginError> {
    let sandbox = loading.sandbox.within(plugin.limits.clone())?;
    if loading.trusts_what_was_compiled
        && let Some(digest) = known_digest(plugin)
        && let Some(loaded) = sandbox.load_compiled(&plugin.name, digest).await?
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
    let loaded = sandbox.load(&plugin.name, &component).await?;
    loaded.validate_settings(settings).await?;
    Ok((loaded, Age::New))
}

/// The digest of the component that is meant, if it is known without the component.
fn known_digest(plugin: &Plugin) -> Option<Digest> {
    match &plugin.source {
        PluginSource::BuiltIn => builtin::digest(&plugin.name),
        // Who signed can only be seen by the component itself.
        PluginSource::File { signed: Some(_), .. } => None,
        PluginSource::File { sha256, .. } => *sha256,
    }
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
        PluginSource::File { path, sha256, signed } => {
            let bytes = std::fs::read(path).map_err(|source| PluginError::Unreadable {
                plugin: plugin.name.clone(),
                path: path.clone(),
                source,
            })?;
            if let Some(required) = signed {
                required.check(&bytes).map_err(|source| PluginError::Signature {
                    plugin: plugin.name.clone(),
                    path: path.clone(),
                    source,
                })?;
            }
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

#[cfg(test)]
mod tests;
