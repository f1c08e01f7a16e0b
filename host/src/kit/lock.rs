//! The lock: the digests of plugins' files, written into the configuration without touching anything else in it.

use std::{
    fmt, fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use toml_edit::{DocumentMut, TableLike, value};

use crate::{
    digest::Digest,
    exit::{Classified, Exit},
};

/// Why plugins can't be pinned.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// The configuration can't be read.
    #[error("can't read {}", .0.display())]
    Read(PathBuf, #[source] io::Error),
    /// The configuration is no TOML.
    #[error("{} is not TOML", .0.display())]
    NotToml(PathBuf, #[source] toml_edit::TomlError),
    /// A plugin's file can't be read.
    #[error("plugin `{plugin}`: can't read {}", path.display())]
    Component {
        /// The plugin.
        plugin: String,
        /// Its file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The configuration can't be written.
    #[error("can't write {}", .0.display())]
    Write(PathBuf, #[source] io::Error),
}

impl Classified for LockError {
    fn exit(&self) -> Exit {
        match self {
            Self::Read(..) | Self::NotToml(..) | Self::Component { .. } => Exit::Configuration,
            Self::Write(..) => Exit::Failed,
        }
    }
}

/// What was found of one plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pinning {
    /// The plugin.
    pub plugin: String,
    /// The digest that stands in the configuration, as it stands there.
    pub before: Option<String>,
    /// The digest of what is there.
    pub found: Digest,
}

impl Pinning {
    /// Whether the configuration pins what is there.
    pub fn is_as_before(&self) -> bool {
        self.before
            .as_ref()
            .is_some_and(|before| before.eq_ignore_ascii_case(&self.found.to_string()))
    }
}

impl fmt::Display for Pinning {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { plugin, before, found } = self;
        match before {
            _ if self.is_as_before() => write!(out, "{plugin}: {found}, as it is pinned"),
            Some(before) => write!(out, "{plugin}: {found}, pinned was {before}"),
            None => write!(out, "{plugin}: {found}, was not pinned"),
        }
    }
}

/// A configuration whose plugins are pinned.
#[derive(Debug, Clone)]
pub struct Lock {
    /// Where it really lies: a link to it stays one.
    path: PathBuf,
    document: DocumentMut,
}

impl Lock {
    /// Reads the configuration in a file.
    pub fn read(path: &Path) -> Result<Self, LockError> {
        let read = |source| LockError::Read(path.to_owned(), source);
        let path = fs::canonicalize(path).map_err(read)?;
        let text = fs::read_to_string(&path).map_err(read)?;
        let document = text
            .parse()
            .map_err(|source| LockError::NotToml(path.clone(), source))?;
        Ok(Self { path, document })
    }

    /// Pins every plugin that has a file, in memory. Says what was found of each.
    pub fn pin(&mut self) -> Result<Vec<Pinning>, LockError> {
        let folder = self.path.parent().unwrap_or(Path::new("")).to_owned();
        let mut pinnings = Vec::new();
        for plugin in plugins(&mut self.document) {
            pinnings.extend(pin(plugin, &folder)?);
        }
        Ok(pinnings)
    }

    /// The configuration as it is written.
    pub fn text(&self) -> String {
        self.document.to_string()
    }

    /// Writes the file anew: whoever reads it sees the old one or the new one, never half of it.
    pub fn write(&self) -> Result<(), LockError> {
        let write = |source| LockError::Write(self.path.clone(), source);
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(write)?;
        file.write_all(self.text().as_bytes()).map_err(write)?;
        let permissions = fs::metadata(&self.path).map_err(write)?.permissions();
        file.as_file().set_permissions(permissions).map_err(write)?;
        file.as_file().sync_all().map_err(write)?;
        file.persist(&self.path).map_err(|error| write(error.error))?;
        Ok(())
    }
}

/// The tables of all plugins, each written with a header of its own or within an array.
pub(crate) fn plugins(document: &mut DocumentMut) -> Vec<&mut dyn TableLike> {
    let Some(plugins) = document.get_mut("plugin") else {
        return Vec::new();
    };
    // Which of both it is can't be asked while it is borrowed as the other.
    if plugins.is_array_of_tables() {
        let tables = plugins
            .as_array_of_tables_mut()
            .into_iter()
            .flat_map(|tables| tables.iter_mut());
        return tables.map(|table| table as &mut dyn TableLike).collect();
    }
    let inline = plugins.as_array_mut().into_iter().flat_map(|array| array.iter_mut());
    inline
        .filter_map(|value| Some(value.as_inline_table_mut()? as &mut dyn TableLike))
        .collect()
}

fn pin(plugin: &mut dyn TableLike, folder: &Path) -> Result<Option<Pinning>, LockError> {
    let text = |plugin: &dyn TableLike, key: &str| Some(plugin.get(key)?.as_str()?.to_owned());
    let name = text(plugin, "name").unwrap_or_default();
    let Some(file) = text(plugin, "file") else {
        return Ok(None);
    };
    let path = folder.join(file);
    let bytes = fs::read(&path).map_err(|source| LockError::Component {
        plugin: name.clone(),
        path,
        source,
    })?;
    let pinning = Pinning {
        plugin: name,
        before: text(plugin, "sha256"),
        found: Digest::of(&bytes),
    };
    match plugin.get_mut("sha256").and_then(|item| item.as_value_mut()) {
        _ if pinning.is_as_before() => {}
        Some(pinned) => {
            let decor = pinned.decor().clone();
            *pinned = pinning.found.to_string().into();
            *pinned.decor_mut() = decor;
        }
        None => {
            plugin.insert("sha256", value(pinning.found.to_string()));
        }
    }
    Ok(Some(pinning))
}

#[cfg(test)]
mod tests;
