//! Reloading: what changes in the configuration and in the plugins' files is taken over while the daemon works.
//!
//! A reload is taken over whole or not at all. If the file can't be read or a plugin in it can't be loaded, everything goes on as it was, and that is said once. Half of an
//! edit could be worse than none of it: a route that was taken from one plugin, and never reached the other. A plugin that could not be loaded when the daemon started, and still can't be,
//! keeps no other change from being taken over.
//!
//! Plugins with all that belongs to them, `[decision]` and `[guard]` are taken over. The rest waits for a restart, and is named.

mod content;
mod stamp;
mod waiting;
mod watch;

use std::{path::PathBuf, sync::Arc};

use jiff::Timestamp;

pub(crate) use self::{content::Content, watch::Watch};
use super::plugins::Loading;
use crate::{
    config::Config,
    roster::{Refused, Snapshot},
    sandbox::Sandbox,
    text::with_causes,
    way::Host,
};

/// What is needed to reload.
pub(crate) struct Reloader {
    file: PathBuf,
    host: Arc<Host>,
    sandbox: Sandbox,
    /// As the process began: what can't be taken over is as it is here.
    began_with: Config,
    /// What is in force.
    in_force: Content,
    /// What was looked at last, in force or refused, so that each change is told once.
    seen: Content,
}

/// What came of a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reloaded {
    /// Nothing is other than at the last look.
    Unchanged,
    /// It is in force.
    TakenOver,
    /// What was in force goes on.
    Refused(String),
}

impl Reloader {
    /// For a host that was set up with this configuration, which was read from this file, and loads its plugins in this sandbox. The content must have been read before
    /// the plugins were loaded: what changed since is noticed then.
    pub(crate) fn new(file: PathBuf, config: Config, content: Content, host: Arc<Host>, sandbox: Sandbox) -> Self {
        Self {
            file,
            host,
            sandbox,
            began_with: config,
            seen: content.clone(),
            in_force: content,
        }
    }

    /// The files that all this stands in: the configuration, and the plugins that it names.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let mut files = vec![self.file.clone()];
        files.extend([&self.in_force, &self.seen].into_iter().flat_map(Content::files));
        files.extend([&self.in_force, &self.seen].into_iter().flat_map(Content::lists));
        files.sort();
        files.dedup();
        files
    }

    /// Looks whether anything is other than before, and takes it over or says why not.
    pub(crate) async fn look(&mut self) -> Reloaded {
        let reloaded = self.look_at_configuration().await;
        // They are no part of the configuration's content: what stands in them is taken over whatever else is wrong.
        if let Err(error) = self.host.look_at_lists().await {
            tracing::error!(
                "network ACLs follow the never-block lists later: {}",
                with_causes(&error)
            );
        }
        reloaded
    }

    async fn look_at_configuration(&mut self) -> Reloaded {
        let content = Content::read(&self.file);
        if content == self.seen {
            return Reloaded::Unchanged;
        }
        self.seen = content.clone();
        if content == self.in_force {
            self.host.roster().note_refused(None);
            tracing::info!("the configuration and its plugins are again what is in force");
            return Reloaded::TakenOver;
        }
        let taken = match content.config() {
            Ok(config) => self.take_over(&config.clone()).await,
            Err(why) => Err(why.to_owned()),
        };
        match taken {
            Ok(()) => {
                self.in_force = content;
                self.host.roster().note_refused(None);
                Reloaded::TakenOver
            }
            Err(why) => {
                tracing::error!("the change is not taken over, and what was in force goes on: {why}");
                self.host.roster().note_refused(Some(Refused {
                    at: Timestamp::now(),
                    why: why.clone(),
                }));
                Reloaded::Refused(why)
            }
        }
    }

    async fn take_over(&self, config: &Config) -> Result<(), String> {
        let before = self.host.roster().now();
        let loading = Loading {
            sandbox: &self.sandbox,
            before: Some(&before),
            trusts_what_was_compiled: false,
        };
        let snapshot = super::snapshot(config, loading).await;
        let lost = newly_absent(&before, &snapshot);
        if !lost.is_empty() {
            return Err(lost.join("; "));
        }
        super::plugins::tell(config, &snapshot);
        let plugins: Vec<_> = snapshot.plugins.iter().map(|routed| standing(routed)).collect();
        let lists = self
            .host
            .take_over_lists(super::never_block::lists(config, self.host.clouds()))
            .await;
        if let Err(error) = lists.and(self.host.take_over(snapshot).await) {
            tracing::error!("network ACLs follow the new rules later: {}", with_causes(&error));
        }
        tracing::info!(plugins = plugins.join(", "), "the change is taken over");
        let waiting = waiting::sections(&self.began_with, config);
        if !waiting.is_empty() {
            tracing::warn!("changes in {} wait for a restart", waiting.join(", "));
        }
        Ok(())
    }
}

/// Why plugins of the new snapshot are not loaded that were not already missing before.
fn newly_absent(before: &Snapshot, new: &Snapshot) -> Vec<String> {
    let was_absent = |name: &str| before.named(name).is_some_and(|routed| routed.plugin.is_err());
    let absent = new.plugins.iter().filter(|routed| !was_absent(&routed.name));
    absent
        .filter_map(|routed| routed.plugin.as_ref().err().map(ToString::to_string))
        .collect()
}

fn standing(routed: &crate::roster::Routed) -> String {
    match &routed.plugin {
        Ok(plugin) => format!("{} {:.12}", routed.name, plugin.digest().to_string()),
        Err(_) => format!("{} (not loaded)", routed.name),
    }
}
