//! The contract in `wit/`, as wasmtime's macro turns it into Rust.

#![allow(
    missing_docs,
    unreachable_pub,
    reason = "written by a macro; the WIT files have the documentation"
)]

wasmtime::component::bindgen!({
    path: "../wit",
    world: "plugin",
    imports: {
        "quell:plugin/facts": async | trappable,
    },
    exports: { default: async },
});
