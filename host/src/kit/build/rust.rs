//! A plugin in Rust: cargo does it, by way of the same crate that builds the built-in plugins.

use std::{fs, path::Path};

use quell_plugin_build::PluginCrate;
use serde::Deserialize;

use super::{BuildError, Language};

/// Build the crate; its name and the component.
pub(super) fn build(folder: &Path) -> Result<(String, Vec<u8>), BuildError> {
    let name = package_name(folder)?;
    let mut plugin = PluginCrate::new(folder, folder.join("target/plugin"));
    if !folder.join("Cargo.lock").exists() {
        plugin = plugin.unlocked();
    }
    Ok((name, plugin.build()?))
}

/// The part of a manifest that is of interest here.
#[derive(Deserialize)]
struct Manifest {
    package: Option<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
}

fn package_name(folder: &Path) -> Result<String, BuildError> {
    let path = folder.join(Language::Rust.manifest());
    let text = fs::read_to_string(&path).map_err(|source| BuildError::Io {
        path: path.clone(),
        source,
    })?;
    let manifest: Manifest = toml::from_str(&text).map_err(|error| BuildError::Manifest {
        path: path.clone(),
        problem: format!("can't be read: {error}"),
    })?;
    let name = manifest.package.map(|package| package.name);
    name.ok_or_else(|| BuildError::Manifest {
        path,
        problem: "has no [package]; give the folder of the plugin's own crate, not that of a workspace".to_owned(),
    })
}
