//! What becomes of a file that a person wrote.

use super::*;

const TEXT: &str = r#"# Ours.
mode = "observe" # for now

[[plugin]]
name = "mine"   # the first
file = "mine.wasm"
sha256 = "00" # old
  # What it gets.
  [plugin.settings]
  x = 1

[[plugin]]
name = "nacl-block"

[[plugin]]
name = "new"
file = 'mine.wasm'
"#;

fn folder(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mine.wasm"), "mine").unwrap();
    fs::write(folder.path().join("quell.toml"), text).unwrap();
    folder
}

#[test]
fn digests_are_written_and_nothing_else_is_touched() {
    let folder = folder(TEXT);
    let path = folder.path().join("quell.toml");
    let mut lock = Lock::read(&path).unwrap();
    let told: Vec<_> = lock.pin().unwrap().iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    mine: 3fd30542fe3f61b14bd4a4b2dc0b6fb30fa6f63ebce52dd1778aaa8c4dc02cff, pinned was 00
    new: 3fd30542fe3f61b14bd4a4b2dc0b6fb30fa6f63ebce52dd1778aaa8c4dc02cff, was not pinned
    ");
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        TEXT,
        "nothing is written before it is asked for"
    );
    lock.write().unwrap();
    let written = fs::read_to_string(&path).unwrap();
    let difference = similar_lines(TEXT, &written);
    insta::assert_snapshot!(difference, @r#"
    sha256 = "3fd30542fe3f61b14bd4a4b2dc0b6fb30fa6f63ebce52dd1778aaa8c4dc02cff" # old
    sha256 = "3fd30542fe3f61b14bd4a4b2dc0b6fb30fa6f63ebce52dd1778aaa8c4dc02cff"
    "#);
    let again = Lock::read(&path).unwrap().pin().unwrap();
    assert!(again.iter().all(Pinning::is_as_before), "{again:?}");
}

/// The lines of the second that are not in the first.
fn similar_lines(one: &str, other: &str) -> String {
    let new = other.lines().filter(|line| !one.lines().any(|old| old == *line));
    new.collect::<Vec<_>>().join("\n")
}

#[test]
fn plugins_in_an_array_are_pinned_too() {
    let folder = folder("plugin = [{ name = 'mine', file = 'mine.wasm' }]\n");
    let mut lock = Lock::read(&folder.path().join("quell.toml")).unwrap();
    lock.pin().unwrap();
    insta::assert_snapshot!(lock.text(), @r#"plugin = [{ name = 'mine', file = 'mine.wasm' , sha256 = "3fd30542fe3f61b14bd4a4b2dc0b6fb30fa6f63ebce52dd1778aaa8c4dc02cff" }]"#);
}

#[test]
fn a_component_that_is_not_there_is_named() {
    let folder = folder("[[plugin]]\nname = 'mine'\nfile = 'gone.wasm'\n");
    let error = Lock::read(&folder.path().join("quell.toml"))
        .unwrap()
        .pin()
        .unwrap_err();
    let told = error
        .to_string()
        .replace(&folder.path().canonicalize().unwrap().display().to_string(), "");
    insta::assert_snapshot!(told, @"plugin `mine`: can't read /gone.wasm");
}

#[cfg(unix)]
#[test]
fn a_link_to_the_configuration_stays_one_and_its_permissions_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let folder = folder(TEXT);
    let (real, link) = (folder.path().join("quell.toml"), folder.path().join("link.toml"));
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&real, &link).unwrap();
    let mut lock = Lock::read(&link).unwrap();
    lock.pin().unwrap();
    lock.write().unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
}
