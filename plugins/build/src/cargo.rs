//! The nested cargo: the crate becomes a core module.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde::Deserialize;

use crate::{BuildError, PluginCrate, TARGET, environment};

/// A profile of our own, given on the command line so that a plugin in any workspace is built alike, and nobody's `release` is changed.
///
/// `s` and one unit of code with link-time optimisation: the time of a decision is that of instantiating, which grows with size.
/// A plugin ends at its first panic either way, so unwinding is dead weight. The names of functions stay: without them a trap has no backtrace to read.
const PROFILE: &[&str] = &[
    r#"profile.plugin.inherits="release""#,
    r#"profile.plugin.opt-level="s""#,
    "profile.plugin.lto=true",
    "profile.plugin.codegen-units=1",
    r#"profile.plugin.panic="abort""#,
    r#"profile.plugin.strip="debuginfo""#,
    "profile.plugin.debug=false",
    "profile.plugin.overflow-checks=true",
];

/// Bytes of stack. The linker's default of 1 MiB has to be zeroed for every decision, which costs more than the decision.
const STACK: usize = 64 * 1024;

/// Build the crate; the path of the module.
pub(crate) fn build(plugin: &PluginCrate) -> Result<PathBuf, BuildError> {
    require_target(&plugin.manifest_dir)?;

    let program = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = nested(&program, &plugin.manifest_dir);
    // As a cdylib and nothing else, whatever the manifest says: beside an rlib cargo silently leaves out link-time optimisation.
    command.args(["rustc", "--lib", "--crate-type=cdylib", "--profile=plugin"]);
    command.arg("--message-format=json-render-diagnostics");
    command
        .args(["--target", TARGET])
        .arg("--target-dir")
        .arg(&plugin.target_dir);
    command.args(PROFILE.iter().flat_map(|setting| ["--config", setting]));
    if plugin.locked {
        command.arg("--locked");
    }
    command.env("CARGO_ENCODED_RUSTFLAGS", rustflags());

    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|source| cannot_run(&program, source))?;
    if !output.status.success() {
        return Err(BuildError::Compile {
            manifest_dir: plugin.manifest_dir.clone(),
            status: output.status,
        });
    }
    module(&String::from_utf8_lossy(&output.stdout)).ok_or_else(|| BuildError::NoModule {
        manifest_dir: plugin.manifest_dir.clone(),
    })
}

/// A program of the toolchain that sees nothing of the outer build, run where the crate's own `rust-toolchain.toml` counts.
fn nested(program: &OsString, manifest_dir: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(manifest_dir);
    for (name, _) in env::vars_os().filter(|(name, _)| !environment::is_kept(name)) {
        command.env_remove(name);
    }
    command
}

/// Cargo's own message about a missing target is forty lines on `can't find crate for core`.
fn require_target(manifest_dir: &Path) -> Result<(), BuildError> {
    let program = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = nested(&program, manifest_dir)
        .args(["--print", "target-libdir", "--target", TARGET])
        .stderr(Stdio::inherit())
        .output()
        .map_err(|source| cannot_run(&program, source))?;
    let directory = String::from_utf8_lossy(&output.stdout);
    if output.status.success() && Path::new(directory.trim()).is_dir() {
        Ok(())
    } else {
        Err(BuildError::NoTarget)
    }
}

fn cannot_run(program: &OsString, source: std::io::Error) -> BuildError {
    BuildError::Run {
        program: program.to_string_lossy().into_owned(),
        source,
    }
}

/// The flags, in cargo's encoding for paths with spaces. They replace those of any `.cargo/config.toml`.
fn rustflags() -> OsString {
    const SEPARATOR: &str = "\u{1f}";
    let mut flags = OsString::from(format!("-Clink-arg=-zstack-size={STACK}"));
    // Panic messages hold the paths of sources: they must not depend on where this machine keeps its crates.
    if let Some(home) = cargo_home() {
        flags.push(format!("{SEPARATOR}--remap-path-prefix="));
        flags.push(home);
        flags.push("=/cargo");
    }
    flags
}

fn cargo_home() -> Option<PathBuf> {
    env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| env::home_dir().map(|home| home.join(".cargo")))
}

/// The part of cargo's messages that is of interest here.
#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    filenames: Vec<PathBuf>,
    #[serde(default)]
    target: Target,
}

#[derive(Deserialize, Default)]
struct Target {
    #[serde(default)]
    kind: Vec<String>,
}

/// The module among what cargo says that it made. Dependencies come first and the crate itself last.
fn module(messages: &str) -> Option<PathBuf> {
    let of_library = |message: &Message| message.target.kind.iter().any(|kind| kind == "cdylib");
    let is_module = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "wasm");
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Message>(line).ok())
        .filter(of_library)
        .flat_map(|message| message.filenames)
        .rfind(is_module)
}
