//! The guide for authors, `plugins/README.md`: its transcripts are played, section by section, as a newcomer would type them, and what is printed is what the
//! page says. Its other snippets are parts of files that are built and tested.
//!
//! After a change of what commands print: `QUELL_GUIDE=write cargo test --package quell-tests --test guide -- --test-threads=1` writes it into the page.

mod home;
mod snippets;

use std::{env, fs};

use quell_tests::{
    python::root,
    transcript::{self, Page},
};
use rstest::rstest;

use self::home::NewcomersHome;

/// Plays the transcripts of a section, up to the first command of which `ends` says so.
fn play_until(title: &str, ends: impl Fn(&str) -> bool) {
    let home = NewcomersHome::make(title).unwrap();
    let steps = |page: &Page| {
        let mut steps = page.section(title);
        let end = steps.iter().position(|step| ends(&page.steps[*step].command));
        steps.truncate(end.unwrap_or(steps.len()));
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
    play_until(title, |_| false);
}

/// The same for the languages whose engines are megabytes to compile after each edit: without `QUELL_GUIDE` in the environment only up to the first.
#[rstest]
#[case::javascript("In JavaScript")]
#[case::python("In Python")]
fn what_the_guide_says_of_other_languages_is_what_is_printed(#[case] title: &str) {
    let is_whole = env::var_os("QUELL_GUIDE").is_some();
    play_until(title, |command| !is_whole && command.starts_with("sed "));
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
