//! The real thing: the default plugin, from source to component.

use std::{collections::BTreeSet, path::Path};

use quell_plugin_build::PluginCrate;
use wit_component::{DecodedWasm, decode};

/// The component, built in a directory that stays from one run of the tests to the next.
fn component() -> Vec<u8> {
    let manifest_dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../nacl-block");
    PluginCrate::new(manifest_dir, Path::new(env!("CARGO_TARGET_TMPDIR")).join("plugins"))
        .build()
        .expect("the default plugin builds")
}

#[test]
fn it_imports_the_contract_and_nothing_else() {
    let decoded = decode(&component()).unwrap();
    let DecodedWasm::Component(resolve, world) = decoded else {
        panic!("this is a WIT package, not a component")
    };
    let imports: BTreeSet<_> = resolve.worlds[world]
        .imports
        .keys()
        .map(|key| resolve.name_world_key(key))
        .collect();
    let contract = [
        "quell:plugin/facts@0.1.0",
        "quell:plugin/log@0.1.0",
        "quell:plugin/types@0.1.0",
    ];
    assert_eq!(imports, contract.map(str::to_owned).into());
}

#[test]
fn it_is_small_enough_to_be_compiled_and_instantiated_in_no_time() {
    let kibibytes = component().len() / 1024;
    assert!(kibibytes <= 200, "{kibibytes} KiB");
}
