//! `quell plugin new`: what it writes builds, passes its own tests, and decides as its recordings say.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use quell::{
    kit::{
        build::Language,
        new::{self, PluginName},
    },
    record::{self, Candidate},
};
use quell_tests::foreign;
use rstest::rstest;

use crate::workshop::{load, place};

/// A new folder of this language, under a name that no template has.
fn fresh(language: Language) -> PathBuf {
    let name: PluginName = "block-2-scanners".parse().unwrap();
    let folder = place().join("new").join(language.to_string());
    // What was compiled in the last run spares this one a minute.
    let kept = ["target"].map(|kept| (folder.join(kept), place().join(format!("{language}-{kept}"))));
    for (from, to) in &kept {
        if from.exists() {
            let _ = fs::remove_dir_all(to);
            fs::rename(from, to).unwrap();
        }
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    new::write(&name, language, &folder).unwrap();
    for (from, to) in &kept {
        if to.exists() {
            fs::rename(to, from).unwrap();
        }
    }
    foreign::share_packages(&folder, language).unwrap();
    folder
}

/// What its README says to run for its own tests.
fn own_tests(language: Language, folder: &Path) -> Command {
    let (program, arguments): (_, &[_]) = match language {
        Language::Rust => ("cargo", &["test", "--offline", "--locked", "--quiet"]),
        Language::JavaScript => ("node", &["--test"]),
        Language::Python => ("python3", &["-m", "unittest"]),
    };
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder);
    // Those of the cargo that runs this test.
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CARGO_") && name != "CARGO_HOME") {
        command.env_remove(name);
    }
    command
}

#[rstest]
#[case(Language::Rust)]
#[case(Language::JavaScript)]
#[case(Language::Python)]
#[tokio::test]
async fn a_new_plugin_passes_its_tests_builds_and_decides_as_recorded(#[case] language: Language) {
    let folder = fresh(language);
    let output = own_tests(language, &folder).output().unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );

    let plugin = load("block-2-scanners", folder.clone(), 20).await;
    assert_eq!(plugin.description().name, "block-2-scanners");
    let mut acted = 0;
    for loaded in record::load(&folder.join("recordings")).unwrap() {
        let recording = loaded.recording.unwrap();
        let recorded = recording.plugin(Some("block-2-scanners")).unwrap();
        let candidate = Candidate::in_place_of(recorded, &plugin);
        let replayed = record::replay(&recording, candidate, None).await.unwrap();
        assert!(
            replayed.unrecorded.is_empty() && replayed.unasked.is_empty(),
            "{replayed:?}"
        );
        assert_eq!(
            (&replayed.answer, &replayed.examined),
            (&recorded.answer, &recorded.examined),
            "{}",
            loaded.name
        );
        acted += replayed.intents.len();
    }
    assert!(acted > 0, "one of the recordings acts");
}

#[test]
fn what_the_templates_are_locked_to_is_what_the_examples_and_the_workspace_are() {
    // Otherwise a test would need packages that nobody has installed.
    let template = |language: &str, file: &str| {
        let folder = quell_tests::python::root().join("host/src/kit/template").join(language);
        fs::read_to_string(folder.join(file)).unwrap()
    };
    let example = |language, file: &str| fs::read_to_string(foreign::example(language).join(file)).unwrap();
    assert_eq!(
        template("python", "requirements.txt"),
        example(Language::Python, "requirements.txt")
    );
    let npm = example(Language::JavaScript, "package-lock.json").replace("nacl-block", "my-plugin");
    assert_eq!(template("javascript", "package-lock.json"), npm);

    let workspace = fs::read_to_string(quell_tests::python::root().join("Cargo.lock")).unwrap();
    let lock = template("rust", "Cargo.lock");
    for package in lock
        .split("[[package]]")
        .skip(1)
        .filter(|package| package.contains("checksum"))
    {
        let checksum = package.lines().find(|line| line.starts_with("checksum")).unwrap();
        assert!(workspace.contains(checksum), "{package}");
    }
}
