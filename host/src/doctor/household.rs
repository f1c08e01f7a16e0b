//! The household: plugins, secrets, the journal and the folders on this machine.

use std::{collections::BTreeSet, fs::OpenOptions, io, path::Path};

use super::{Finding, Verdict};
use crate::{
    config::{Config, JournalStore, Mode, Secret},
    decision::ActionKind,
    hold::{Feedback, FeedbackState, Hold, Remedy},
    roster::Snapshot,
    sandbox::Precompiled,
    secret::{SecretError, Secrets},
};

/// Each plugin: whether it is loaded, and what it may.
pub fn plugins(config: &Config, loaded: &Snapshot) -> Vec<Finding> {
    let told = config.plugins.iter().map(|plugin| {
        let what = format!("plugin {}", plugin.name);
        let may: Vec<_> = plugin.may.iter().map(ToString::to_string).collect();
        let may = match plugin.mode {
            Mode::Enforce => format!("may {}", may.join(", ")),
            Mode::Observe => format!("observes; what it would: {}", may.join(", ")),
        };
        match loaded.named(&plugin.name).map(|routed| &routed.plugin) {
            Some(Err(why)) => Finding::of_machine(what, Verdict::Missing, why.to_string()),
            _ if plugin.is_unpinned() => {
                let why = format!("{may}; not pinned, `quell plugin lock` writes its sha256");
                Finding::of_machine(what, Verdict::Note, why)
            }
            _ => Finding::of_machine(what, Verdict::Fine, may),
        }
    });
    told.collect()
}

/// Plugins that were to be compiled for this deployment, and were not: for this component, CPU and version of Quell.
pub fn precompiled(config: &Config, loaded: &Snapshot) -> Vec<Finding> {
    let Some(directory) = &config.sandbox.precompiled else {
        return Vec::new();
    };
    let plugins = loaded
        .plugins
        .iter()
        .filter_map(|routed| Some((routed, routed.plugin.as_ref().ok()?)));
    let told = plugins.map(|(routed, plugin)| {
        let of = |verdict, why: String| Finding::of_machine(format!("compiled {}", routed.name), verdict, why);
        let directory = directory.display();
        match Precompiled::at(directory.to_string()).check(plugin.digest()) {
            Ok(()) => of(Verdict::Fine, format!("in {directory}")),
            Err(why) => of(
                Verdict::Note,
                format!("{why}: it is compiled at each start, which takes seconds; `quell plugin compile` makes it for {directory}"),
            ),
        }
    });
    told.collect()
}

/// With how little room on its disk the journal is told of, and with how little it is not to be relied on, in bytes. A day of a large site's alerts has some hundred megabytes.
const LITTLE_ROOM: u64 = 1 << 30;
const NO_ROOM: u64 = 64 << 20;

/// The room on the disk of the journal's file. None if it is no file, or the system can't tell.
pub fn room_for_journal(store: &JournalStore) -> Option<Finding> {
    let JournalStore::File(path) = store else {
        return None;
    };
    let folder = path.ancestors().skip(1).find(|folder| folder.is_dir());
    let free = free_bytes(folder.unwrap_or(Path::new(".")))?;
    Some(room_of(free, path))
}

fn room_of(free: u64, path: &Path) -> Finding {
    let (verdict, remedy) = match free {
        0..NO_ROOM => (
            Verdict::Missing,
            ": without room nothing is acknowledged and nothing is blocked; make room, or put the journal elsewhere (journal.path)",
        ),
        NO_ROOM..LITTLE_ROOM => (Verdict::Note, ": make room, or keep less (journal.keep)"),
        _ => (Verdict::Fine, ""),
    };
    let why = format!("{} MiB are free for {}{remedy}", free >> 20, path.display());
    Finding::of_machine("room for the journal", verdict, why)
}

/// How many bytes this user may still write on the disk of a folder.
#[cfg(unix)]
fn free_bytes(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(not(unix))]
fn free_bytes(_: &Path) -> Option<u64> {
    None
}

