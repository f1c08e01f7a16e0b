//! Plugins in other languages than Rust, built with the packages that `make languages` installed. No test asks a registry.

use std::{
    fs::{self, File},
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    time::SystemTime,
};

use anyhow::{Context, ensure};
use quell::kit::build::{Builder, Language, is_made};

use crate::python::root;

/// The example in this language, whose packages all plugins of the suites share.
pub fn example(language: Language) -> PathBuf {
    let name = match language {
        Language::Rust => return root().join("plugins/nacl-block"),
        Language::JavaScript => "javascript",
        Language::Python => "python",
    };
    root().join("examples/plugins").join(name)
}

/// Where the language's packages are in a plugin's folder, and the file that they were installed by.
fn packages(language: Language) -> Option<(&'static str, &'static str)> {
    match language {
        Language::Rust => None,
        Language::JavaScript => Some(("node_modules", "package-lock.json")),
        Language::Python => Some((".venv", "requirements.txt")),
    }
}

/// Give a plugin's folder the packages of the example, which are those that its own lock file names.
pub fn share_packages(folder: &Path, language: Language) -> anyhow::Result<()> {
    let Some((installed, lock)) = packages(language) else {
        return Ok(());
    };
    let example = example(language);
    let shared = example.join(installed);
    ensure!(
        shared.exists(),
        "{} is not there: run `make languages`",
        shared.display()
    );
    if !folder.join(installed).exists() {
        symlink(&shared, folder.join(installed))?;
    }
    if !folder.join(lock).exists() {
        fs::copy(example.join(lock), folder.join(lock))?;
    }
    // The builder would install anew what is older than the lock file.
    let file = File::options().append(true).open(folder.join(lock))?;
    Ok(file.set_modified(SystemTime::UNIX_EPOCH)?)
}

/// Build the plugin in a folder; the component.
pub fn build(folder: &Path) -> anyhow::Result<Vec<u8>> {
    let built = Builder::new(folder)?
        .build()
        .with_context(|| format!("building {}", folder.display()))?;
    Ok(fs::read(built.component)?)
}

/// A copy of a guest's folder, with what it links to, where it can be built.
pub fn guest(name: &str, place: &Path) -> anyhow::Result<PathBuf> {
    let folder = place.join(name);
    cloned(&root().join("tests/guests").join(name), &folder)?;
    Ok(folder)
}

/// Copy a plugin's folder to one where it can be built, with what it links to and without what was made in it.
pub fn cloned(plugin: &Path, to: &Path) -> anyhow::Result<()> {
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    copy(plugin, to)?;
    share_packages(to, Language::of(to)?)
}

/// Copy a folder's own files, following links.
fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let name = path.file_name().context("an entry has a name")?;
        if is_made(Path::new(name)) {
            continue;
        }
        let target = to.join(name);
        if path.is_dir() {
            copy(&path, &target)?;
        } else {
            fs::copy(&path, &target)?;
        }
    }
    Ok(())
}
