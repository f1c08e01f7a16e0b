//! The Python environment at the root of the repository, with the parts that others wrote.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, ensure};

/// The root of the repository.
pub fn root() -> &'static Path {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    crate_folder.parent().unwrap_or(crate_folder)
}

/// A program of the environment, such as `moto_server`.
pub fn program(name: &str) -> anyhow::Result<PathBuf> {
    let path = root().join(".venv/bin").join(name);
    ensure!(
        path.exists(),
        "{} is not there: run `make venv`, which makes it from tests/python/requirements.txt",
        path.display()
    );
    Ok(path)
}

/// Runs a script of `tests/python` to its end, in an environment of its own, and gives what it printed.
pub fn run(script: &str, arguments: &[&str], environment: &[(&str, String)]) -> anyhow::Result<String> {
    let path = root().join("tests/python").join(script);
    let output = Command::new(program("python")?)
        .arg(path)
        .args(arguments)
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .output()
        .with_context(|| format!("could not start {script}"))?;
    ensure!(
        output.status.success(),
        "{script} failed:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).with_context(|| format!("{script} printed what is not UTF-8"))
}

/// Starts a script of `tests/python` that answers on standard output what it is asked on standard input, in an environment of its own.
pub fn start(script: &str, environment: &[(&str, String)]) -> anyhow::Result<Child> {
    let path = root().join("tests/python").join(script);
    let child = Command::new(program("python")?)
        .arg(path)
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    child.with_context(|| format!("could not start {script}"))
}
