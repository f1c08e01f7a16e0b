//! `quell plugin new` and `quell plugin build`, on machines that lack something.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Stdio},
};

use super::told;

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
    insta::assert_snapshot!(machine.quell(&["plugin", "new", "again", "--language", "python"]), @r"
    -- stdout
    again has the plugin again, in Python. Its README.md says what is what; begin with

      quell plugin test again     build it, and try it on its recorded alerts
    exit 0
    ");
    insta::assert_snapshot!(machine.quell(&["plugin", "new", "try", "--language", "python"]), @r"
    -- stderr
    error: try is there already, and nothing was written: choose another name, another `--path`, or remove it
    exit 2
    ");
    insta::assert_snapshot!(machine.quell(&["plugin", "new", "Try_Me", "--language", "python"]), @r"
    -- stderr
    error: invalid value 'Try_Me' for '<NAME>': `Try_Me` can't be a plugin's name: it must be lower case words of letters and digits, joined by `-`, 64 bytes at most, beginning with a letter, such as `block-scanners`

    For more information, try '--help'.
    exit 2
    ");
    insta::assert_snapshot!(machine.quell(&["plugin", "new", "me", "--language", "go"]), @r"
    -- stderr
    error: invalid value 'go' for '--language <LANGUAGE>'
      [possible values: rust, javascript, python]

    For more information, try '--help'.
    exit 2
    ");
}

#[test]
fn a_folder_that_holds_no_plugin_is_told_to_begin_one() {
    insta::assert_snapshot!(Machine::with("rust").quell(&["plugin", "build", "nowhere"]), @r"
    -- stderr
    error: there is no plugin in /nowhere: it has no Cargo.toml, no package.json and no pyproject.toml; `quell plugin new` makes one
    exit 4
    ");
}

#[test]
fn without_rust_the_way_to_it_is_told() {
    insta::assert_snapshot!(Machine::with("rust").build(), @r"
    -- stderr
    error: can't run `rustc`; install Rust with rustup and see that it is on PATH
      because No such file or directory (os error 2)
    exit 1
    ");
}

#[test]
fn without_the_target_for_webassembly_the_command_that_adds_it_is_told() {
    insta::assert_snapshot!(Machine::with("rust").has("bin/rustc", "echo /nowhere/lib").build(), @r"
    -- stderr
    error: the Rust target wasm32-unknown-unknown is not installed; run `rustup target add wasm32-unknown-unknown`
    exit 1
    ");
}

#[test]
fn without_node_the_way_to_it_is_told() {
    insta::assert_snapshot!(Machine::with("javascript").build(), @r"
    -- stderr
    error: `npm` is not on this machine, or not on PATH: install Node.js 20 or newer from nodejs.org or your system's packages
    exit 1
    ");
    let installed = Machine::with("javascript").file("node_modules/.package-lock.json", "{}");
    insta::assert_snapshot!(installed.build(), @r"
    -- stderr
    error: `node` is not on this machine, or not on PATH: install Node.js 20 or newer from nodejs.org or your system's packages
    exit 1
    ");
}

#[test]
fn a_node_that_is_too_old_is_told_with_its_version() {
    let installed = Machine::with("javascript").file("node_modules/.package-lock.json", "{}");
    insta::assert_snapshot!(installed.has("bin/node", "echo v16.20.0").build(), @r"
    -- stderr
    error: `node` is v16.20.0, and at least 20 is needed: install Node.js 20 or newer from nodejs.org or your system's packages
    exit 1
    ");
}

#[test]
fn packages_that_can_not_be_installed_are_told_with_what_to_do_without_a_network() {
    let npm = r#"test "$1" = --version && echo 11.0.0 && exit
echo "npm error network request failed" >&2; exit 1"#;
    insta::assert_snapshot!(Machine::with("javascript").has("bin/npm", npm).build(), @r"
    -- stderr
    Running `npm install --no-save --no-audit --no-fund`, once: node_modules is not there or older than the lock file
    npm error network request failed
    error: `npm install --no-save --no-audit --no-fund` failed (exit status: 1), and its messages are above: it needs the network once; without one, run it where there is one and copy node_modules here
    exit 1
    ");
    let python = r#"test "$1" = --version && echo Python 3.12.0 && exit
echo "No module named venv" >&2; exit 1"#;
    insta::assert_snapshot!(Machine::with("python").has("bin/python3", python).build(), @r"
    -- stderr
    Running `python3 -m venv .venv`, once: .venv is not there or older than the lock file
    No module named venv
    error: `python3 -m venv .venv` failed (exit status: 1), and its messages are above: it needs the network once; without one, run it where there is one and copy .venv here
    exit 1
    ");
    let pip = "echo 'Could not find a version that satisfies the requirement' >&2; exit 1";
    insta::assert_snapshot!(Machine::with("python").has("try/.venv/bin/python", pip).build(), @r"
    -- stderr
    Running `python -m pip --disable-pip-version-check --quiet install --require-hashes --requirement requirements.txt`, once: .venv is not there or older than the lock file
    Could not find a version that satisfies the requirement
    error: `python -m pip --disable-pip-version-check --quiet install --require-hashes --requirement requirements.txt` failed (exit status: 1), and its messages are above: it needs the network once; without one, run it where there is one and copy .venv here
    exit 1
    ");
}

#[test]
fn without_python_or_with_one_that_is_too_old_the_way_to_it_is_told() {
    insta::assert_snapshot!(Machine::with("python").build(), @r"
    -- stderr
    error: `python3` is not on this machine, or not on PATH: install Python 3.11 or newer from python.org or your system's packages, with its module venv
    exit 1
    ");
    insta::assert_snapshot!(Machine::with("python").has("bin/python3", "echo Python 3.9.2").build(), @r"
    -- stderr
    error: `python3` is Python 3.9.2, and at least 3.11 is needed: install Python 3.11 or newer from python.org or your system's packages, with its module venv
    exit 1
    ");
}

#[test]
fn a_node_that_dies_is_told_and_not_waited_for() {
    let node = r#"test "$1" = --version && echo v20.0.0 && exit
echo "Cannot find package '@bytecodealliance/componentize-js'" >&2; exit 1"#;
    let installed = Machine::with("javascript").file("node_modules/.package-lock.json", "{}");
    insta::assert_snapshot!(installed.has("bin/node", node).build(), @r"
    -- stderr
    Cannot find package '@bytecodealliance/componentize-js'
    error: `node` ended before it was done (exit status: 1); what it said is above
    exit 1
    ");
}

#[test]
fn a_manifest_that_does_not_say_what_it_must_is_told_so() {
    let broken = |language, file, text| Machine::with(language).file(file, text).build();
    insta::assert_snapshot!(broken("javascript", "package.json", r#"{"name": "try"}"#), @r"
    -- stderr
    error: /try/package.json must say the plugin's `name`, and in `main` which file it is: missing field `main` at line 1 column 15
    exit 4
    ");
    insta::assert_snapshot!(broken("javascript", "package.json", r#"{"name": "try", "main": "index.js"}"#), @r"
    -- stderr
    error: /try/package.json says that the plugin is `index.js`, which is not there
    exit 4
    ");
    insta::assert_snapshot!(broken("python", "pyproject.toml", "[tool]"), @r"
    -- stderr
    error: /try/pyproject.toml must say the plugin's name below [project]: TOML parse error at line 1, column 1
      |
    1 | [tool]
      | ^
    missing field `project`
    exit 4
    ");
    insta::assert_snapshot!(broken("rust", "Cargo.toml", "[workspace]"), @r"
    -- stderr
    error: /try/Cargo.toml has no [package]; give the folder of the plugin's own crate, not that of a workspace
    exit 4
    ");
    insta::assert_snapshot!(broken("rust", "package.json", "{}"), @r"
    -- stderr
    error: /try has both a Cargo.toml and a package.json, so it is not clear which is the plugin's: give each plugin a folder of its own
    exit 4
    ");
}

#[test]
fn what_the_tools_say_of_the_plugins_own_code_is_shown_as_they_say_it() {
    let node = r#"test "$1" = --version && echo v20.0.0 && exit
read request
printf '%s\n' 'a tool says something' 'quell: {"error": "Failed to initialize component (wizer):\nsrc/plugin.js:3:1 SyntaxError: missing )"}'"#;
    let installed = Machine::with("javascript").file("node_modules/.package-lock.json", "{}");
    insta::assert_snapshot!(installed.has("bin/node", node).build(), @r"
    -- stderr
    error: the JavaScript plugin can't be built:
    src/plugin.js:3:1 SyntaxError: missing )
    exit 4
    ");
}
