//! Bytes that are no plugin, or not one for this host.

use quell_tests::guest;

use crate::{arena::load, module::module};

#[tokio::test]
async fn what_is_no_component_is_refused_with_the_remedy() {
    insta::assert_snapshot!(load(b"").await, @"plugin `evil` is not WebAssembly: give the path of a component, such as `quell plugin build` writes");
    insta::assert_snapshot!(load(b"#!/bin/sh\nrm -rf /").await, @"plugin `evil` is not WebAssembly: give the path of a component, such as `quell plugin build` writes");
    insta::assert_snapshot!(load(&wat::parse_str("(module)").unwrap()).await, @"plugin `evil` is a core WebAssembly module, not a component: build it with `quell plugin build`, or make a component of it with `wasm-tools component new`");
    insta::assert_snapshot!(load(&wat::parse_str("(component)").unwrap()).await, @"plugin `evil` exports no `quell:plugin/decider`, so it is no plugin of Quell: see that it has `quell_plugin::export!(…)`, or targets the world `quell:plugin/plugin`");
    let evil = guest::evil();
    assert!(
        load(&evil[..evil.len() / 2])
            .await
            .starts_with("plugin `evil` can't be compiled: ")
    );
}

#[tokio::test]
async fn native_code_is_never_taken_from_a_plugins_author() {
    let engine = wasmtime::Engine::default();
    let native = engine.precompile_component(&guest::evil()).unwrap();
    insta::assert_snapshot!(load(&native).await, @"plugin `evil` is not WebAssembly: give the path of a component, such as `quell plugin build` writes");
}

#[tokio::test]
async fn a_foreign_import_is_named_with_its_remedy() {
    let importing = |name: &str| {
        let text = format!(r#"(component (import "{name}" (instance (export "run" (func)))))"#);
        wat::parse_str(text).unwrap()
    };
    insta::assert_snapshot!(load(&importing("wasi:cli/run@0.2.3")).await, @"plugin `evil` imports `wasi:cli/run@0.2.3`, and a plugin has nothing but facts and a log: build it for `wasm32-unknown-unknown` (`quell plugin build` does), or switch its toolchain's WASI off or stub it");
    insta::assert_snapshot!(load(&importing("acme:shell/run")).await, @"plugin `evil` imports `acme:shell/run`, and a plugin has nothing but facts and a log: remove what needs it");
    insta::assert_snapshot!(load(&importing("quell:plugin/shell@0.1.0")).await, @"plugin `evil` imports `quell:plugin/shell@0.1.0`, and a plugin has nothing but facts and a log: this host's contract has no such interface; take a newer host");
}

#[tokio::test]
async fn another_version_of_the_contract_is_named_with_the_one_that_is_needed() {
    let text = r#"(component (import "quell:plugin/log@0.2.0" (instance)))"#;
    insta::assert_snapshot!(load(&wat::parse_str(text).unwrap()).await, @"plugin `evil` is built for version 0.2.0 of the contract (`quell:plugin/log@0.2.0`), and this host speaks 0.1.0: build it with the SDK of that version, or take a newer host");
}

#[tokio::test]
async fn a_newer_function_that_this_host_lacks_is_named() {
    let text = r#"(component
        (import "quell:plugin/facts@0.1.9" (instance (export "get-weather" (func))))
        (instance $decider)
        (export "quell:plugin/decider@0.1.9" (instance $decider)))"#;
    insta::assert_snapshot!(load(&wat::parse_str(text).unwrap()).await, @"plugin `evil` does not fit version 0.1.0 of the contract: component imports instance `quell:plugin/facts@0.1.9`, but a matching implementation was not found in the linker: instance export `get-weather` has the wrong type: function implementation is missing; take a newer host if it is built for a newer version, or else build it with the released SDK or WIT files");
}

#[tokio::test]
async fn the_right_name_with_the_wrong_types_is_refused() {
    let text = r#"(component
        (instance $decider)
        (export "quell:plugin/decider@0.1.0" (instance $decider)))"#;
    insta::assert_snapshot!(load(&wat::parse_str(text).unwrap()).await, @"plugin `evil` does not fit version 0.1.0 of the contract: instance export `quell:plugin/decider@0.1.0` does not have export `describe`; take a newer host if it is built for a newer version, or else build it with the released SDK or WIT files");
}

#[tokio::test]
async fn proposals_that_no_compiler_emits_unasked_are_off() {
    let simd = module(
        r#"(memory (export "memory") 1)"#,
        "(i32x4.extract_lane 0 (v128.const i32x4 0 0 0 0))",
    );
    insta::assert_snapshot!(load(&guest::from_module_text(&simd)).await, @"plugin `evil` can't be compiled: failed to compile: wasm[0]::function[1]::describe: WebAssembly translation error: Invalid input WebAssembly code at offset 1493: SIMD support is not enabled; if that is a proposal which is not enabled, build it without, as its toolchain does by default");
}

#[tokio::test]
async fn a_description_that_can_not_be_right_is_refused() {
    let describe = async |mode| load(&guest::evil_describe(mode)).await;
    insta::assert_snapshot!(describe("bad-name").await, @"plugin `evil` describes itself wrongly: its name is not lower case words joined by `-`, 64 bytes at most");
    insta::assert_snapshot!(describe("unknown-action").await, @"plugin `evil` (describe) describes an action `format-disk`, which the contract does not have: it has block, isolate, revoke-ingress, set-instance-state and custom");
    insta::assert_snapshot!(describe("unknown-fact").await, @"plugin `evil` describes itself wrongly: it names a fact `passwords`; there are observations, instance, network-acl, security-group, history");
    insta::assert_snapshot!(describe("deep-schema").await, @"plugin `evil` describes itself wrongly: its settings schema is not JSON: recursion limit exceeded at line 1 column 128");
}
