//! The content: a configuration with the digests of the plugins that it names.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    config::{Config, PluginSource, never_block::ListSource},
    digest::Digest,
    text::with_causes,
};

/// What a configuration and its plugins' files hold. Equal contents behave alike, whenever they were written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Content {
    /// The configuration, or why it can't be used.
    config: Result<Config, String>,
    /// The file of each plugin that has one, and of its signature if it needs one, with the digest of what is there; None if it can't be read.
    files: Vec<(PathBuf, Option<Digest>)>,
}

impl Content {
    /// What is there now.
    pub(super) fn read(file: &Path) -> Self {
        match Config::load(file) {
            Ok(config) => Self::of(config),
            Err(error) => Self {
                config: Err(with_causes(&error)),
                files: Vec::new(),
            },
        }
    }

    /// A configuration that was read, and what its plugins' files hold now.
    pub(crate) fn of(config: Config) -> Self {
        let components = config.plugins.iter().filter_map(|plugin| match &plugin.source {
            PluginSource::BuiltIn => None,
            PluginSource::File { path, signed, .. } => Some((path, signed)),
        });
        let files = components.flat_map(|(path, signed)| [Some(path), signed.as_ref().map(|signed| &signed.signature)]);
        let digests = files.flatten().map(|path| {
            let digest = fs::read(path).ok().map(|bytes| Digest::of(&bytes));
            (path.clone(), digest)
        });
        Self {
            files: digests.collect(),
            config: Ok(config),
        }
    }

    /// The configuration, or why it can't be used.
    pub(super) fn config(&self) -> Result<&Config, &str> {
        self.config.as_ref().map_err(String::as_str)
    }

    /// The files of never-block lists.
    pub(super) fn lists(&self) -> impl Iterator<Item = PathBuf> {
        let lists = self.config.iter().flat_map(|config| &config.never_block_lists);
        lists.filter_map(|list| match &list.source {
            ListSource::File(path) => Some(path.clone()),
            ListSource::Object { .. } => None,
        })
    }

    /// The plugins' files, and those of their signatures.
    pub(super) fn files(&self) -> impl Iterator<Item = PathBuf> {
        self.files.iter().map(|(path, _)| path.clone())
    }
}
