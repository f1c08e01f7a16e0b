//! Compiles the default plugin from its source, so that the binary carries it.
//!
//! The plugin is for another target than the host and is built with another profile, so a nested cargo does it, in a target directory of its own
//! below `OUT_DIR`. It is built the same for `check`, `clippy`, `build` and `test`, and again only if a file that goes into it has changed.

use std::{env, error::Error, fs, path::Path};

use quell_plugin_build::PluginCrate;

fn main() -> Result<(), Box<dyn Error>> {
    let host = env::var("CARGO_MANIFEST_DIR")?;
    let out = env::var("OUT_DIR")?;
    let (root, out) = (Path::new(&host).join(".."), Path::new(&out));

    // The root's manifest and the lock file count too: they say which dependencies go in.
    for source in ["wit", "plugins/sdk", "plugins/nacl-block", "Cargo.toml", "Cargo.lock"] {
        println!("cargo::rerun-if-changed={}", root.join(source).display());
    }

    match PluginCrate::new(root.join("plugins/nacl-block"), out.join("plugins")).build() {
        Ok(component) => fs::write(out.join("nacl-block.wasm"), component)?,
        // Not returned: a build script's error is printed in its debug form, which nobody can read.
        Err(error) => {
            println!("cargo::error=the default plugin could not be built: {error}");
            let mut cause = error.source();
            while let Some(source) = cause {
                println!("cargo::error=because: {source}");
                cause = source.source();
            }
        }
    }
    Ok(())
}
