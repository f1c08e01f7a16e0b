//! Plugins written by hand, for what no compiler makes.

/// A core module that exports what the contract asks for; `describe` runs `body`.
pub(crate) fn module(parts: &str, body: &str) -> String {
    format!(
        r#"(module {parts}
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable)
            (func $describe (export "quell:plugin/decider@0.1.0#describe") (result i32) {body})
            (func (export "quell:plugin/decider@0.1.0#validate-settings") (param i32 i32) (result i32) unreachable)
            (func (export "quell:plugin/decider@0.1.0#decide") (param i32) (result i32) unreachable))"#
    )
}