/// The secrets that a configuration names, with what each is for.
pub(crate) fn secrets_of(config: &Config) -> Vec<(&'static str, &Secret)> {
    let key = config
        .stealthwatch_cloud
        .as_ref()
        .map(|api| ("key of Stealthwatch Cloud", &api.key));
    let token = config.http.token().map(|token| ("token of the HTTP door", token));
    let redaction = config.recordings.key.as_ref().map(|key| ("key of redactions", key));
    let webhooks = config.doors.webhook.iter().filter_map(|webhook| webhook.hmac.as_ref());
    let webhooks = webhooks.flat_map(|hmac| hmac.keys.iter().map(|key| ("key of a webhook", key)));
    let checkpoints = config.checkpoints.as_ref();
    let signing = checkpoints.map(|checkpoints| ("key of checkpoints", &checkpoints.key));
    let links = config.approval_links.as_ref();
    let links = links.map(|links| ("key of approval links", &links.key));
    let single = [key, token, redaction, signing, links].into_iter().flatten();
    single.chain(webhooks).collect()
}

/// Each secret: whether it can be had as things are here.
pub async fn secrets(config: &Config) -> Vec<Finding> {
    let told = had(config).await.into_iter().map(|(what, secret, had)| match had {
        Ok(()) => Finding::of_machine(what, Verdict::Fine, secret.to_string()),
        Err(error) => Finding::of_machine(what, Verdict::Missing, error.to_string()),
    });
    told.collect()
}

/// Each secret that a configuration names, with what it is for and whether it can be had as things are here. All are asked for at once.
pub async fn had(config: &Config) -> Vec<(&'static str, &Secret, Result<(), SecretError>)> {
    let secrets = &Secrets::new(&config.secrets);
    let asked = secrets_of(config).into_iter().map(|(what, secret)| async move {
        let had = match secrets.live(secret) {
            Ok(live) => live.value().await.map(drop),
            Err(error) => Err(error),
        };
        (what, secret, had)
    });
    futures::future::join_all(asked).await
}

/// The folders and files that are written to, but for the journal.
pub fn folders(config: &Config) -> Vec<Finding> {
    let recordings = config
        .recordings
        .directory
        .as_deref()
        .map(|path| ("folder of recordings", path));
    let cache = ("folder of compiled plugins", config.sandbox.cache.as_path());
    let told = recordings
        .into_iter()
        .chain([cache])
        .map(|(what, path)| match writable(path) {
            Ok(()) => Finding::of_machine(what, Verdict::Fine, path.display().to_string()),
            // Without it plugins are compiled at each start, and all goes on.
            Err(error) if what == cache.0 => {
                let why = format!(
                    "nothing can be written to {}: {error}; plugins are compiled at each start",
                    path.display()
                );
                Finding::of_machine(what, Verdict::Note, why)
            }
            Err(error) => {
                let why = format!("nothing can be written to {}: {error}", path.display());
                Finding::of_machine(what, Verdict::Missing, why)
            }
        });
    told.collect()
}

/// Whether the journal can be read, and its file written to, or made if it is not there. Of a table [`super::table`] says more.
pub fn journal(store: &JournalStore, opened: Result<(), String>) -> Finding {
    let what = "journal";
    let of = |verdict, why: String| Finding::of_machine(what, verdict, why);
    let path = match (store, opened) {
        (JournalStore::File(path), Ok(())) => path,
        (JournalStore::File(path), Err(error)) => return of(Verdict::Missing, format!("{}: {error}", path.display())),
        (JournalStore::Table { .. }, Err(error)) => return of(Verdict::Missing, error),
        (JournalStore::Table { name, .. }, Ok(())) => {
            return of(Verdict::Fine, format!("the table {name} can be read"));
        }
    };
    let missing = |error: &dyn std::fmt::Display| of(Verdict::Missing, format!("{}: {error}", path.display()));
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let made = writable(folder.unwrap_or(Path::new(".")));
    match (made, path.exists()) {
        (Err(error), _) => missing(&error),
        (Ok(()), false) => of(Verdict::Fine, format!("{} can be made", path.display())),
        (Ok(()), true) => match OpenOptions::new().append(true).open(path) {
            Ok(_) => of(Verdict::Fine, path.display().to_string()),
            Err(error) => missing(&error),
        },
    }
}

