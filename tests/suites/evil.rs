//! Plugins that attack their host. Each attack ends in its own clear error, within its limit, and the next decision is made as if nothing had
//! happened.

mod arena;

use std::time::Duration;

use arena::{Arena, SlowFacts, load, load_in, load_with, patient, sandbox};
use quell::{
    decision::{Action, Decision},
    duration::HumanDuration,
    sandbox::{Cache, Limits, Use},
};
use quell_tests::guest;

mod time {
    use super::*;

    #[tokio::test]
    async fn an_endless_loop_ends_at_the_limit_of_guest_time() {
        let arena = Arena::with(Limits::default()).await;
        insta::assert_snapshot!(arena.decide("loop").await, @"plugin `evil` (decide) ran for longer than its 100ms and was ended: look for an endless loop in it, or raise `sandbox.limits.guest-time`");
        insta::assert_snapshot!(arena.validate("loop").await, @"plugin `evil` (validate-settings) ran for longer than its 100ms and was ended: look for an endless loop in it, or raise `sandbox.limits.guest-time`");
        insta::assert_snapshot!(load_with(Limits::default(), &guest::evil_describe("loop")).await, @"plugin `evil` (describe) ran for longer than its 100ms and was ended: look for an endless loop in it, or raise `sandbox.limits.guest-time`");
    }

    #[tokio::test]
    async fn an_endless_loop_takes_no_longer_than_its_limit_and_does_not_hold_up_others() {
        let arena = Arena::with(Limits::default()).await;
        let error = arena.decide_raw("loop").await.unwrap_err();
        let limit = Limits::default().guest_time.0;
        assert!(error.cost.guest_time >= limit);
        // A generous bound: the machine may be busy with other tests.
        assert!(error.cost.wall_clock < limit * 20, "{:?}", error.cost);

        // This test has one thread, so the good decision comes first only if the loop lets it.
        let (endless, good) = tokio::join!(arena.decide_raw("loop"), async {
            tokio::task::yield_now().await;
            let good = arena.decide_raw("good").await.unwrap();
            (good, std::time::Instant::now())
        });
        assert!(endless.is_err());
        assert!(good.0.cost.wall_clock < endless.unwrap_err().cost.wall_clock);
    }

    #[tokio::test]
    async fn a_slow_fact_is_not_charged_to_the_plugin() {
        let limits = Limits {
            guest_time: HumanDuration::from_millis(50),
            ..Limits::default()
        };
        let arena = Arena::with(limits).await;
        let slow = SlowFacts(Duration::from_millis(300));
        let decided = arena.decide_with("ask", slow).await.unwrap();
        assert!(decided.cost.guest_time < Duration::from_millis(50));
        assert!(decided.cost.wall_clock >= Duration::from_millis(300));
        assert_eq!(decided.cost.host_calls, 1);
    }

    #[tokio::test]
    async fn a_fact_that_never_comes_ends_at_the_wall_clock() {
        let limits = Limits {
            wall_clock: HumanDuration::from_millis(200),
            ..Limits::default()
        };
        let arena = Arena::with(limits).await;
        let never = SlowFacts(Duration::from_secs(3600));
        let error = arena.decide_with("ask", never).await.unwrap_err();
        assert!(error.is_passing(), "a slow fact may be fast later");
        // How long the plugin itself ran differs each time.
        let text = error.to_string();
        let (before, after) = text.split_once("its own code ran for ").unwrap();
        let (_, after) = after.split_once(" and waited").unwrap();
        insta::assert_snapshot!(format!("{before}… and waited{after}"), @"plugin `evil` (decide) took longer than its 200ms over all and was ended; … and waited for the rest: see which fact was slow, or raise `sandbox.limits.wall-clock`");
        arena.is_as_before().await;
    }

    #[tokio::test]
    async fn endless_log_lines_are_charged_to_the_plugin() {
        let arena = Arena::with(Limits::default()).await;
        insta::assert_snapshot!(arena.decide("endless-lines").await, @"plugin `evil` (decide) ran for longer than its 100ms and was ended: look for an endless loop in it, or raise `sandbox.limits.guest-time`");
    }
}

mod space {
    use super::*;

    #[tokio::test]
    async fn a_memory_bomb_ends_at_the_limit_of_memory() {
        let arena = Arena::new().await;
        insta::assert_snapshot!(arena.decide("memory").await, @"plugin `evil` (decide) asked for 68157440 bytes of memory, more than its 67108864, and was ended: see what it keeps, or raise `sandbox.limits.memory-bytes`");
        insta::assert_snapshot!(arena.validate("memory").await, @"plugin `evil` (validate-settings) asked for 68157440 bytes of memory, more than its 67108864, and was ended: see what it keeps, or raise `sandbox.limits.memory-bytes`");
        insta::assert_snapshot!(load(&guest::evil_describe("memory")).await, @"plugin `evil` (describe) asked for 68157440 bytes of memory, more than its 67108864, and was ended: see what it keeps, or raise `sandbox.limits.memory-bytes`");
        let error = arena.decide_raw("memory").await.unwrap_err();
        assert!(error.cost.memory_bytes <= Limits::default().memory_bytes);
    }

