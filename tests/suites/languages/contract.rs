//! What authors see of the contract in their editors is the contract.

use std::{fs, path::Path, process::Command};

use quell::kit::build::Language;
use quell_tests::{foreign, python::root};

use crate::typescript;

/// Compare a file with what it must be, or write it if that is asked for as with a snapshot.
fn is_up_to_date(path: &Path, text: &str) {
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        fs::write(path, text).unwrap();
    }
    let is = fs::read_to_string(path).unwrap_or_default();
    assert!(
        is == text,
        "{} is not what `wit/` says; see CONTRIBUTING.md",
        path.display()
    );
}

#[test]
fn the_types_for_javascript_are_those_of_the_contract() {
    is_up_to_date(
        &root().join("plugins/javascript/quell/contract.d.ts"),
        &typescript::contract(),
    );
}

#[test]
fn the_types_for_python_are_those_that_componentize_py_makes_of_the_contract() {
    let made = tempfile::tempdir().unwrap();
    let program = foreign::example(Language::Python).join(".venv/bin/componentize-py");
    let output = Command::new(program)
        .current_dir(root())
        .args(["--wit-path", "wit", "--world", "plugin", "bindings"])
        .arg(made.path())
        .output()
        .expect("`make languages` has installed it");
    assert!(output.status.success(), "{output:?}");
    for file in [
        "componentize_py_types.py",
        "wit_world/__init__.py",
        "wit_world/imports/__init__.py",
        "wit_world/imports/facts.py",
        "wit_world/imports/log.py",
        "wit_world/imports/types.py",
    ] {
        let text = fs::read_to_string(made.path().join(file)).unwrap();
        is_up_to_date(&root().join("plugins/python").join(file), &text);
    }
}
