//! The guide for authors, `plugins/README.md`: its transcripts are played, section by section, as a newcomer would type them, and what is printed is what the
//! page says. Its other snippets are parts of files that are built and tested.
//!
//! After a change of what commands print: `QUELL_GUIDE=write cargo test --package quell-tests --test guide -- --test-threads=1` writes it into the page.

mod home;
mod snippets;

use std::fs;

use quell_tests::{
    python::root,
    transcript::{self, Page},
};
use rstest::rstest;

use self::home::NewcomersHome;

/// Plays the transcripts of a section.
fn play(title: &str) {
    let home = NewcomersHome::make(title).unwrap();
    let steps = |page: &Page| {
        let steps = page.section(title);
        assert!(!steps.is_empty(), "the guide has no transcript under `{title}`");
        steps
    };
    if let Err(differences) = transcript::play(&root().join("plugins/README.md"), steps, &home) {
        panic!("{differences}");
    }
}

#[rstest]
#[case::rust("In Rust")]
#[case::recordings("Recordings are tests")]
#[case::built_in("What a decision may cost")]
#[case::deploy("Into production")]
fn what_the_guide_says_is_what_is_printed(#[case] title: &str) {
    play(title);
}

/// The same for the languages whose engines are megabytes to compile each time: `make guide`. That plugins in them are built, tested and loaded shows the suite
/// `languages`.
#[rstest]
#[case::javascript("In JavaScript")]
#[case::python("In Python")]
#[ignore = "takes minutes: make guide"]
fn what_the_guide_says_of_other_languages_is_what_is_printed(#[case] title: &str) {
    play(title);
}

#[test]
fn no_transcript_is_left_out() {
    let page = Page::read(&fs::read_to_string(root().join("plugins/README.md")).unwrap());
    let source = include_str!("main.rs");
    for title in page.titles() {
        assert!(
            page.section(title).is_empty() || source.contains(&format!("(\"{title}\")")),
            "`{title}` has a transcript and is not played"
        );
    }
}
