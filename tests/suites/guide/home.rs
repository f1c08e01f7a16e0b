//! Where a newcomer sits: a home with a clone of Quell in it, and `quell` in the path.

use std::{
    env, fs, io,
    net::SocketAddr,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use quell::kit::build::Language;
use quell_tests::{
    foreign,
    process::{binary, free_address},
    python::root,
    transcript::Home,
};

/// What the pages call it.
const NAME: &str = "/home/you";

/// The door's address as the pages have it.
const DOOR: &str = "127.0.0.1:8480";

/// A home for one section.
pub(crate) struct NewcomersHome {
    folder: PathBuf,
    /// What Rust compiled in the last run, which spares this one half a minute.
    kept: PathBuf,
    door: SocketAddr,
}

impl NewcomersHome {
    /// An empty one.
    pub(crate) fn make(title: &str) -> anyhow::Result<Self> {
        let guide = Path::new(env!("CARGO_TARGET_TMPDIR")).join("guide");
        let name = title.to_lowercase().replace(' ', "-");
        let (folder, kept) = (guide.join(&name), guide.join(format!("{name}-target")));
        for plugin in plugins(&folder)? {
            if plugin.join("target").exists() && !kept.exists() {
                fs::rename(plugin.join("target"), &kept)?;
            }
        }
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(folder.join(".local/bin"))?;
        symlink(binary()?, folder.join(".local/bin/quell"))?;
        symlink(root(), folder.join("quell"))?;
        Ok(Self {
            folder,
            kept,
            door: free_address()?,
        })
    }

    fn path(&self) -> String {
        let path = env::var("PATH").unwrap_or_default();
        format!("{}:{path}", self.folder.join(".local/bin").display())
    }
}

impl Home for NewcomersHome {
    /// Gives each plugin that has been begun the packages of its language, which a newcomer's `quell plugin build` installs.
    fn prepare(&self) -> anyhow::Result<()> {
        for plugin in plugins(&self.folder)? {
            let language = Language::of(&plugin)?;
            foreign::share_packages(&plugin, language)?;
            let target = plugin.join("target");
            if language == Language::Rust && self.kept.exists() && !target.exists() {
                fs::rename(&self.kept, target)?;
            }
        }
        Ok(())
    }

    fn variables(&self) -> Vec<(String, String)> {
        let ours = [
            ("HOME", self.folder.display().to_string()),
            ("PATH", self.path()),
            ("COLUMNS", "110".to_owned()),
            ("LC_ALL", "C.UTF-8".to_owned()),
            // What is needed is there; a test asks no registry.
            ("CARGO_NET_OFFLINE", "true".to_owned()),
            ("CARGO_TERM_QUIET", "true".to_owned()),
            ("PYTHONDONTWRITEBYTECODE", "1".to_owned()),
        ];
        let was = env::var("HOME").unwrap_or_default();
        let rust = [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")]
            .map(|(name, folder)| (name, env::var(name).unwrap_or_else(|_| format!("{was}/{folder}"))));
        let toolchain = env::var("RUSTUP_TOOLCHAIN").map(|toolchain| ("RUSTUP_TOOLCHAIN", toolchain));
        let all = ours.into_iter().chain(rust).chain(toolchain);
        all.map(|(name, value)| (name.to_owned(), value)).collect()
    }

    fn folder(&self) -> &Path {
        &self.folder
    }

    fn command(&self, said: &str) -> String {
        said.replace(DOOR, &self.door.to_string())
    }

    fn as_said(&self, printed: &str) -> String {
        let folder = self.folder.display().to_string();
        printed.replace(&folder, NAME).replace(&self.door.to_string(), DOOR)
    }
}

/// The folders of plugins in a home.
fn plugins(home: &Path) -> io::Result<Vec<PathBuf>> {
    if !home.exists() {
        return Ok(Vec::new());
    }
    let entries: Vec<_> = fs::read_dir(home)?.collect::<Result<_, _>>()?;
    let folders = entries
        .into_iter()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let is_plugin = |folder: &PathBuf| {
        Language::ALL
            .iter()
            .any(|language| folder.join(language.manifest()).exists())
    };
    Ok(folders.map(|entry| entry.path()).filter(is_plugin).collect())
}
