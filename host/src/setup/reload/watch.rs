//! The watch: when to look whether something changed.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use notify::{RecommendedWatcher, RecursiveMode, Watcher};
#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{Reloaded, Reloader, stamp::Stamp};

/// How long files must rest before they are read: editors and copies write in several steps.
const REST: Duration = Duration::from_millis(250);

/// How long to wait for rest at most: a file that is written to all the time is read all the same.
const LONGEST_UNREST: Duration = Duration::from_secs(5);

/// How often to look though the system told of nothing: network file systems do not tell.
const LOOK_ANYWAY: Duration = Duration::from_secs(30);

/// How often to look if the system can't tell of changes.
const LOOK_OFTEN: Duration = Duration::from_secs(2);

/// Watches the files of a configuration, and waits for SIGHUP.
pub(crate) struct Watch {
    reloader: Reloader,
    stamp: Stamp,
    hangup: Hangup,
    told: mpsc::Receiver<()>,
    tell: mpsc::Sender<()>,
    watched: BTreeSet<PathBuf>,
    /// None if the system can't tell of changes.
    watcher: Option<RecommendedWatcher>,
}

impl Watch {
    /// Begins to watch. From now on SIGHUP does not end the process.
    pub(crate) fn begin(reloader: Reloader) -> io::Result<Self> {
        // One that waits is enough: it says that something changed, not what.
        let (tell, told) = mpsc::channel(1);
        let mut watch = Self {
            // Of no files, so that what changed since the configuration was read is seen at the first look.
            stamp: Stamp::default(),
            reloader,
            hangup: Hangup::expect()?,
            told,
            tell,
            watched: BTreeSet::new(),
            watcher: None,
        };
        watch.aim();
        Ok(watch)
    }

    /// Looks whenever there may be something to see, until it is told to stop.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        loop {
            let pause = if self.watcher.is_some() {
                LOOK_ANYWAY
            } else {
                LOOK_OFTEN
            };
            let is_asked = tokio::select! {
                () = self.hangup.received() => true,
                Some(()) = self.told.recv() => false,
                () = tokio::time::sleep(pause) => false,
                () = stop.cancelled() => return,
            };
            self.look(is_asked).await;
        }
    }

    async fn look(&mut self, is_asked: bool) {
        if is_asked {
            tracing::info!("SIGHUP: looking for changes in the configuration and its plugins");
        }
        let files = self.reloader.files();
        let stamp = Stamp::of(&files);
        if stamp == self.stamp && !is_asked {
            return;
        }
        self.stamp = rested(&files, stamp).await;
        let reloaded = self.reloader.look().await;
        if is_asked && reloaded == Reloaded::Unchanged {
            tracing::info!("nothing changed");
        }
        self.aim();
    }

    /// Watches the folders of all files, if it does not already. A file itself can't be watched: whoever replaces it leaves us with the old one.
    fn aim(&mut self) {
        let folders = folders(&self.reloader.files());
        if folders == self.watched && self.watcher.is_some() {
            return;
        }
        let watcher = self.watcher_of(&folders);
        if let Err(error) = &watcher
            && self.watched != folders
        {
            tracing::warn!(
                "changed files are noticed after {LOOK_OFTEN:?} only, because the system can't tell of them: {error}"
            );
        }
        self.watcher = watcher.ok();
        self.watched = folders;
    }

    fn watcher_of(&self, folders: &BTreeSet<PathBuf>) -> notify::Result<RecommendedWatcher> {
        let tell = self.tell.clone();
        let mut watcher = notify::recommended_watcher(move |_| {
            // If one waits already that is enough.
            let _ = tell.try_send(());
        })?;
        for folder in folders {
            watcher.watch(folder, RecursiveMode::NonRecursive)?;
        }
        Ok(watcher)
    }
}

/// The stamp of files when they have come to rest.
async fn rested(files: &[PathBuf], mut stamp: Stamp) -> Stamp {
    let wait = async {
        loop {
            tokio::time::sleep(REST).await;
            let next = Stamp::of(files);
            if next == stamp {
                return;
            }
            stamp = next;
        }
    };
    // It is read anyway, and looked at again when it changes further.
    let _ = tokio::time::timeout(LONGEST_UNREST, wait).await;
    stamp
}

/// The folders in which files lie, both as they are named and where links lead.
fn folders(files: &[PathBuf]) -> BTreeSet<PathBuf> {
    let folder = |file: &Path| match file.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Some(PathBuf::from(".")),
        folder => folder.map(Path::to_owned),
    };
    let named = files.iter().filter_map(|file| folder(file));
    let led_to = files.iter().filter_map(|file| folder(&fs::canonicalize(file).ok()?));
    named.chain(led_to).filter(|folder| folder.is_dir()).collect()
}

/// SIGHUP.
#[cfg(unix)]
struct Hangup(Signal);

#[cfg(unix)]
impl Hangup {
    fn expect() -> io::Result<Self> {
        signal(SignalKind::hangup()).map(Self)
    }

    async fn received(&mut self) {
        if self.0.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }
}

/// There is none.
#[cfg(not(unix))]
struct Hangup;

#[cfg(not(unix))]
impl Hangup {
    fn expect() -> io::Result<Self> {
        Ok(Self)
    }

    async fn received(&mut self) {
        std::future::pending().await
    }
}
