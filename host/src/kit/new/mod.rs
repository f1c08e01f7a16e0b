//! A folder to begin a plugin in.
//!
//! The templates are real plugins, which are built and tested as they are, under the name `my-plugin`. A new folder is the template of its language
//! under another name, with what Quell gives for that language beside it, so that nothing has to be fetched from a place of Quell's.

mod embedded;
mod name;
mod rust;

use std::{
    borrow::Cow,
    fs, io,
    path::{Path, PathBuf},
};

pub use self::name::{NotAName, PluginName};
use super::build::Language;
use crate::exit::{Classified, Exit};

/// Why there is no new folder.
#[derive(Debug, thiserror::Error)]
pub enum NewError {
    /// Something is there already.
    #[error("{} is there already, and nothing was written: choose another name, another `--path`, or remove it", folder.display())]
    Exists {
        /// The folder.
        folder: PathBuf,
    },
    /// A file can't be written.
    #[error("can't write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A manifest inside this binary is not as expected.
    #[error("this binary's own copy of the SDK is damaged: {0}; build Quell again")]
    Sdk(String),
}

impl Classified for NewError {
    fn exit(&self) -> Exit {
        match self {
            Self::Exists { .. } => Exit::Usage,
            Self::Write { .. } | Self::Sdk(_) => Exit::Failed,
        }
    }
}

/// Write a plugin's folder. It is there whole or not at all.
///
/// # Errors
/// If the folder is there already, or can't be written.
pub fn write(name: &PluginName, language: Language, folder: &Path) -> Result<(), NewError> {
    if folder.symlink_metadata().is_ok() {
        return Err(NewError::Exists {
            folder: folder.to_owned(),
        });
    }
    let files = files(name, language)?;
    let written = files.iter().try_for_each(|file| file.write_in(folder));
    if written.is_err() {
        // What was written is worth nothing alone, and would be in the way of the next try.
        let _ = fs::remove_dir_all(folder);
    }
    written
}

/// A file of a new folder.
#[derive(Debug, Clone, PartialEq, Eq)]
struct File {
    /// Its path in the folder.
    path: String,
    text: Cow<'static, str>,
}

impl File {
    fn write_in(&self, folder: &Path) -> Result<(), NewError> {
        let path = folder.join(&self.path);
        let parent = path.parent().map_or(Ok(()), fs::create_dir_all);
        parent
            .and_then(|()| fs::write(&path, self.text.as_bytes()))
            .map_err(|source| NewError::Write { path, source })
    }
}

/// All files of a new folder.
fn files(name: &PluginName, language: Language) -> Result<Vec<File>, NewError> {
    let (template, given) = match language {
        Language::Rust => (embedded::RUST, rust::sdk()?),
        Language::JavaScript => (embedded::JAVASCRIPT, below("quell/", embedded::JAVASCRIPT_SDK)),
        Language::Python => (embedded::PYTHON, below("", embedded::PYTHON_SDK)),
    };
    // The same rule in each language decides equally, so they share their recordings.
    let named = [below("", template), below("recordings/", embedded::RECORDINGS)].concat();
    let named = named.into_iter().map(|File { path, text }| {
        let text = name.put_into(&text).into_owned();
        File {
            text: if path == "Cargo.lock" {
                rust::sorted(&text)
            } else {
                text
            }
            .into(),
            path,
        }
    });
    // What else lies there is for those who work on Quell.
    let given = given.into_iter().filter(|file| file.path != "README.md");
    let contract = below("wit/", embedded::CONTRACT).into_iter();
    let contract = contract.filter(|file| file.path.ends_with(".wit"));
    Ok(named.chain(given).chain(contract).collect())
}

/// Embedded files, each behind this prefix.
fn below(prefix: &str, files: &'static [(&'static str, &'static str)]) -> Vec<File> {
    let file = |(path, text): &(&'static str, &'static str)| File {
        path: format!("{prefix}{path}"),
        text: Cow::Borrowed(text),
    };
    files.iter().map(file).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name() -> PluginName {
        "block-scanners".parse().unwrap()
    }

    #[test]
    fn a_folder_that_is_there_is_left_alone_and_the_remedy_told() {
        let folder = tempfile::tempdir().unwrap();
        let error = write(&name(), Language::Rust, folder.path()).unwrap_err().to_string();
        insta::assert_snapshot!(error.replace(folder.path().to_str().unwrap(), "FOLDER"), @"FOLDER is there already, and nothing was written: choose another name, another `--path`, or remove it");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn no_file_of_a_new_folder_has_the_templates_name_in_it() {
        for language in Language::ALL {
            for File { path, text } in files(&name(), language).unwrap() {
                let left = ["my-plugin", "my_plugin", "MyPlugin"]
                    .iter()
                    .any(|it| path.contains(it) || text.contains(it));
                assert!(!left, "{language}: {path}");
            }
        }
    }

    #[test]
    fn no_file_takes_the_place_of_another() {
        for language in Language::ALL {
            let files = files(&name(), language).unwrap();
            let mut paths: Vec<_> = files.iter().map(|file| file.path.as_str()).collect();
            paths.sort_unstable();
            let all = paths.len();
            paths.dedup();
            assert_eq!(paths.len(), all, "{language}");
        }
    }

    #[test]
    fn each_language_gets_what_a_person_looks_for_first() {
        for language in Language::ALL {
            let files = files(&name(), language).unwrap();
            let there = |path: &str| files.iter().any(|file| file.path == path);
            let manifest = language.manifest();
            for path in ["README.md", ".gitignore", "wit/types.wit", manifest] {
                assert!(there(path), "{language}: {path}");
            }
            let recordings = files.iter().filter(|file| file.path.ends_with(".recording.json"));
            assert_eq!(recordings.count(), 2, "{language}");
        }
    }
}
