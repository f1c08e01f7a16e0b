//! The package of a Lambda function: program, configuration, plugins and what was compiled of them, with a list of digests. The same parts make the same bytes.

mod archive;
mod bootstrap;
mod configuration;
mod entry;
mod manifest;

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

pub use self::{
    bootstrap::{Architecture, BootstrapError, GlibcVersion},
    entry::Entry,
};
use self::{
    configuration::{Digests, PRECOMPILED, TASK_ROOT},
    manifest::Manifest,
};
use crate::{
    config::{Config, ConfigError, Invalid, Plugin, PluginSource},
    digest::Digest,
    exit::{Classified, Exit},
    kit::workshop,
    sandbox::{self, PrecompileError},
    setup::{self, SetupError},
    text::bytes,
};

/// The most that a package may come to when it is unpacked, in bytes: Lambda's limit, 250 MB.
const MOST_UNPACKED: usize = 262_144_000;
/// The most that may be sent to Lambda itself, in bytes: its limit, 50 MB. A larger package goes by way of S3.
const MOST_DIRECT: usize = 52_428_800;

/// What is put together.
#[derive(Debug, Clone)]
pub struct Parts {
    /// The configuration.
    pub config: PathBuf,
    /// The program.
    pub program: PathBuf,
    /// The function's.
    pub architecture: Architecture,
}

/// A package.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// Its files by their paths, the manifest too.
    pub files: BTreeMap<String, Entry>,
    /// The zip.
    pub zip: Vec<u8>,
    /// What somebody should know who deploys it.
    pub notes: Vec<String>,
}

