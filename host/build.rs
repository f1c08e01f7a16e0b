//! Compiles the built-in plugins from their source, so that the binary carries them, and embeds what `quell plugin new` writes.
//!
//! A plugin is for another target than the host and is built with another profile, so a nested cargo does it, in a target directory
//! beside `OUT_DIR`, where what they share is built once. They are built the same for `check`, `clippy`, `build` and `test`, and again only if a file that goes into one has changed.

use std::{
    env,
    error::Error,
    fmt::Write,
    fs, io,
    path::{Path, PathBuf},
};

use quell_plugin_build::{PluginCrate, beside};
use sha2::{Digest, Sha256};

/// What `quell plugin new` writes: the constant in `host/src/kit/new/embedded.rs`, and the folder.
const EMBEDDED: [(&str, &str); 8] = [
    ("RUST", "host/src/kit/template/rust"),
    ("JAVASCRIPT", "host/src/kit/template/javascript"),
    ("PYTHON", "host/src/kit/template/python"),
    ("RUST_SDK", "plugins/sdk"),
    ("JAVASCRIPT_SDK", "plugins/javascript/quell"),
    ("PYTHON_SDK", "plugins/python"),
    ("CONTRACT", "wit"),
    ("RECORDINGS", "host/src/kit/template/recordings"),
];

/// What lies in these folders and is not for authors: what tools leave behind, the SDKs' own tests, and copies of the contract as it was.
const LEFT_OUT: [&str; 6] = ["target", "node_modules", ".venv", "__pycache__", "tests", "released"];

/// The plugins, by the names of their folders. `src/builtin.rs` has the same.
const PLUGINS: [&str; 3] = ["nacl-block", "guardduty-block", "isolate-attacker"];

fn main() -> Result<(), Box<dyn Error>> {
    let host = env::var("CARGO_MANIFEST_DIR")?;
    let out = env::var("OUT_DIR")?;
    let (root, out) = (Path::new(&host).join(".."), Path::new(&out));

    // The root's manifest and the lock file count too: they say which dependencies go in.
    for source in ["wit", "plugins/sdk", "Cargo.toml", "Cargo.lock"] {
        println!("cargo::rerun-if-changed={}", root.join(source).display());
    }
    embed(&root, out)?;
    order(Path::new(&host))?;

    for name in PLUGINS {
        let plugin = root.join("plugins").join(name);
        for source in ["Cargo.toml", "src"] {
            println!("cargo::rerun-if-changed={}", plugin.join(source).display());
        }
        match PluginCrate::new(plugin, beside(out)).build() {
            Ok(component) => {
                fs::write(out.join(format!("{name}.sha256")), Sha256::digest(&component))?;
                fs::write(out.join(format!("{name}.wasm")), component)?;
            }
            // Not returned: a build script's error is printed in its debug form, which nobody can read.
            Err(error) => {
                println!("cargo::error=the built-in plugin {name} could not be built: {error}");
                let mut cause = error.source();
                while let Some(source) = cause {
                    println!("cargo::error=because: {source}");
                    cause = source.source();
                }
            }
        }
    }
    Ok(())
}

/// Lets the linker put together what a Lambda function's first alerts run through (`make order` notes it). Only in what is released, for which it matters, and
/// not with a linker that takes no script, of which whoever chose it tells by `QUELL_ORDER=none`.
fn order(host: &Path) -> Result<(), Box<dyn Error>> {
    let script = host.join("first_alert.ld");
    println!("cargo::rerun-if-changed={}", script.display());
    println!("cargo::rerun-if-env-changed=QUELL_ORDER");
    let is_wanted = env::var_os("QUELL_ORDER").is_none_or(|order| order != "none");
    if is_wanted && env::var("PROFILE")? == "release" && env::var("CARGO_CFG_TARGET_OS")? == "linux" {
        println!("cargo::rustc-link-arg-bins=-Wl,-T,{}", script.display());
    }
    Ok(())
}

/// Write the constants with the files of each folder.
fn embed(root: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    let root = root.canonicalize()?;
    let mut code = String::new();
    for (name, folder) in EMBEDDED {
        let folder = root.join(folder);
        println!("cargo::rerun-if-changed={}", folder.display());
        let mut files = Vec::new();
        gather(&folder, &mut files)?;
        files.sort();
        writeln!(code, "pub(super) const {name}: Files = &[")?;
        for file in files {
            let path = file.strip_prefix(&folder)?;
            writeln!(code, "    ({path:?}, include_str!({file:?})),")?;
        }
        writeln!(code, "];")?;
    }
    let workspace = root.join("Cargo.toml");
    writeln!(code, "pub(super) const WORKSPACE: &str = include_str!({workspace:?});")?;
    Ok(fs::write(out.join("embedded.rs"), code)?)
}

/// All files below a folder.
fn gather(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if LEFT_OUT.iter().any(|it| entry.file_name() == *it) {
            continue;
        }
        match entry.file_type()?.is_dir() {
            true => gather(&entry.path(), files)?,
            false => files.push(entry.path()),
        }
    }
    Ok(())
}