/// Whether the delay queue is there. Without it holds end all the same, with the schedule.
pub fn delay_queue(queue: &str, examined: Result<(), String>) -> Finding {
    match examined {
        Ok(()) => Finding::of_machine("delay queue", Verdict::Fine, format!("{queue} is there")),
        Err(error) => Finding::of_machine("delay queue", Verdict::Missing, error),
    }
}

/// Whether files can be made in a folder, or the folder itself where it is not there yet. Leaves nothing behind.
fn writable(folder: &Path) -> io::Result<()> {
    let there = folder.ancestors().find(|path| path.is_dir()).unwrap_or(Path::new("."));
    let blocked = folder.ancestors().find(|path| path.exists() && !path.is_dir());
    if let Some(blocked) = blocked {
        return Err(io::Error::new(
            io::ErrorKind::NotADirectory,
            format!("{} is a file", blocked.display()),
        ));
    }
    tempfile::tempfile_in(there).map(drop)
}

/// How much feedback that was given up is told one by one.
pub const MOST_GIVEN_UP: u32 = 20;

/// What detectors were to be told, and were not.
pub fn feedback(given_up: &[Feedback]) -> Vec<Finding> {
    let told = given_up.iter().map(|feedback| {
        let why = match &feedback.state {
            FeedbackState::GivenUp { why } => why.as_str(),
            FeedbackState::Waiting { .. } | FeedbackState::Told => "",
        };
        let attempts = feedback.attempts;
        let why = format!("not told, given up after {attempts} attempts: {why}");
        Finding::of_machine(format!("feedback: {}", feedback.subject), Verdict::Note, why)
    });
    told.collect()
}

/// What is in force and would need rights that the configuration does not lead to: to be taken back all the same.
pub fn left_over(config: &Config, holds: &[Hold]) -> Vec<Finding> {
    let enforced = config.plugins.iter().filter(|plugin| plugin.mode == Mode::Enforce);
    let kinds: BTreeSet<_> = match config.mode {
        Mode::Enforce => enforced.flat_map(|plugin| &plugin.may).copied().collect(),
        Mode::Observe => BTreeSet::new(),
    };
    let mut left = BTreeSet::new();
    left.extend(holds.iter().map(kind).filter(|kind| !kinds.contains(kind)));
    let told = left.into_iter().map(|kind| {
        let many = holds.iter().filter(|hold| self::kind(hold) == kind).count();
        let why = format!(
            "{many} in force, and nothing that is configured may {kind} any more: taking them back needs the rights for that, which are not among those above"
        );
        Finding::of_machine(format!("holds: {kind}"), Verdict::Note, why)
    });
    told.collect()
}

fn kind(hold: &Hold) -> ActionKind {
    match hold.remedy {
        Remedy::Deny(_) => ActionKind::Block,
        Remedy::Isolate { .. } => ActionKind::Isolate,
        Remedy::Revoke { .. } => ActionKind::RevokeIngress,
        Remedy::SetState { .. } => ActionKind::SetInstanceState,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_fills_up_is_told_before_it_is_full() {
        let told = |free| {
            let finding = room_of(free, Path::new("/var/lib/quell/journal.sqlite"));
            format!("{}: {}", finding.verdict.name(), finding.why)
        };
        insta::assert_snapshot!([5 << 30, 500 << 20, 63 << 20].map(told).join("\n"), @r"
        yes: 5120 MiB are free for /var/lib/quell/journal.sqlite
        note: 500 MiB are free for /var/lib/quell/journal.sqlite: make room, or keep less (journal.keep)
        MISSING: 63 MiB are free for /var/lib/quell/journal.sqlite: without room nothing is acknowledged and nothing is blocked; make room, or put the journal elsewhere (journal.path)
        ");
    }
}
