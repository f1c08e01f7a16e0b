//! Which component an author means.

use std::{borrow::Cow, fmt, fs, io, path::PathBuf, str::FromStr};

use crate::{
    builtin,
    config::suggestion,
    exit::{Classified, Exit},
};

/// A component by its file, or by the name of a plugin that comes with the binary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Component {
    /// A plugin that comes with the binary.
    BuiltIn(&'static str),
    /// A `.wasm` file.
    File(PathBuf),
}

/// Why a component can't be had.
#[derive(Debug, thiserror::Error)]
pub enum ComponentError {
    /// The file can't be read.
    #[error("{} can't be read: {}", path.display(), remedy(path))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

fn remedy(path: &std::path::Path) -> String {
    match suggestion::nearest(&path.to_string_lossy(), builtin::NAMES) {
        Some(name) => format!("did you mean the built-in plugin `{name}`?"),
        None => "give the path of a component, such as `quell plugin build` writes, or the name of a built-in plugin"
            .to_owned(),
    }
}

impl Classified for ComponentError {
    fn exit(&self) -> Exit {
        Exit::Input
    }
}

impl Component {
    /// What it is called where it has no name of its own: the file's name without its ending.
    pub fn name(&self) -> String {
        match self {
            Self::BuiltIn(name) => (*name).to_owned(),
            Self::File(path) => path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        }
    }

    /// Its bytes.
    pub fn read(&self) -> Result<Cow<'static, [u8]>, ComponentError> {
        match self {
            Self::BuiltIn(name) => Ok(Cow::Borrowed(builtin::plugin(name).unwrap_or_default())),
            Self::File(path) => fs::read(path)
                .map(Cow::Owned)
                .map_err(|source| ComponentError::Unreadable {
                    path: path.clone(),
                    source,
                }),
        }
    }
}

impl FromStr for Component {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let built_in = builtin::NAMES.into_iter().find(|name| *name == text);
        Ok(built_in.map_or_else(|| Self::File(text.into()), Self::BuiltIn))
    }
}

impl fmt::Display for Component {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn(name) => formatter.write_str(name),
            Self::File(path) => path.display().fmt(formatter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_built_in_plugin_is_meant_by_its_name_and_anything_else_is_a_file() {
        let read = |text: &str| Component::from_str(text).unwrap();
        assert_eq!(read("nacl-block"), Component::BuiltIn("nacl-block"));
        assert_eq!(read("./nacl-block").name(), "nacl-block");
        assert_eq!(read("target/mine.wasm").name(), "mine");
    }

    #[test]
    fn a_file_that_is_not_there_is_told_with_what_may_have_been_meant() {
        let told = |text: &str| Component::from_str(text).unwrap().read().unwrap_err().to_string();
        insta::assert_snapshot!(told("nacl-blok"), @"nacl-blok can't be read: did you mean the built-in plugin `nacl-block`?");
        insta::assert_snapshot!(told("nowhere.wasm"), @"nowhere.wasm can't be read: give the path of a component, such as `quell plugin build` writes, or the name of a built-in plugin");
    }
}
