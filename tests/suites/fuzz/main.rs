//! The fuzz bodies, for a few seconds: on all that was ever found, on real inputs, and on real inputs that are changed at random. `make fuzz` is the whole.

use std::{
    env,
    panic::{AssertUnwindSafe, catch_unwind},
};

use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestCaseError, TestRunner},
};
use quell_tests::fuzz::{
    BODIES, Body,
    mutation::Mutation,
    seed::{found, seeds},
};
use rstest::rstest;

/// How many inputs of each body are made up, unless `QUELL_FUZZ_CASES` says it.
const CASES: u32 = 200;

fn body(name: &str) -> Body {
    let mut bodies = BODIES.into_iter();
    bodies.find(|body| body.name == name).expect("there is such a body")
}

#[test]
fn what_was_found_once_is_found_no_more() {
    for body in BODIES {
        for (path, input) in found(body.name).unwrap() {
            let held = catch_unwind(AssertUnwindSafe(|| (body.run)(&input)));
            assert!(held.is_ok(), "{} is found again: {}", body.name, path.display());
        }
    }
}

/// One test a body, so that they run at once and each is named.
#[rstest]
fn whatever_comes_in_what_a_body_says_holds(
    #[values(
        "decoder",
        "body",
        "mapping",
        "envelope",
        "subscribe_url",
        "web_request",
        "syslog",
        "lambda_event",
        "folder_file",
        "configuration",
        "recording",
        "decision",
        "network_acl",
        "webhook",
        "sns_message",
        "approval_link",
        "never_block_list",
        "ledger",
        "checkpoint",
        "plugin_signature"
    )]
    name: &str,
) {
    let body = body(name);
    let mut inputs: Vec<Vec<u8>> = seeds(name).unwrap().into_iter().map(|(_, input)| input).collect();
    for input in &inputs {
        (body.run)(input);
    }
    // What is made up from bytes begins with any.
    if inputs.is_empty() {
        inputs.push(Vec::new());
    }
    let mutation = (any::<u8>(), any::<u16>(), any::<u16>()).prop_map(|(act, at, of)| Mutation { act, at, of });
    let input = (
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        vec(mutation, 0..6),
        vec(any::<u8>(), 0..512),
    );
    let cases = env::var("QUELL_FUZZ_CASES").ok().and_then(|cases| cases.parse().ok());
    let config = Config {
        cases: cases.unwrap_or(CASES),
        failure_persistence: None,
        ..Config::default()
    };
    let run = TestRunner::new(config).run(&input, |(seed, other, mutations, random)| {
        let seed = seed.get(&inputs);
        let other = other.get(&inputs);
        let start = if seed.is_empty() { random } else { seed.clone() };
        let input = mutations
            .into_iter()
            .fold(start, |input, mutation| mutation.of(&input, other));
        catch_unwind(AssertUnwindSafe(|| (body.run)(&input))).map_err(|_| {
            let path = env::temp_dir().join(format!("quell-fuzz-{name}"));
            let kept = std::fs::write(&path, &input);
            TestCaseError::fail(format!("the input is in {} ({kept:?})", path.display()))
        })
    });
    if let Err(error) = run {
        panic!("{error}");
    }
}
