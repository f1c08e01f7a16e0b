//! Roots of trust of which is seen whether anybody reads them.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

use anyhow::ensure;
use tempfile::TempDir;

/// An authority that only tests trust. Roots that are none would be an error of their own.
const AUTHORITY: &str = include_str!("../../certificates/tls/servers.pem");

/// The variable that names the roots to `rustls-native-certs`, by which both of Quell's TLS clients read them: the AWS SDK's and reqwest's.
const VARIABLE: &str = "SSL_CERT_FILE";

/// A pipe in the place of the file of roots. Who opens it to read is noticed, and gets certificates as from a file.
pub(crate) struct Roots {
    pipe: PathBuf,
    are_read: Arc<AtomicBool>,
    giver: Option<JoinHandle<io::Result<()>>>,
    /// Goes last.
    _folder: TempDir,
}

impl Roots {
    pub(crate) fn new() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let (pipe, file) = (folder.path().join("roots.pem"), folder.path().join("file.pem"));
        fs::write(&file, AUTHORITY)?;
        let made = Command::new("mkfifo").arg(&pipe).status()?;
        ensure!(made.success(), "mkfifo failed: {made}");
        let are_read = Arc::new(AtomicBool::new(false));
        let giver = thread::spawn({
            let (pipe, are_read) = (pipe.clone(), Arc::clone(&are_read));
            move || give(&pipe, &file, &are_read)
        });
        Ok(Self {
            pipe,
            are_read,
            giver: Some(giver),
            _folder: folder,
        })
    }

    /// The variable that leads to them.
    pub(crate) fn variable(&self) -> (&'static str, String) {
        (VARIABLE, self.pipe.display().to_string())
    }

    /// Whether anybody has read them.
    pub(crate) fn are_read(&self) -> bool {
        self.are_read.load(Ordering::SeqCst)
    }
}

/// Waits until somebody opens the pipe to read, and gives the certificates.
fn give(pipe: &Path, file: &Path, are_read: &AtomicBool) -> io::Result<()> {
    let mut writer = File::options().write(true).open(pipe)?;
    are_read.store(true, Ordering::SeqCst);
    // Who comes later finds a file.
    fs::rename(file, pipe)?;
    writer.write_all(AUTHORITY.as_bytes())
}

impl Drop for Roots {
    fn drop(&mut self) {
        let Some(giver) = self.giver.take() else { return };
        // It may still wait for somebody who reads; then that is us. If it gave them away already, this is a file.
        if giver.is_finished() || File::open(&self.pipe).is_ok() {
            let _ = giver.join();
        }
    }
}
