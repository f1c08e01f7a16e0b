//! The same source makes the same bytes, as it does in Rust: who has the source can see that a plugin was made of it.
//!
//! Not in Python: SECURITY.md says why.

use std::fs;

use quell::kit::build::{Builder, Language::JavaScript};
use quell_tests::foreign;

use crate::workshop::{place, rule};

#[tokio::test]
async fn a_plugin_in_javascript_is_the_same_bytes_from_two_folders_and_twice_in_a_row() {
    // Builds it.
    rule(JavaScript).await;
    let here = fs::read(foreign::example(JavaScript).join("target/nacl-block.wasm")).unwrap();

    let elsewhere = place().join("a longer name than here");
    foreign::cloned(&foreign::example(JavaScript), &elsewhere).unwrap();
    let built = tokio::task::spawn_blocking(move || {
        let mut builder = Builder::new(elsewhere).unwrap();
        [(); 2].map(|()| fs::read(builder.build().unwrap().component).unwrap())
    });
    for there in built.await.unwrap() {
        assert!(
            here == there,
            "{} bytes here, {} there, and {} of them differ",
            here.len(),
            there.len(),
            here.iter().zip(&there).filter(|(here, there)| here != there).count()
        );
    }
}
