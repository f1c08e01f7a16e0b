//! The page `examples/deploy/README.md`: what it says is typed, and what is printed is what it says.
//!
//! After a change of what commands print: `QUELL_GUIDE=write cargo test --package quell-tests --test deployment page` writes it into the page.

use std::fs;

use quell_tests::{
    python::root,
    transcript::{self, Page},
};

use crate::home::{DeployersHome, LEFT_OUT};

#[test]
fn what_the_page_says_is_what_is_printed() {
    let home = DeployersHome::make("page").unwrap();
    let all = |page: &Page| (0..page.steps.len()).collect();
    if let Err(differences) = transcript::play(&root().join("examples/deploy/README.md"), all, &home) {
        panic!("{differences}");
    }
}

#[test]
fn what_is_not_typed_stands_in_the_page_with_the_reason() {
    let page = fs::read_to_string(root().join("examples/deploy/README.md")).unwrap();
    for (command, why) in LEFT_OUT {
        assert!(
            page.contains(&format!("\n$ {command}")),
            "`{command}` is not in the page"
        );
        assert!(
            page.contains(&format!("| `{command}` | {why}")),
            "the page does not say why `{command}` is left out"
        );
    }
}
