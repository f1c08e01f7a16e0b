//! Builds the guests of the suites from source.

use std::{env, error::Error, fs, path::PathBuf};

use quell_plugin_build::{PluginCrate, beside};

/// The variable that tells the suites where a guest lies, and its crate.
const GUESTS: &[(&str, &str)] = &[("EVIL", "guests/evil"), ("RELEASED", "guests/released")];

fn main() -> Result<(), Box<dyn Error>> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for (variable, guest) in GUESTS {
        let component = PluginCrate::new(here.join(guest), beside(&out)).build()?;
        let path = out.join(format!("{variable}.wasm"));
        fs::write(&path, component)?;
        println!("cargo::rustc-env={variable}_COMPONENT={}", path.display());
        println!("cargo::rerun-if-changed={guest}");
    }
    for shared in ["../wit", "../plugins/sdk", "../plugins/build", "../Cargo.lock"] {
        println!("cargo::rerun-if-changed={shared}");
    }
    Ok(())
}
