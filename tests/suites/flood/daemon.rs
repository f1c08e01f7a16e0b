//! The daemon, and a look into its journal from outside.

use std::{collections::BTreeSet, fs, net::SocketAddr};

use quell::digest::Digest;
use quell_tests::{
    process::{Daemon, Quell, free_address},
    recorded,
};
use rusqlite::{Connection, OpenFlags};

use crate::connection::TOKEN;

/// A folder with a daemon's configuration and its journal.
pub(crate) struct Stage {
    quell: Quell,
    pub(crate) address: SocketAddr,
}

impl Stage {
    pub(crate) fn new() -> anyhow::Result<Self> {
        let address = free_address()?;
        let hash = Digest::of(TOKEN.as_bytes());
        let quell = Quell::new(&format!(
            r#"
            [simulated]
            account-file = "account.toml"
            observations = "observations"
            [journal]
            path = "journal.sqlite"
            [sandbox]
            cache = "cache"
            [work]
            queue = 500
            [http]
            listen = "{address}"
            [http.limits]
            connections-per-address = 1024
            request-timeout = "1s"
            head-timeout = "2s"
            [[door.webhook]]
            name = "flood"
            detector = "stealthwatch-cloud"
            token-sha256 = ["{hash}"]
            "#
        ))?;
        fs::write(quell.path("account.toml"), recorded::ACCOUNT)?;
        let observations = quell.path("observations");
        fs::create_dir(&observations)?;
        for entry in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/observations"))? {
            let path = entry?.path();
            if let Some(name) = path
                .file_name()
                .filter(|_| path.extension().is_some_and(|end| end == "json"))
            {
                fs::copy(&path, observations.join(name))?;
            }
        }
        Ok(Self { quell, address })
    }

    pub(crate) fn serve(&self) -> anyhow::Result<Daemon> {
        self.quell.serve()
    }

    /// The most memory that the daemon has had so far, in MiB. 0 where the system does not tell.
    pub(crate) fn peak_memory(&self, daemon: &Daemon) -> u64 {
        let process = daemon.process().as_raw_nonzero();
        let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmHWM:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
        kilobytes.unwrap_or(0) / 1024
    }

    /// Asserts that the journal has each of these deliveries.
    pub(crate) fn assert_has_all(&self, ids: &BTreeSet<String>) {
        let there = self.ids("SELECT id FROM deliveries");
        let lost: Vec<_> = ids.difference(&there).collect();
        assert!(lost.is_empty(), "acknowledged, and not in the journal: {lost:?}");
    }

    /// Asserts that each of these deliveries was worked on to the end.
    pub(crate) fn assert_decided(&self, ids: &BTreeSet<String>) {
        let done = self.ids("SELECT id FROM deliveries WHERE state = 'done'");
        let undecided: Vec<_> = ids.difference(&done).collect();
        assert!(undecided.is_empty(), "acknowledged, and not decided: {undecided:?}");
    }

    /// How many deliveries wait.
    pub(crate) fn waiting(&self) -> u32 {
        self.count("SELECT count(*) FROM deliveries WHERE state = 'waiting'")
    }

    /// How many holds there are.
    pub(crate) fn holds(&self) -> u32 {
        self.count("SELECT count(*) FROM holds")
    }

    fn count(&self, query: &str) -> u32 {
        self.journal().query_row(query, [], |row| row.get(0)).unwrap()
    }

    fn ids(&self, query: &str) -> BTreeSet<String> {
        let journal = self.journal();
        let mut statement = journal.prepare(query).unwrap();
        let ids = statement.query_map([], |row| row.get(0)).unwrap();
        ids.collect::<Result<_, _>>().unwrap()
    }

    fn journal(&self) -> Connection {
        let path = self.quell.path("journal.sqlite");
        let journal = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        journal.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
        journal
    }
}
