//! The real binary as a process.

use std::{
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use anyhow::{Context, ensure};

/// The binary `quell` that was built together with the tests: beside their own folder.
pub fn quell() -> anyhow::Result<PathBuf> {
    let test = std::env::current_exe().context("this test's own path is not known")?;
    let folder = test
        .parent()
        .and_then(|deps| deps.parent())
        .context("a test lies in target/PROFILE/deps")?;
    let path = folder.join("quell");
    ensure!(
        path.exists(),
        "{} is not there: run `cargo build --package quell`",
        path.display()
    );
    Ok(path)
}

/// Ends a process that was started in a group of its own, and all that it started.
pub fn kill_group(leader: &mut Child) {
    // It may have ended by itself; there is nothing to be done about either.
    let group = format!("-{}", leader.id());
    let _ = Command::new("kill")
        .args(["-KILL", "--", &group])
        .stderr(Stdio::null())
        .status();
    let _ = leader.wait();
}
