//! A copy of the contract, as texts that a test may change.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use wit_parser::{PackageId, Resolve, SourceMap};

/// The folder of the contract.
pub(crate) fn contract() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit")
}

/// The WIT files of one version of the contract, by name.
#[derive(Clone)]
pub(crate) struct Package(BTreeMap<String, String>);

impl Package {
    /// What is in `wit/`.
    pub(crate) fn current() -> Self {
        Self::read(&contract())
    }

    /// What is in `wit/released/`, with the names of the folders.
    pub(crate) fn released() -> Vec<(String, Self)> {
        let folders = fs::read_dir(contract().join("released")).unwrap().map(Result::unwrap);
        let released = folders.map(|folder| {
            let name = folder.file_name().into_string().unwrap();
            (name, Self::read(&folder.path()))
        });
        released.collect()
    }

    /// The newest of them.
    pub(crate) fn last_released() -> Self {
        let released = Self::released().into_iter().map(|(_, package)| package);
        released.max_by_key(Self::version).unwrap()
    }

    fn read(folder: &Path) -> Self {
        let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let wit = paths.filter(|path| path.extension().is_some_and(|extension| extension == "wit"));
        let files = wit.map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(path).unwrap())
        });
        Self(files.collect())
    }

    pub(crate) fn file_names(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }

    /// The version that its first line says, which must be the same in all files.
    pub(crate) fn version(&self) -> semver::Version {
        let mut resolve = Resolve::default();
        let package = self.push(&mut resolve);
        resolve.packages[package].name.version.clone().unwrap()
    }

    /// The same with another version.
    pub(crate) fn at(&self, version: &str) -> Self {
        let mut package = self.clone();
        for text in package.0.values_mut() {
            let (_, rest) = text.split_once(";\n").unwrap();
            *text = format!("package quell:plugin@{version};\n{rest}");
        }
        package
    }

    /// The same with this text of a file replaced, which must be there exactly once.
    pub(crate) fn with(&self, file: &str, old: &str, new: &str) -> Self {
        let mut package = self.clone();
        let text = package.0.get_mut(file).unwrap();
        assert_eq!(text.matches(old).count(), 1, "`{old}` in {file}");
        *text = text.replace(old, new);
        package
    }

    /// Parses it.
    pub(crate) fn push(&self, resolve: &mut Resolve) -> PackageId {
        let mut sources = SourceMap::new();
        for (name, text) in &self.0 {
            sources.push_str(name, text.as_str());
        }
        let group = sources.parse().unwrap_or_else(|(_, error)| panic!("{error}"));
        resolve.push_group(group).unwrap()
    }
}
