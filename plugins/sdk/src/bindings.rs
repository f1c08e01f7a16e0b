//! What wit-bindgen makes of the contract. Use the names at the root of the crate; these paths are for the macro.
#![allow(missing_docs, unsafe_code, unreachable_pub, clippy::all)]

wit_bindgen::generate!({
    path: "../../wit",
    world: "plugin",
    additional_derives: [PartialEq, Eq],
    generate_unused_types: true,
    pub_export_macro: true,
    export_macro_name: "export_bindings",
    default_bindings_module: "quell_plugin::bindings",
});
