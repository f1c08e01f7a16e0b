//! `quell plugin lock`: pins plugins by their digests.

use clap::Args;

use crate::{
    command::{Global, output::answer},
    exit::{Exit, Failure, OrItsExit},
    kit::lock::Lock,
};

/// Write the SHA-256 of every plugin's file into the configuration, so that no other component is ever run.
///
/// Only `sha256` of plugins with a `file` is written, in place and at once; comments and all else stay as they are. A Quell that runs takes the change over.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:\n  quell plugin lock\n  quell plugin lock --check && systemctl reload quell")]
pub(super) struct LockCommand {
    /// Write nothing; tell what differs, with exit code 3 if something does
    #[arg(long)]
    check: bool,
}

impl LockCommand {
    /// Pins, or tells what is not pinned.
    pub(super) fn run(self, global: &Global) -> Result<(), Failure> {
        let (path, _) = global.config_and_its_file()?;
        let mut lock = Lock::read(&path).or_its_exit()?;
        let pinnings = lock.pin().or_its_exit()?;
        if pinnings.is_empty() {
            return answer("no plugin has a file: those that are built in are pinned by the binary");
        }
        for pinning in &pinnings {
            answer(pinning)?;
        }
        let differing = pinnings.iter().filter(|pinning| !pinning.is_as_before()).count();
        match (differing, self.check) {
            (0, _) => Ok(()),
            (_, false) => lock.write().or_its_exit(),
            (_, true) => Err(Failure::new(
                Exit::Configuration,
                format!("{} does not pin the plugins that are there", path.display()),
            )
            .with_remedy("if they were changed on purpose, `quell plugin lock` writes their digests")),
        }
    }
}
