//! The same source makes the same bytes, wherever and however often it is built: who has the source can see that a plugin was made of it.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use quell_plugin_build::PluginCrate;

/// What lies in the repository and goes into no plugin.
const LEFT_OUT: [&str; 5] = ["target", ".git", "node_modules", ".venv", "fuzz"];

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Copies a folder with what is in it, as a clone has it.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (name, to) = (entry.file_name(), to.join(entry.file_name()));
        if LEFT_OUT.iter().any(|left_out| name == *left_out) {
            continue;
        }
        let kind = fs::metadata(entry.path())?;
        if kind.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

#[test]
fn a_plugin_is_the_same_bytes_from_two_folders() {
    let elsewhere = tempfile::Builder::new()
        .prefix("a longer name than here ")
        .tempdir()
        .unwrap();
    copy(&repository(), elsewhere.path()).unwrap();
    // Where the build scripts have built it already.
    let here = PluginCrate::new(
        repository().join("plugins/nacl-block"),
        Path::new(env!("CARGO_TARGET_TMPDIR")).join("../debug/build/plugins"),
    );
    let there = PluginCrate::new(
        elsewhere.path().join("plugins/nacl-block"),
        elsewhere.path().join("out"),
    );
    let (here, there) = (here.build().unwrap(), there.build().unwrap());
    assert!(
        here == there,
        "{} bytes here, {} there, and they differ",
        here.len(),
        there.len()
    );
}
