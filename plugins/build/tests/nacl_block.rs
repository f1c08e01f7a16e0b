//! The real thing: the default plugin, from source to component.

use std::{collections::BTreeSet, path::Path};

use quell_plugin_build::{BuildError, PluginCrate};
use wit_component::{DecodedWasm, decode};

/// The component, built where the build scripts build it, so that there is little left to do.
fn component() -> Result<Vec<u8>, BuildError> {
    let manifest_dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../nacl-block");
    let target_dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../debug/build/plugins");
    PluginCrate::new(manifest_dir, target_dir).build()
}

#[test]
fn it_imports_the_contract_and_nothing_else() {
    let decoded = decode(&component().unwrap()).unwrap();
    let DecodedWasm::Component(resolve, world) = decoded else {
        panic!("this is a WIT package, not a component")
    };
    let names = |items: Vec<_>| -> BTreeSet<_> { items.into_iter().map(|key| resolve.name_world_key(key)).collect() };
    let imports = names(resolve.worlds[world].imports.keys().collect());
    let exports = names(resolve.worlds[world].exports.keys().collect());
    let contract = [
        "quell:plugin/facts@0.1.0",
        "quell:plugin/log@0.1.0",
        "quell:plugin/types@0.1.0",
    ];
    assert_eq!(imports, contract.map(str::to_owned).into());
    assert_eq!(exports, ["quell:plugin/decider@0.1.0".to_owned()].into());
}

#[test]
fn it_is_small_enough_to_be_compiled_and_instantiated_in_no_time() {
    let kibibytes = component().unwrap().len() / 1024;
    assert!(kibibytes <= 200, "{kibibytes} KiB");
}

#[test]
fn it_holds_no_path_of_the_machine_that_built_it() {
    let component = component().unwrap();
    let text = String::from_utf8_lossy(&component);
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    for place in [
        repository,
        Path::new(env!("CARGO_TARGET_TMPDIR")),
        Path::new("/registry/src"),
    ] {
        let place = place.to_str().unwrap();
        let found = text
            .find(place)
            .map(|at| text[at.saturating_sub(20)..].chars().take(120).collect::<String>());
        // The registry's place below cargo's home is told, but not where that is.
        assert!(
            found.as_ref().is_none_or(|it| it.contains("/cargo/registry/src")),
            "{found:?}"
        );
    }
}
