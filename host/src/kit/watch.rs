//! Waiting for an author's next edit.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use notify_debouncer_mini::{
    DebounceEventResult, Debouncer, new_debouncer,
    notify::{self, RecommendedWatcher, RecursiveMode},
};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// How long it must have been quiet: editors write one file in several steps.
const QUIET: Duration = Duration::from_millis(50);

/// How much older than the edit a file's time may be: file systems stamp files with the kernel's coarse clock, which ticks every 1 to 10 ms (`CONFIG_HZ`
/// 1000 to 100).
const COARSE: Duration = Duration::from_millis(10);

/// Watches files and folders until it is dropped.
pub struct Watch {
    edits: UnboundedReceiver<DebounceEventResult>,
    is_of_interest: Box<dyn Fn(&Path) -> bool + Send + Sync>,
    _debouncer: Debouncer<RecommendedWatcher>,
}

/// An edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The file.
    pub path: PathBuf,
    /// When it was edited.
    pub at: SystemTime,
}

/// Why nothing can be watched.
#[derive(Debug, thiserror::Error)]
#[error("can't watch for edits")]
pub struct WatchError(#[from] notify::Error);

impl Watch {
    /// Watches these files, and these folders with all that is below them. Of the files in them only those count that are of interest.
    pub fn over(
        paths: &[PathBuf],
        is_of_interest: impl Fn(&Path) -> bool + Send + Sync + 'static,
    ) -> Result<Self, WatchError> {
        let (sender, edits) = unbounded_channel();
        // Fails only when the receiver is gone, and then nobody waits.
        let mut debouncer = new_debouncer(QUIET, move |result| drop(sender.send(result)))?;
        for path in paths {
            // A file is replaced by another one as often as it is written, so it is its folder that is watched.
            let (path, mode) = match path.parent() {
                Some(parent) if path.is_file() => (parent, RecursiveMode::NonRecursive),
                _ => (path.as_path(), RecursiveMode::Recursive),
            };
            debouncer.watcher().watch(path, mode)?;
        }
        Ok(Self {
            edits,
            is_of_interest: Box::new(is_of_interest),
            _debouncer: debouncer,
        })
    }

    /// The next edit after `since`. None if the system watches no more.
    pub async fn next(&mut self, since: SystemTime) -> Option<Edit> {
        loop {
            let events = self.edits.recv().await?.unwrap_or_default();
            let edits = events.into_iter().filter(|event| (self.is_of_interest)(&event.path));
            // Reading a file is an event as well, and so is what was done before `since`. When a file went, its folder was changed.
            let edits = edits.map(|event| Edit {
                at: edited(&event.path)
                    .or_else(|| edited(event.path.parent()?))
                    .unwrap_or_else(SystemTime::now),
                path: event.path,
            });
            // Editors write another file and rename it: the one that is there is the one that was meant.
            let edits = edits.filter(|edit| edit.at + COARSE > since);
            if let Some(edit) = edits.max_by_key(|edit| (edit.path.exists(), edit.at)) {
                return Some(edit);
            }
        }
    }
}

fn edited(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The next edit. Fails when none comes.
    async fn next(watch: &mut Watch, since: SystemTime) -> Edit {
        let edit = tokio::time::timeout(Duration::from_secs(30), watch.next(since)).await;
        edit.expect("an edit within 30 s").expect("the system goes on watching")
    }

    #[tokio::test]
    async fn an_edit_is_noticed_and_what_is_of_no_interest_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        fs::create_dir(file("target")).unwrap();
        let begin = SystemTime::now();
        let is_source = |path: &Path| !path.to_string_lossy().contains("/target");
        let mut watch = Watch::over(&[folder.path().to_owned()], is_source).unwrap();
        fs::write(file("target/built"), "x").unwrap();
        fs::write(file("source"), "x").unwrap();
        let edit = next(&mut watch, begin).await;
        assert!(edit.path.ends_with("source") || edit.path == folder.path(), "{edit:?}");
    }

    #[tokio::test]
    async fn a_file_that_came_and_went_before_is_no_edit() {
        let folder = tempfile::tempdir().unwrap();
        let (file, passing) = (folder.path().join("plugin.rs"), folder.path().join("sedAbCdEf"));
        fs::write(&file, "1").unwrap();
        let mut watch = Watch::over(&[folder.path().to_owned()], |_| true).unwrap();
        fs::write(&passing, "2").unwrap();
        fs::rename(&passing, &file).unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
        let begin = SystemTime::now();
        let edit = tokio::time::timeout(4 * QUIET, watch.next(begin)).await;
        assert!(edit.is_err(), "{edit:?}");
    }

    #[tokio::test]
    async fn a_file_that_is_replaced_is_still_watched() {
        let folder = tempfile::tempdir().unwrap();
        let (file, other) = (folder.path().join("plugin.wasm"), folder.path().join("other"));
        fs::write(&file, "1").unwrap();
        let name = file.clone();
        let mut watch = Watch::over(std::slice::from_ref(&file), move |path| path == name).unwrap();
        for content in ["2", "3"] {
            let begin = SystemTime::now();
            tokio::time::sleep(Duration::from_millis(20)).await;
            fs::write(&other, content).unwrap();
            fs::rename(&other, &file).unwrap();
            assert_eq!(next(&mut watch, begin).await.path, file);
        }
    }
}
