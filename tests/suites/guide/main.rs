//! The guide for authors, `plugins/README.md`: its transcripts are played, section by section, as a newcomer would type them, and what is printed is what the
//! page says. Its other snippets are parts of files that are built and tested.
//!
//! After a change of what commands print: `QUELL_GUIDE=write cargo test --package quell-tests --test guide -- --test-threads=1` writes it into the page.

mod home;
mod page;
mod plain;
mod session;
mod snippets;

use std::{env, fs};

use quell_tests::python::root;
use rstest::rstest;

use self::{home::Home, page::Page, session::Session};

/// Plays the transcripts of a section, and tells each command that printed something else.
fn play(title: &str) {
    let path = root().join("plugins/README.md");
    let mut page = Page::read(&fs::read_to_string(&path).unwrap());
    let section = page.section(title);
    assert!(!section.is_empty(), "the guide has no transcript under `{title}`");
    let home = Home::make(title).unwrap();
    let mut session = Session::start(&home).unwrap();
    let mut differences = Vec::new();
    for at in &section {
        let step = &mut page.steps[*at];
        let mut printed = session.run(&step.command).unwrap();
        // What is waited for may need longer on this machine.
        let mut tries = if step.command.starts_with("sleep ") { 10 } else { 0 };
        while !plain::fits(&printed, &step.printed) && tries > 0 {
            printed = session.run(&step.command).unwrap();
            tries -= 1;
        }
        home.prepare().unwrap();
        if !plain::fits(&printed, &step.printed) {
            let (command, said) = (&step.command, &step.printed);
            differences.push(format!(
                "$ {command}\n--- the guide says\n{said}\n--- it printed\n{printed}"
            ));
            step.printed = printed;
        }
    }
    if env::var("QUELL_GUIDE").is_ok_and(|value| value == "write") {
        // Another section may have been written meanwhile.
        let mut now = Page::read(&fs::read_to_string(&path).unwrap());
        for (place, step) in now.section(title).into_iter().zip(section) {
            now.steps[place] = page.steps[step].clone();
        }
        return fs::write(&path, now.write()).unwrap();
    }
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}

#[rstest]
#[case::rust("In Rust")]
#[case::javascript("In JavaScript")]
#[case::python("In Python")]
#[case::recordings("Recordings are tests")]
#[case::built_in("What a decision may cost")]
#[case::deploy("Into production")]
fn what_the_guide_says_is_what_is_printed(#[case] title: &str) {
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
