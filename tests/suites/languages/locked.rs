//! What the templates of `quell plugin new` are locked to. That they build, pass their own tests and decide as recorded is played with the guide.

use std::fs;

use quell::kit::build::Language;
use quell_tests::foreign;

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