    #[tokio::test]
    async fn a_plugin_that_begins_with_too_much_memory_is_refused_when_it_is_loaded() {
        let module = module("(memory (export \"memory\") 2000)", "unreachable");
        insta::assert_snapshot!(load(&guest::from_module_text(&module)).await, @"plugin `evil` (describe) asked for 131072000 bytes of memory, more than its 67108864, and was ended: see what it keeps, or raise `sandbox.limits.memory-bytes`");
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
}

mod panics {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_told_with_the_message_that_its_hook_logged() {
        let arena = Arena::new().await;
        insta::assert_snapshot!(arena.decide("panic").await, @"plugin `evil` (decide) panicked at tests/guests/evil/src/attack.rs:86:5: the offender has no address");
        insta::assert_snapshot!(arena.validate("panic").await, @"plugin `evil` (validate-settings) panicked at tests/guests/evil/src/attack.rs:86:5: the offender has no address");
        insta::assert_snapshot!(load(&guest::evil_describe("panic")).await, @"plugin `evil` (describe) panicked at tests/guests/evil/src/attack.rs:86:5: the offender has no address");
    }

    #[tokio::test]
    async fn a_panic_is_told_even_when_all_log_lines_are_used_up() {
        let arena = Arena::new().await;
        insta::assert_snapshot!(arena.decide("panic-after-many-lines").await, @"plugin `evil` (decide) panicked at tests/guests/evil/src/attack.rs:86:5: after all these lines");
    }

    #[tokio::test]
    async fn a_panic_can_not_forge_a_line_of_the_hosts_log() {
        let arena = Arena::new().await;
        insta::assert_snapshot!(arena.decide("forged-panic").await, @r"plugin `evil` (decide) panicked at tests/guests/evil/src/attack.rs:86:5: one\nERROR a forged line\u{1b}[2J");
    }

    #[tokio::test]
    async fn a_trap_without_a_message_says_how_to_get_one() {
        let arena = Arena::new().await;
        insta::assert_snapshot!(arena.decide("silent-panic").await, @"plugin `evil` (decide) trapped: wasm trap: wasm `unreachable` instruction executed; build it with the SDK, whose panic hook logs the reason of a panic");
    }
}

mod answers {
    use super::*;

    #[tokio::test]
    async fn an_answer_with_too_many_items_is_refused() {
        let arena = Arena::new().await;
        insta::assert_snapshot!(arena.decide("many-remediations").await, @"plugin `evil` (decide) answered with 1500 remediations, more than its 1000: raise `sandbox.limits.remediations` if that is right");
        insta::assert_snapshot!(arena.decide("many-notes").await, @"plugin `evil` (decide) answered with 5000 notes, more than its 100: raise `sandbox.limits.list-items` if that is right");
        insta::assert_snapshot!(arena.validate("many-problems").await, @"plugin `evil` (validate-settings) answered with 10000 problems with settings, more than its 100: raise `sandbox.limits.list-items` if that is right");
    }

    #[tokio::test]
    async fn an_answer_with_too_long_a_text_is_refused() {
        let arena = Arena::new().await;
        insta::assert_snapshot!(arena.decide("long-reason").await, @"plugin `evil` (decide) answered with a reason of 80000 bytes, more than its 4096: raise `sandbox.limits.text-bytes` if that is right");
        insta::assert_snapshot!(arena.decide("long-prefix").await, @"plugin `evil` (decide) answered with a prefix of 5000 bytes, more than its 4096: raise `sandbox.limits.text-bytes` if that is right");
        insta::assert_snapshot!(arena.decide("long-parameters").await, @"plugin `evil` (decide) answered with parameters of a custom action of 100000 bytes, more than its 65536: raise `sandbox.limits.parameters-bytes` if that is right");
    }

    #[tokio::test]
    async fn a_huge_answer_is_refused_before_the_host_has_it_in_memory() {
        let arena = Arena::new().await;
        insta::assert_snapshot!(arena.decide("huge-reason").await, @"plugin `evil` (decide) passed more than its 1048576 bytes to the host at once and was ended: see what it answers or logs, or raise `sandbox.limits.passed-bytes`");
        insta::assert_snapshot!(arena.decide("giant-question").await, @"plugin `evil` (decide) passed more than its 1048576 bytes to the host at once and was ended: see what it answers or logs, or raise `sandbox.limits.passed-bytes`");
        insta::assert_snapshot!(load(&guest::evil_describe("huge-schema")).await, @"plugin `evil` (describe) passed more than its 1048576 bytes to the host at once and was ended: see what it answers or logs, or raise `sandbox.limits.passed-bytes`");
    }