/// Why there is no package.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// A part can't be read.
    #[error("can't read {}", .0.display())]
    Read(PathBuf, #[source] io::Error),
    /// Lambda could not start the program.
    #[error("{} can't be the program of the function: {reason}", path.display())]
    Bootstrap {
        /// The program.
        path: PathBuf,
        /// Why.
        reason: BootstrapError,
    },
    /// The configuration is no TOML.
    #[error("{} is not TOML", .0.display())]
    NotToml(PathBuf, #[source] toml_edit::TomlError),
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The configuration is wrong once it is in the package.
    #[error(transparent)]
    Packed(#[from] Invalid),
    /// The configuration can't work in a function.
    #[error("{} can't work in a Lambda function:\n  {}", path.display(), problems.join("\n  "))]
    Unfit {
        /// The configuration.
        path: PathBuf,
        /// What, each with its remedy.
        problems: Vec<String>,
    },
    /// A plugin's file is not the one that the configuration pins.
    #[error(
        "plugin `{plugin}`: {} has the digest {found}, and {pinned} is pinned: take back the change, or let `quell plugin lock` pin the new one",
        path.display()
    )]
    OtherDigest {
        /// The plugin.
        plugin: String,
        /// Its file.
        path: PathBuf,
        /// What is there.
        found: Digest,
        /// What is pinned.
        pinned: Digest,
    },
    /// A plugin that the binary does not have.
    #[error("there is no built-in plugin `{0}`: name its `file`")]
    NotBuiltIn(String),
    /// Plugins can't be loaded, or refuse their settings.
    #[error("{} names plugins that can't be loaded:\n  {}", path.display(), problems.join("\n  "))]
    Plugins {
        /// The configuration.
        path: PathBuf,
        /// Which and why.
        problems: Vec<String>,
    },
    /// Where plugins run can't be made.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// A plugin can't be compiled.
    #[error(transparent)]
    Compile(#[from] PrecompileError),
    /// The compiler broke off.
    #[error("the compiler of plugins broke off")]
    Compiler(#[from] tokio::task::JoinError),
    /// Lambda would not take it.
    #[error(
        "the package is {} when it is unpacked, and Lambda takes {}: the largest are {largest}; strip the program of its debug information, or use fewer or \
         smaller plugins",
        bytes(*unpacked),
        bytes(MOST_UNPACKED)
    )]
    TooLarge {
        /// In bytes.
        unpacked: usize,
        /// The largest files with their sizes.
        largest: String,
    },
    /// The zip can't be written.
    #[error("can't write the zip")]
    Zip(#[from] zip::result::ZipError),
    /// The manifest can't be written.
    #[error("can't write the manifest")]
    Manifest(#[from] serde_json::Error),
    /// There is no room for what is compiled.
    #[error("can't make a folder for what is compiled")]
    Folder(#[source] io::Error),
}

impl Classified for BundleError {
    fn exit(&self) -> Exit {
        match self {
            Self::Read(..) | Self::Bootstrap { .. } | Self::TooLarge { .. } => Exit::Input,
            Self::Config(_)
            | Self::NotToml(..)
            | Self::Packed(_)
            | Self::Unfit { .. }
            | Self::OtherDigest { .. }
            | Self::NotBuiltIn(_)
            | Self::Plugins { .. } => Exit::Configuration,
            Self::Setup(_)
            | Self::Compile(_)
            | Self::Compiler(_)
            | Self::Zip(_)
            | Self::Manifest(_)
            | Self::Folder(_) => Exit::Failed,
        }
    }
}

/// Puts a package together: checks program, configuration and plugins as the function would meet them, and compiles the plugins for its CPU.
pub async fn bundle(parts: &Parts) -> Result<Bundle, BundleError> {
    let program = read(&parts.program)?;
    bootstrap::check(&program, parts.architecture).map_err(|reason| BundleError::Bootstrap {
        path: parts.program.clone(),
        reason,
    })?;
    let config = Config::load(&parts.config)?;
    let components = components(&config.plugins)?;
    let from_files: Vec<_> = components.iter().filter(|part| part.is_file).collect();

    let text = String::from_utf8_lossy(&read(&parts.config)?).into_owned();
    let digests: Vec<_> = from_files
        .iter()
        .map(|part| Digests {
            component: part.digest,
            signature: part.signature.as_deref().map(Digest::of),
        })
        .collect();
    let text =
        configuration::pack(&text, &digests).map_err(|error| BundleError::NotToml(parts.config.clone(), error))?;
    let packed = Config::parse(&text, &Path::new(TASK_ROOT).join("quell.toml"))?;
    let problems = configuration::unfit(&packed);
    if !problems.is_empty() {
        return Err(BundleError::Unfit {
            path: parts.config.clone(),
            problems,
        });
    }
    check_plugins(&config, &parts.config).await?;

    let mut files = BTreeMap::from([
        ("bootstrap".to_owned(), Entry::program(program)),
        ("quell.toml".to_owned(), Entry::file(text)),
    ]);
    for part in from_files {
        let path = configuration::component_path(part.digest);
        files.insert(path, Entry::file(part.wasm.to_vec()));
        if let Some(signature) = &part.signature {
            files.insert(
                configuration::signature_path(Digest::of(signature)),
                Entry::file(signature.clone()),
            );
        }
    }
    files.extend(compiled(components, &packed.plugins, parts.architecture).await?);
    let manifest = serde_json::to_string_pretty(&Manifest::of(&files, parts.architecture))?;
    files.insert("manifest.json".to_owned(), Entry::file(manifest + "\n"));
    check_size(&files)?;

    let zip = archive::write(&files)?;
    let mut notes = configuration::notes(&packed);
    if zip.len() > MOST_DIRECT {
        notes.push(format!(
            "it is {}: Lambda takes at most {} directly, so upload it to S3, as the template wants it",
            bytes(zip.len()),
            bytes(MOST_DIRECT)
        ));
    }
    Ok(Bundle { files, zip, notes })
}

/// A plugin's component.
struct Component {
    digest: Digest,
    wasm: Cow<'static, [u8]>,
    /// Its signature, if it needs one: the function looks at it again.
    signature: Option<Vec<u8>>,
    is_file: bool,
}

fn read(path: &Path) -> Result<Vec<u8>, BundleError> {
    fs::read(path).map_err(|error| BundleError::Read(path.to_owned(), error))
}

/// The components of all plugins, in the order of the configuration: those that it pins, or none.
fn components(plugins: &[Plugin]) -> Result<Vec<Component>, BundleError> {
    plugins.iter().map(component).collect()
}

fn component(plugin: &Plugin) -> Result<Component, BundleError> {
    let PluginSource::File { path, sha256, signed } = &plugin.source else {
        let wasm = crate::builtin::plugin(&plugin.name).ok_or_else(|| BundleError::NotBuiltIn(plugin.name.clone()))?;
        return Ok(Component {
            digest: Digest::of(wasm),
            wasm: Cow::Borrowed(wasm),
            signature: None,
            is_file: false,
        });
    };
    let wasm = read(path)?;
    let found = Digest::of(&wasm);
    match sha256 {
        Some(pinned) if *pinned != found => Err(BundleError::OtherDigest {
            plugin: plugin.name.clone(),
            path: path.clone(),
            found,
            pinned: *pinned,
        }),
        _ => Ok(Component {
            digest: found,
            wasm: Cow::Owned(wasm),
            signature: signed.as_ref().map(|signed| read(&signed.signature)).transpose()?,
            is_file: true,
        }),
    }
}

/// Loads the plugins as the function will, and lets each check its settings.
async fn check_plugins(config: &Config, path: &Path) -> Result<(), BundleError> {
    let mut config = config.clone();
    // What is compiled for that is of use here again, and belongs to who bundles.
    if let Some(cache) = workshop::cache_directory() {
        config.sandbox.cache = cache;
    }
    match setup::check_plugins(&config).await? {
        problems if problems.is_empty() => Ok(()),
        problems => Err(BundleError::Plugins {
            path: path.to_owned(),
            problems,
        }),
    }
}

/// The compiled code of all components, each once, by its path in the package.
async fn compiled(
    components: Vec<Component>,
    plugins: &[Plugin],
    architecture: Architecture,
) -> Result<Vec<(String, Entry)>, BundleError> {
    let folder = tempfile::tempdir().map_err(BundleError::Folder)?;
    let mut seen = BTreeSet::new();
    let mut entries = Vec::new();
    for (component, plugin) in components.into_iter().zip(plugins) {
        if !seen.insert(component.digest.to_string()) {
            continue;
        }
        let (limits, into) = (plugin.limits.clone(), folder.path().to_owned());
        let compile = move || sandbox::precompile(&component.wasm, architecture.target(), &limits, &into);
        let path = tokio::task::spawn_blocking(compile).await??;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        entries.push((format!("{PRECOMPILED}/{name}"), Entry::file(read(&path)?)));
    }
    Ok(entries)
}

fn check_size(files: &BTreeMap<String, Entry>) -> Result<(), BundleError> {
    let size = |file: &Entry| file.bytes().len();
    let unpacked = files.values().map(size).sum();
    if unpacked <= MOST_UNPACKED {
        return Ok(());
    }
    let mut largest: Vec<_> = files.iter().collect();
    largest.sort_by_key(|(_, file)| std::cmp::Reverse(size(file)));
    let largest = largest
        .iter()
        .take(3)
        .map(|(path, file)| format!("{path} ({})", bytes(size(file))));
    Err(BundleError::TooLarge {
        unpacked,
        largest: largest.collect::<Vec<_>>().join(", "),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_that_lambda_would_not_take_is_refused_with_what_makes_it_large() {
        let file = |megabytes: usize| Entry::file(vec![0; megabytes << 20]);
        let files = BTreeMap::from([
            ("bootstrap".to_owned(), file(240)),
            ("quell.toml".to_owned(), file(0)),
            ("plugins/a.wasm".to_owned(), file(11)),
        ]);
        insta::assert_snapshot!(check_size(&files).unwrap_err(), @"the package is 251.0 MiB when it is unpacked, and Lambda takes 250.0 MiB: the largest are bootstrap (240.0 MiB), plugins/a.wasm (11.0 MiB), quell.toml (0 B); strip the program of its debug information, or use fewer or smaller plugins");
    }

    #[test]
    fn the_same_files_make_the_same_bytes_and_a_program_can_be_started() {
        let files = BTreeMap::from([
            ("bootstrap".to_owned(), Entry::program(b"program".to_vec())),
            ("precompiled/a.cwasm".to_owned(), Entry::file(*b"code")),
            ("quell.toml".to_owned(), Entry::file("")),
        ]);
        let zip = archive::write(&files).unwrap();
        assert_eq!(zip, archive::write(&files).unwrap());
        let mut read = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
        let listed: Vec<_> = (0..read.len())
            .map(|index| {
                let file = read.by_index(index).unwrap();
                let time = file.last_modified().unwrap();
                format!("{:o} {time} {}", file.unix_mode().unwrap(), file.name().unwrap())
            })
            .collect();
        insta::assert_snapshot!(listed.join("\n"), @r"
        100755 1980-01-01 00:00:00 bootstrap
        40755 1980-01-01 00:00:00 precompiled/
        100644 1980-01-01 00:00:00 precompiled/a.cwasm
        100644 1980-01-01 00:00:00 quell.toml
        ");
    }
}
