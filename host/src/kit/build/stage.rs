//! A folder with nothing in it but a plugin's source, for tools that take whatever lies in a folder.
//!
//! The files are copies, also where the author has links: the tools see this folder alone.

use std::{fs, path::Path, path::PathBuf};

use super::{BuildError, is_made};

/// Folders deeper than this are a link that leads back to itself.
const DEEPEST: usize = 16;

/// Copy the contract and the files with this extension from `folder` to `target/stage` in it, at the same places; the stage. `leave_out` names entries of the
/// folder itself that are not the plugin.
pub(super) fn stage(folder: &Path, extension: &str, leave_out: &[&str]) -> Result<PathBuf, BuildError> {
    let stage = folder.join("target/stage");
    if stage.exists() {
        fs::remove_dir_all(&stage).map_err(|source| io(&stage, source))?;
    }
    fs::create_dir_all(&stage).map_err(|source| io(&stage, source))?;
    copy(folder, &stage, extension, leave_out, DEEPEST)?;
    Ok(stage)
}

fn copy(from: &Path, to: &Path, extension: &str, leave_out: &[&str], depth: usize) -> Result<(), BuildError> {
    for entry in fs::read_dir(from).map_err(|source| io(from, source))? {
        let entry = entry.map_err(|source| io(from, source))?;
        let (path, name) = (entry.path(), entry.file_name());
        if is_made(Path::new(&name)) || leave_out.iter().any(|it| name == *it) {
            continue;
        }
        let target = to.join(&name);
        // Following links, which `DirEntry` does not.
        let metadata = fs::metadata(&path).map_err(|source| io(&path, source))?;
        if metadata.is_dir() && depth > 0 {
            fs::create_dir_all(&target).map_err(|source| io(&target, source))?;
            copy(&path, &target, extension, &[], depth - 1)?;
        } else if metadata.is_file() && path.extension().is_some_and(|it| it == extension || it == "wit") {
            fs::copy(&path, &target).map_err(|source| io(&path, source))?;
        }
    }
    Ok(())
}

/// Write a file of ours to the stage.
pub(super) fn add(stage: &Path, name: &str, text: &str) -> Result<PathBuf, BuildError> {
    let path = stage.join(name);
    fs::write(&path, text).map_err(|source| io(&path, source))?;
    Ok(path)
}

fn io(path: &Path, source: std::io::Error) -> BuildError {
    BuildError::Io {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_source_is_staged_and_links_are_followed() {
        let folder = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        let write = |path: PathBuf| {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        };
        for path in [
            "src/plugin.js",
            "src/deep/er.js",
            "test/a.js",
            "node_modules/a/a.js",
            "README.md",
            "target/old.js",
            "wit/world.wit",
        ] {
            write(folder.path().join(path));
        }
        write(outside.path().join("quell.js"));
        std::os::unix::fs::symlink(outside.path(), folder.path().join("quell")).unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("src/circle")).unwrap();

        let stage = stage(folder.path(), "js", &["test"]).unwrap();
        assert!(
            ["src/plugin.js", "src/deep/er.js", "quell/quell.js", "wit/world.wit"]
                .iter()
                .all(|path| stage.join(path).is_file())
        );
        assert!(
            ["test", "node_modules", "README.md", "target"]
                .iter()
                .all(|path| !stage.join(path).exists())
        );
    }
}