    #[tokio::test]
    async fn text_that_is_not_utf8_is_refused() {
        let arena = Arena::new().await;
        insta::assert_snapshot!(arena.decide("not-utf8").await, @"plugin `evil` (decide) passed text that is not UTF-8 (invalid utf-8 sequence of 1 bytes from index 2); its language's bindings to the contract are wrong");
        insta::assert_snapshot!(arena.decide("not-utf8-prefix").await, @"plugin `evil` (decide) passed text that is not UTF-8 (invalid utf-8 sequence of 1 bytes from index 2); its language's bindings to the contract are wrong");
        insta::assert_snapshot!(arena.decide("not-utf8-question").await, @"plugin `evil` (decide) passed text that is not UTF-8 (invalid utf-8 sequence of 1 bytes from index 2); its language's bindings to the contract are wrong");
        insta::assert_snapshot!(arena.decide("not-utf8-line").await, @"plugin `evil` (decide) passed text that is not UTF-8 (invalid utf-8 sequence of 1 bytes from index 2); its language's bindings to the contract are wrong");
    }

    #[tokio::test]
    async fn deeply_nested_parameters_stay_text() {
        let arena = Arena::new().await;
        let action = arena.first_action("nested-parameters").await;
        let Action::Custom(custom) = action else {
            panic!("{action:?}")
        };
        assert_eq!(custom.parameters, "[".repeat(50_000));
    }

    #[tokio::test]
    async fn what_the_guards_must_refuse_reaches_them_as_it_was_said() {
        let arena = Arena::new().await;
        let shown = async |mode| {
            let decided = arena.decide_raw(mode).await.unwrap();
            let Decision::Remediate(proposal) = decided.decision else {
                panic!("{mode}")
            };
            let actions: Vec<_> = proposal.remediations.iter().map(|one| one.action.to_string()).collect();
            actions.join("; ")
        };
        insta::assert_snapshot!(shown("everyone").await, @"block 0.0.0.0/0 ingress at instance i-0a1b2c3d4e5f60718; block ::/0 ingress at instance i-0a1b2c3d4e5f60718");
        insta::assert_snapshot!(shown("not-an-address").await, @"block 300.1.2.3/99 ingress at instance i-0a1b2c3d4e5f60718; block ; rm -rf / ingress at instance i-0a1b2c3d4e5f60718");
        insta::assert_snapshot!(shown("stop-instance").await, @"stop i-0a1b2c3d4e5f60718");
    }

    #[tokio::test]
    async fn a_plugin_that_fails_is_told_apart_from_one_that_breaks() {
        let arena = Arena::new().await;
        insta::assert_snapshot!(arena.decide("fail-settings").await, @"plugin `evil` (decide) could not decide: its settings can't be used: `x` is no number");
        insta::assert_snapshot!(arena.decide("fail-facts").await, @"plugin `evil` (decide) could not decide: a fact could not be had: the observations are not there");
        insta::assert_snapshot!(arena.decide("fail-alert").await, @r"plugin `evil` (decide) could not decide: the alert can't be understood: it has no source\nERROR a forged line");
        insta::assert_snapshot!(arena.decide("fail-other").await, @"plugin `evil` (decide) could not decide: no luck today");
        assert!(arena.decide_raw("fail-facts").await.unwrap_err().is_passing());
        assert!(!arena.decide_raw("fail-other").await.unwrap_err().is_passing());
    }

    #[tokio::test]
    async fn wrong_settings_are_told_all_at_once() {
        let arena = Arena::new().await;
        insta::assert_snapshot!(arena.validate("two-problems").await, @r"the settings of plugin `evil` are wrong: /block-secnods: unknown; did you mean `block-seconds`?; settings: line one\nERROR a forged line");
    }
}

mod host_calls {
    use super::*;

    #[tokio::test]
    async fn endless_questions_end_at_the_limit_of_host_calls() {
        let arena = Arena::new().await;
        insta::assert_snapshot!(arena.decide("endless-facts").await, @"plugin `evil` (decide) asked for more than its 100 facts and was ended: look for an endless loop in it, or raise `sandbox.limits.host-calls`");
        let error = arena.decide_raw("endless-facts").await.unwrap_err();
        assert_eq!(error.cost.host_calls, Limits::default().host_calls);
    }

