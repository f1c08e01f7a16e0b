//! The guide's snippets that are not typed into a shell.

use std::fs;

use quell::config::Config;
use quell_tests::python::root;

/// The blocks of this kind in the guide.
fn blocks(kind: &str) -> Vec<String> {
    let guide = fs::read_to_string(root().join("plugins/README.md")).unwrap();
    let fence = format!("```{kind}\n");
    let blocks = guide.split(&fence).skip(1);
    blocks
        .map(|rest| rest.split("```").next().unwrap().to_owned())
        .collect()
}

#[test]
fn code_in_the_guide_is_a_part_of_what_is_built_and_tested() {
    let template = root().join("host/src/kit/template");
    for (kind, files) in [
        ("rust", vec!["rust/src/lib.rs", "rust/src/tests.rs"]),
        ("js", vec!["javascript/src/plugin.js", "javascript/test/plugin.test.js"]),
        ("python", vec!["python/plugin.py", "python/test_plugin.py"]),
    ] {
        let sources = files
            .iter()
            .map(|file| fs::read_to_string(template.join(file)).unwrap());
        let sources: String = sources.collect();
        let blocks = blocks(kind);
        assert!(!blocks.is_empty(), "the guide shows {kind}");
        for block in blocks {
            assert!(sources.contains(&block), "not in {files:?}:\n{block}");
        }
    }
}

#[test]
fn configuration_in_the_guide_is_one() {
    let account = "[simulated]\naccount-file = 'account.toml'\n";
    for block in blocks("toml") {
        let parsed = Config::parse(&format!("{block}\n{account}"), &root().join("quell.toml"));
        assert!(parsed.is_ok(), "{block}\n{}", parsed.unwrap_err());
    }
}
