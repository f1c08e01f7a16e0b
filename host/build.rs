//! Compiles the built-in plugins from their source, so that the binary carries them.
//!
//! A plugin is for another target than the host and is built with another profile, so a nested cargo does it, in a target directory of their own
//! below `OUT_DIR`, where what they share is built once. They are built the same for `check`, `clippy`, `build` and `test`, and again only if a file that goes into one has changed.

use std::{env, error::Error, fs, path::Path};

use quell_plugin_build::PluginCrate;

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

    for name in PLUGINS {
        let plugin = root.join("plugins").join(name);
        for source in ["Cargo.toml", "src"] {
            println!("cargo::rerun-if-changed={}", plugin.join(source).display());
        }
        match PluginCrate::new(plugin, out.join("plugins")).build() {
            Ok(component) => fs::write(out.join(format!("{name}.wasm")), component)?,
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