    #[tokio::test]
    async fn a_million_log_lines_are_cut_and_counted_and_the_decision_goes_on() {
        let arena = Arena::new().await;
        let decided = arena.decide_raw("many-lines").await.unwrap();
        assert_eq!(decided.log.len(), Limits::default().log_lines);
        assert_eq!(
            decided.cost.log_lines_dropped,
            1_000_000 - Limits::default().log_lines as u64
        );
    }

    #[tokio::test]
    async fn a_long_log_line_is_cut_and_the_decision_goes_on() {
        let arena = Arena::new().await;
        let decided = arena.decide_raw("long-line").await.unwrap();
        assert_eq!(
            decided.log[0].message.len(),
            Limits::default().log_line_bytes + '…'.len_utf8()
        );
    }

    #[tokio::test]
    async fn a_giant_log_line_is_refused_before_the_host_has_it_in_memory() {
        let arena = Arena::new().await;
        insta::assert_snapshot!(arena.decide("giant-line").await, @"plugin `evil` (decide) passed more than its 1048576 bytes to the host at once and was ended: see what it answers or logs, or raise `sandbox.limits.passed-bytes`");
    }

    #[tokio::test]
    async fn a_log_line_can_not_forge_another() {
        let arena = Arena::new().await;
        let decided = arena.decide_raw("forged-line").await.unwrap();
        insta::assert_snapshot!(decided.log[0].message, @r"ok\nERROR a forged line\u{1b}[2J");
    }

    #[tokio::test]
    async fn facts_can_not_be_asked_outside_a_decision() {
        // `describe` asks, is told that it may not, and goes on.
        let arena = Arena::loading(&guest::evil_describe("ask")).await;
        arena.is_as_before().await;
    }
}

mod loading {
    use super::*;

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
}

mod cache {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    /// The one compiled plugin in a cache.
    fn file(directory: &std::path::Path) -> std::path::PathBuf {
        let files: Vec<_> = fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        assert_eq!(files.len(), 1, "{files:?}");
        files[0].clone()
    }

    async fn load_with(directory: &std::path::Path) -> Arena {
        let sandbox = sandbox(Use::OneAtATime, patient(), Some(Cache::at(directory)));
        Arena::of(&sandbox, &guest::evil()).await
    }

    #[tokio::test]
    async fn a_plugin_is_compiled_once_and_then_taken_from_the_cache() {
        let directory = tempfile::tempdir().unwrap();
        let cache = directory.path().join("deep/cache");
        load_with(&cache).await.is_as_before().await;
        let written = fs::metadata(file(&cache)).unwrap().modified().unwrap();
        assert_eq!(fs::metadata(&cache).unwrap().permissions().mode() & 0o777, 0o700);

        load_with(&cache).await.is_as_before().await;
        assert_eq!(fs::metadata(file(&cache)).unwrap().modified().unwrap(), written);
    }

    #[tokio::test]
    async fn a_damaged_file_is_compiled_anew_and_never_run() {
        let directory = tempfile::tempdir().unwrap();
        let cache = directory.path().join("cache");
        load_with(&cache).await;
        let good = fs::read(file(&cache)).unwrap();
        let mut flipped = good.clone();
        let middle = flipped.len() / 2;
        flipped[middle] ^= 1;
        for damaged in [&flipped[..], &good[..good.len() / 2], &good[..10], b""] {
            fs::write(file(&cache), damaged).unwrap();
            load_with(&cache).await.is_as_before().await;
            assert_eq!(fs::read(file(&cache)).unwrap().len(), good.len(), "it was written anew");
        }
    }

    #[tokio::test]
    async fn a_directory_that_others_can_write_is_not_used() {
        let directory = tempfile::tempdir().unwrap();
        let cache = directory.path().join("cache");
        fs::create_dir(&cache).unwrap();
        fs::set_permissions(&cache, fs::Permissions::from_mode(0o777)).unwrap();
        load_with(&cache).await.is_as_before().await;
        assert_eq!(fs::read_dir(&cache).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn a_link_in_place_of_the_directory_is_not_followed() {
        let directory = tempfile::tempdir().unwrap();
        let (real, link) = (directory.path().join("real"), directory.path().join("link"));
        fs::create_dir(&real).unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        load_with(&link).await.is_as_before().await;
        assert_eq!(fs::read_dir(&real).unwrap().count(), 0);
    }
}

/// A core module that exports what the contract asks for; `describe` runs `body`.
fn module(parts: &str, body: &str) -> String {
    format!(
        r#"(module {parts}
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable)
            (func $describe (export "quell:plugin/decider@0.1.0#describe") (result i32) {body})
            (func (export "quell:plugin/decider@0.1.0#validate-settings") (param i32 i32) (result i32) unreachable)
            (func (export "quell:plugin/decider@0.1.0#decide") (param i32) (result i32) unreachable))"#
    )
}
