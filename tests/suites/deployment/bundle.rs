//! `quell bundle` as a process: what is in the package, that it is the same each time, and what is refused.

use std::{
    collections::BTreeMap,
    fs,
    io::{Cursor, Read},
    path::PathBuf,
    process::Command,
};

use quell::digest::Digest;
use quell_tests::process::binary;
use serde_json::Value;
use tempfile::TempDir;
use zip::ZipArchive;

use crate::home::strip;

const CONFIG: &str = "# Ours.
mode = \"observe\"
[journal]
table = \"quell\"
[[aws.account]]
id = \"111122223333\"
regions = [\"eu-west-1\"]
[[plugin]]
name = \"nacl-block\"
[[plugin]]
name = \"our own\"
file = \"plugins of ours/block.wasm\" # built by us
";

/// A folder with a configuration, a plugin, and the program.
struct Workplace {
    folder: TempDir,
}

impl Workplace {
    fn new(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("quell.toml"), config).unwrap();
        fs::create_dir(folder.path().join("plugins of ours")).unwrap();
        let plugin = quell::builtin::plugin("guardduty-block").unwrap();
        fs::write(folder.path().join("plugins of ours/block.wasm"), plugin).unwrap();
        strip(&binary().unwrap(), &folder.path().join("bootstrap")).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What is told of a bundle that is refused.
    fn refused(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(!output.status.success());
        assert!(!self.path("quell.zip").exists(), "nothing is written");
        let told = String::from_utf8(output.stderr).unwrap();
        format!(
            "exit {}\n{}",
            output.status.code().unwrap(),
            told.replace(&self.folder.path().display().to_string(), "FOLDER")
        )
    }

    fn run(&self, arguments: &[&str]) -> std::process::Output {
        Command::new(binary().unwrap())
            .args(["bundle", "--binary", "bootstrap"])
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .output()
            .unwrap()
    }

    fn bundle(&self, arguments: &[&str]) -> Vec<u8> {
        let output = self.run(arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        fs::read(self.path("quell.zip")).unwrap()
    }
}

/// The files of a package by their paths.
fn files(zip: Vec<u8>) -> BTreeMap<String, Vec<u8>> {
    let mut zip = ZipArchive::new(Cursor::new(zip)).unwrap();
    (0..zip.len())
        .filter_map(|index| {
            let mut file = zip.by_index(index).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            file.is_file().then(|| (file.name().unwrap().into_owned(), bytes))
        })
        .collect()
}

#[test]
fn a_package_has_all_that_the_function_needs_with_digests_and_is_the_same_each_time() {
    let work = Workplace::new(CONFIG);
    let zip = work.bundle(&[]);
    assert_eq!(zip, work.bundle(&[]));
    let files = files(zip);
    let digest = |name| Digest::of(quell::builtin::plugin(name).unwrap());
    let (default, ours) = (digest("nacl-block"), digest("guardduty-block"));
    let cpu = std::env::consts::ARCH;
    let mut expected = vec![
        "bootstrap".to_owned(),
        "manifest.json".to_owned(),
        "quell.toml".to_owned(),
        format!("plugins/{ours}.wasm"),
        format!("precompiled/{default}.{cpu}.cwasm"),
        format!("precompiled/{ours}.{cpu}.cwasm"),
    ];
    expected.sort();
    assert_eq!(files.keys().cloned().collect::<Vec<_>>(), expected);
    let packed = String::from_utf8(files["quell.toml"].clone()).unwrap();
    let (before, _) = CONFIG.split_once("file = ").unwrap();
    assert!(packed.starts_with(before), "{packed}");
    for line in [
        format!("file = \"plugins/{ours}.wasm\" # built by us"),
        format!("sha256 = \"{ours}\""),
        "precompiled = \"precompiled\"".to_owned(),
        "cache = \"/tmp/quell\"".to_owned(),
    ] {
        assert!(packed.lines().any(|packed| packed == line), "{line}\n{packed}");
    }
    let manifest: Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
    let listed = manifest["files"].as_object().unwrap();
    assert_eq!(listed.len(), files.len() - 1, "all but the manifest");
    for (path, file) in listed {
        assert_eq!(file["sha256"], Digest::of(&files[path]).to_string(), "{path}");
        assert_eq!(file["bytes"], files[path].len(), "{path}");
    }
}

#[test]
fn what_was_compiled_for_the_package_is_what_the_function_loads() {
    let work = Workplace::new(CONFIG);
    let files = files(work.bundle(&[]));
    let function = tempfile::tempdir().unwrap();
    for (path, bytes) in &files {
        let path = function.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let config = function.path().join("quell.toml");
    let checked = Command::new(binary().unwrap())
        .args(["--log", "debug", "config", "check"])
        .arg(&config)
        .env_clear()
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&checked.stderr);
    assert!(checked.status.success(), "{told}");
    // It warns of what it can't use, and then compiles it.
    assert!(!told.contains("can't use the plugin"), "{told}");
}

#[test]
fn a_package_for_another_cpu_has_code_for_it_and_wants_a_program_for_it() {
    let work = Workplace::new(CONFIG);
    let other = if cfg!(target_arch = "x86_64") {
        "arm64"
    } else {
        "x86_64"
    };
    insta::assert_snapshot!(work.refused(&["--architecture", other]), @r"
    exit 4
    error: bootstrap can't be the program of the function: it is a program for x86_64, and the function's architecture is to be arm64: give `--architecture` and the architecture in the template as the program is, or build the program anew
    ");
    // e_machine of the program, as if it had been built for it.
    let mut program = fs::read(work.path("bootstrap")).unwrap();
    program[18..20].copy_from_slice(&if other == "arm64" { 183_u16 } else { 62 }.to_le_bytes());
    fs::write(work.path("bootstrap"), program).unwrap();
    let files = files(work.bundle(&["--architecture", other]));
    let target = if other == "arm64" {
        ".aarch64.cwasm"
    } else {
        ".x86_64.cwasm"
    };
    let compiled: Vec<_> = files.keys().filter(|path| path.starts_with("precompiled/")).collect();
    assert_eq!(compiled.len(), 2);
    assert!(compiled.iter().all(|path| path.ends_with(target)), "{compiled:?}");
}

#[test]
fn what_can_not_work_in_a_function_is_refused_before_anything_is_written() {
    let of_daemon = CONFIG.replace("table = \"quell\"", "path = \"/var/lib/quell/journal.sqlite\"");
    insta::assert_snapshot!(Workplace::new(&of_daemon).refused(&[]), @r"
    exit 3
    error: quell.toml can't work in a Lambda function:
      the journal is /var/lib/quell/journal.sqlite, and a function can write below /tmp only: name a table in `journal.table`
    ");
    let pinned = format!("{CONFIG}sha256 = \"{}\"\n", "0".repeat(64));
    insta::assert_snapshot!(Workplace::new(&pinned).refused(&[]).replace(&Digest::of(quell::builtin::plugin("guardduty-block").unwrap()).to_string(), "PLUGIN"), @r"
    exit 3
    error: plugin `our own`: plugins of ours/block.wasm has the digest PLUGIN, and 0000000000000000000000000000000000000000000000000000000000000000 is pinned: take back the change, or let `quell plugin lock` pin the new one
    ");
    let work = Workplace::new(CONFIG);
    fs::write(work.path("plugins of ours/block.wasm"), "no component").unwrap();
    insta::assert_snapshot!(work.refused(&[]), @r"
    exit 3
    error: quell.toml names plugins that can't be loaded:
      plugin `our own` is not WebAssembly: give the path of a component, such as `quell plugin build` writes
    ");
    fs::write(work.path("bootstrap"), "#!/bin/sh\n").unwrap();
    insta::assert_snapshot!(work.refused(&[]), @r"
    exit 4
    error: bootstrap can't be the program of the function: it is not a program for 64-bit Linux: build Quell for it, as `make lambda` does
    ");
    fs::remove_file(work.path("bootstrap")).unwrap();
    insta::assert_snapshot!(work.refused(&[]), @r"
    exit 4
    error: can't read bootstrap
      because No such file or directory (os error 2)
    ");
}
