//! Plugins in other languages than Rust, built with the packages that `make languages` installed. No test asks a registry.

use std::{
    fs::{self, File},
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    time::SystemTime,
};

use anyhow::{Context, ensure};
use quell::kit::build::{Builder, Language};

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
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    copy(&root().join("tests/guests").join(name), &folder)?;
    share_packages(&folder, Language::of(&folder)?)?;
    Ok(folder)
}

/// Copy a folder, following links.
fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let target = to.join(path.file_name().context("an entry has a name")?);
        if path.is_dir() {
            copy(&path, &target)?;
        } else {
            fs::copy(&path, &target)?;
        }
    }
    Ok(())
}
