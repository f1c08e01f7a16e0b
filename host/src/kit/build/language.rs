//! The languages that plugins are written in.

use std::{fmt, path::Path};

use clap::ValueEnum;
use serde::Serialize;

use super::error::BuildError;

/// A language that a plugin can be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[value(rename_all = "lower")]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Rust: the smallest and fastest plugins
    Rust,
    /// JavaScript
    JavaScript,
    /// Python
    Python,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Rust, Self::JavaScript, Self::Python];

    /// The file that makes a folder one of this language.
    pub fn manifest(self) -> &'static str {
        match self {
            Self::Rust => "Cargo.toml",
            Self::JavaScript => "package.json",
            Self::Python => "pyproject.toml",
        }
    }

    /// The language of the plugin in `folder`, by the manifest that lies there.
    ///
    /// # Errors
    /// If there is none, or more than one.
    pub fn of(folder: &Path) -> Result<Self, BuildError> {
        let there = |language: &Self| folder.join(language.manifest()).is_file();
        let found: Vec<_> = Self::ALL.into_iter().filter(there).collect();
        match found[..] {
            [language] => Ok(language),
            [] => Err(BuildError::NoPlugin {
                folder: folder.to_owned(),
            }),
            [one, other, ..] => Err(BuildError::Ambiguous {
                folder: folder.to_owned(),
                one: one.manifest(),
                other: other.manifest(),
            }),
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Rust => "Rust",
            Self::JavaScript => "JavaScript",
            Self::Python => "Python",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_folder_without_a_manifest_or_with_two_is_told_what_it_lacks() {
        let folder = tempfile::tempdir().unwrap();
        let told = || {
            let error = Language::of(folder.path()).unwrap_err().to_string();
            error.replace(folder.path().to_str().unwrap(), "FOLDER")
        };
        insta::assert_snapshot!(told(), @"there is no plugin in FOLDER: it has no Cargo.toml, no package.json and no pyproject.toml; `quell plugin new` makes one");
        fs::write(folder.path().join("package.json"), "{}").unwrap();
        assert_eq!(Language::of(folder.path()).unwrap(), Language::JavaScript);
        fs::write(folder.path().join("Cargo.toml"), "").unwrap();
        insta::assert_snapshot!(told(), @"FOLDER has both a Cargo.toml and a package.json, so it is not clear which is the plugin's: give each plugin a folder of its own");
    }
}
