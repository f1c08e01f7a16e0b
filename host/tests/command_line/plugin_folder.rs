//! `quell plugin new` and `quell plugin build`, on machines that lack something.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Stdio},
};

use super::{in_empty_directory, told};

/// A machine with a plugin of this language and no program but those that are put there.
struct Machine {
    directory: tempfile::TempDir,
}

impl Machine {
    fn with(language: &str) -> Self {
        let machine = Self {
            directory: tempfile::tempdir().unwrap(),
        };
        fs::create_dir(machine.path().join("bin")).unwrap();
        machine.quell(&["plugin", "new", "try", "--language", language]);
        machine
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    /// A program that does this, in the shell's own words.
    fn has(self, program: &str, script: &str) -> Self {
        let path = self.path().join(program);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        self
    }

    /// A file of the plugin.
    fn file(self, path: &str, text: &str) -> Self {
        let path = self.path().join("try").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    fn quell(&self, arguments: &[&str]) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_quell"))
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .env("PATH", self.path().join("bin"))
            .stdin(Stdio::null())
            .output()
            .unwrap();
        told(&output).replace(self.path().to_str().unwrap(), "")
    }

    fn build(&self) -> String {
        self.quell(&["plugin", "build", "try"])
    }
}

#[test]
fn a_new_folder_says_how_to_begin_and_is_never_written_over_another() {
    let machine = Machine::with("rust");
    insta::assert_snapshot!(machine.quell(&["plugin", "new", "again", "--language", "python"]), @"");
    insta::assert_snapshot!(machine.quell(&["plugin", "new", "try", "--language", "python"]), @"");
    insta::assert_snapshot!(machine.quell(&["plugin", "new", "Try_Me", "--language", "python"]), @"");
    insta::assert_snapshot!(machine.quell(&["plugin", "new", "me", "--language", "go"]), @"");
}

#[test]
fn a_folder_that_holds_no_plugin_is_told_to_begin_one() {
    insta::assert_snapshot!(in_empty_directory(&["plugin", "build", "nowhere"]).replace(&*std::env::temp_dir().to_string_lossy(), ""), @"");
}

#[test]
fn without_rust_the_way_to_it_is_told() {
    insta::assert_snapshot!(Machine::with("rust").build(), @"");
}

#[test]
fn without_the_target_for_webassembly_the_command_that_adds_it_is_told() {
    insta::assert_snapshot!(Machine::with("rust").has("bin/rustc", "echo /nowhere/lib").build(), @"");
}

#[test]
fn without_node_the_way_to_it_is_told() {
    insta::assert_snapshot!(Machine::with("javascript").build(), @"");
    let installed = Machine::with("javascript").file("node_modules/.package-lock.json", "{}");
    insta::assert_snapshot!(installed.build(), @"");
}

#[test]
fn a_node_that_is_too_old_is_told_with_its_version() {
    let installed = Machine::with("javascript").file("node_modules/.package-lock.json", "{}");
    insta::assert_snapshot!(installed.has("bin/node", "echo v16.20.0").build(), @"");
}

#[test]
fn packages_that_can_not_be_installed_are_told_with_what_to_do_without_a_network() {
    let npm = r#"test "$1" = --version && echo 11.0.0 && exit
echo "npm error network request failed" >&2; exit 1"#;
    insta::assert_snapshot!(Machine::with("javascript").has("bin/npm", npm).build(), @"");
    let python = r#"test "$1" = --version && echo Python 3.12.0 && exit
echo "No module named venv" >&2; exit 1"#;
    insta::assert_snapshot!(Machine::with("python").has("bin/python3", python).build(), @"");
    let pip = "echo 'Could not find a version that satisfies the requirement' >&2; exit 1";
    insta::assert_snapshot!(Machine::with("python").has("try/.venv/bin/python", pip).build(), @"");
}

#[test]
fn without_python_or_with_one_that_is_too_old_the_way_to_it_is_told() {
    insta::assert_snapshot!(Machine::with("python").build(), @"");
    insta::assert_snapshot!(Machine::with("python").has("bin/python3", "echo Python 3.9.2").build(), @"");
}

#[test]
fn a_node_that_dies_is_told_and_not_waited_for() {
    let node = r#"test "$1" = --version && echo v20.0.0 && exit
echo "Cannot find package '@bytecodealliance/componentize-js'" >&2; exit 1"#;
    let installed = Machine::with("javascript").file("node_modules/.package-lock.json", "{}");
    insta::assert_snapshot!(installed.has("bin/node", node).build(), @"");
}

#[test]
fn a_manifest_that_does_not_say_what_it_must_is_told_so() {
    let broken = |language, file, text| Machine::with(language).file(file, text).build();
    insta::assert_snapshot!(broken("javascript", "package.json", r#"{"name": "try"}"#), @"");
    insta::assert_snapshot!(broken("javascript", "package.json", r#"{"name": "try", "main": "index.js"}"#), @"");
    insta::assert_snapshot!(broken("python", "pyproject.toml", "[tool]"), @"");
    insta::assert_snapshot!(broken("rust", "Cargo.toml", "[workspace]"), @"");
    insta::assert_snapshot!(broken("rust", "package.json", "{}"), @"");
}

#[test]
fn what_the_tools_say_of_the_plugins_own_code_is_shown_as_they_say_it() {
    let node = r#"test "$1" = --version && echo v20.0.0 && exit
read request
printf '%s\n' 'a tool says something' 'quell: {"error": "Failed to initialize component (wizer):\nsrc/plugin.js:3:1 SyntaxError: missing )"}'"#;
    let installed = Machine::with("javascript").file("node_modules/.package-lock.json", "{}");
    insta::assert_snapshot!(installed.has("bin/node", node).build(), @"");
}
