//! Plugins that take more memory, tables or stack than they may.

use quell::sandbox::{Limits, Use};
use quell_tests::guest;

use crate::{
    arena::{Arena, load, load_in, patient},
    module::module,
};

#[tokio::test]
async fn a_memory_bomb_ends_at_the_limit_of_memory() {
    let arena = Arena::new().await;
    insta::assert_snapshot!(arena.decide("memory").await, @"plugin `evil` (decide) asked for 68157440 bytes of memory, more than its 67108864, and was ended: see what it keeps, or raise `plugin.limits.memory-bytes`");
    insta::assert_snapshot!(arena.validate("memory").await, @"plugin `evil` (validate-settings) asked for 68157440 bytes of memory, more than its 67108864, and was ended: see what it keeps, or raise `plugin.limits.memory-bytes`");
    insta::assert_snapshot!(load(&guest::evil_describe("memory")).await, @"plugin `evil` (describe) asked for 68157440 bytes of memory, more than its 67108864, and was ended: see what it keeps, or raise `plugin.limits.memory-bytes`");
    let error = arena.decide_raw("memory").await.unwrap_err();
    assert!(error.cost.memory_bytes <= Limits::default().memory_bytes);
}

#[tokio::test]
async fn a_plugin_that_begins_with_too_much_memory_is_refused_when_it_is_loaded() {
    let module = module("(memory (export \"memory\") 2000)", "unreachable");
    insta::assert_snapshot!(load(&guest::from_module_text(&module)).await, @"plugin `evil` (describe) asked for 131072000 bytes of memory, more than its 67108864, and was ended: see what it keeps, or raise `plugin.limits.memory-bytes`");
}

#[tokio::test]
async fn a_table_bomb_ends_at_the_limit_of_table_elements() {
    let grow = "(loop (drop (table.grow (ref.null func) (i32.const 1000))) (br 0)) unreachable";
    let module = module("(memory (export \"memory\") 1) (table 1 funcref)", grow);
    insta::assert_snapshot!(load(&guest::from_module_text(&module)).await, @"plugin `evil` (describe) asked for 66001 table elements, more than its 65536, and was ended: see what it keeps, or raise `sandbox.limits.table-elements`");
}

#[tokio::test]
async fn a_plugin_that_begins_with_too_large_a_table_is_refused_when_it_is_loaded() {
    let module = module("(memory (export \"memory\") 1) (table 1000000 funcref)", "unreachable");
    let component = guest::from_module_text(&module);
    insta::assert_snapshot!(load_in(Use::Daemon, patient(), &component).await, @"plugin `evil` has too many parts or too large ones (table index 0 has a minimum element size of 1000000 which exceeds the limit of 65536): raise `instances`, `memories`, `tables` or `table-elements` below `sandbox.limits`");
    insta::assert_snapshot!(load_in(Use::OneAtATime, patient(), &component).await, @"plugin `evil` (describe) asked for 1000000 table elements, more than its 65536, and was ended: see what it keeps, or raise `sandbox.limits.table-elements`");
}

#[tokio::test]
async fn a_plugin_of_too_many_parts_is_refused_when_it_is_loaded() {
    let tables = "(table 1 funcref)".repeat(20);
    let module = module(&format!("(memory (export \"memory\") 1) {tables}"), "unreachable");
    let component = guest::from_module_text(&module);
    insta::assert_snapshot!(load_in(Use::Daemon, patient(), &component).await, @"plugin `evil` has too many parts or too large ones (defined tables count of 20 exceeds the per-instance limit of 8): raise `instances`, `memories`, `tables` or `table-elements` below `sandbox.limits`");
    insta::assert_snapshot!(load_in(Use::OneAtATime, patient(), &component).await, @"plugin `evil` (describe) has too many parts (resource limit exceeded: table count too high at 20): raise `instances`, `memories` or `tables` below `sandbox.limits`");
}

#[tokio::test]
async fn calls_nested_without_end_end_at_the_limit_of_the_stack() {
    let module = module(
        "(memory (export \"memory\") 1)",
        "(i32.add (call $describe) (i32.const 1))",
    );
    insta::assert_snapshot!(load(&guest::from_module_text(&module)).await, @"plugin `evil` (describe) nested its calls too deep for its stack of 524288 bytes: look for an endless recursion in it, or raise `sandbox.limits.stack-bytes`");
}

#[tokio::test]
async fn an_endless_recursion_runs_over_the_plugins_own_stack() {
    let arena = Arena::new().await;
    insta::assert_snapshot!(arena.decide("recursion").await, @"plugin `evil` (decide) reached outside its own memory: most often its own stack ran over, which its compiler lays out and no limit of the host can raise; look for an endless recursion or a large local variable in it");
    insta::assert_snapshot!(arena.validate("recursion").await, @"plugin `evil` (validate-settings) reached outside its own memory: most often its own stack ran over, which its compiler lays out and no limit of the host can raise; look for an endless recursion or a large local variable in it");
    insta::assert_snapshot!(load(&guest::evil_describe("recursion")).await, @"plugin `evil` (describe) reached outside its own memory: most often its own stack ran over, which its compiler lays out and no limit of the host can raise; look for an endless recursion or a large local variable in it");
}

#[tokio::test]
async fn a_recursion_with_large_locals_does_so_too() {
    let arena = Arena::new().await;
    insta::assert_snapshot!(arena.decide("big-locals").await, @"plugin `evil` (decide) reached outside its own memory: most often its own stack ran over, which its compiler lays out and no limit of the host can raise; look for an endless recursion or a large local variable in it");
}
