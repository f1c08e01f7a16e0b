//! Guests: plugins that the suites give to the host.

use std::{fs, path::Path};

use wit_component::{StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

/// The plugin that attacks its host, built from `guests/evil`.
pub fn evil() -> Vec<u8> {
    let path = env!("EVIL_COMPONENT");
    fs::read(path).unwrap_or_else(|error| panic!("the build script has written {path}: {error}"))
}

/// The plugin that was built for the first released contract, from `guests/released`.
pub fn released() -> Vec<u8> {
    let path = env!("RELEASED_COMPONENT");
    fs::read(path).unwrap_or_else(|error| panic!("the build script has written {path}: {error}"))
}

/// The plugin that attacks its host, made to do so when it describes itself, in this mode.
///
/// `describe` takes nothing that could tell it the mode, so the mode is written over its place in the component.
pub fn evil_describe(mode: &str) -> Vec<u8> {
    const PLACE: &[u8] = b"describe-mode:";
    const ROOM: usize = 40 - PLACE.len();
    assert!(mode.len() <= ROOM, "there is no room for `{mode}`");
    let mut component = evil();
    let begin = component
        .windows(PLACE.len())
        .position(|window| window == PLACE)
        .expect("the guest has a place for the mode")
        + PLACE.len();
    let mode = format!("{mode:ROOM$}");
    component[begin..begin + ROOM].copy_from_slice(mode.as_bytes());
    component
}

/// A plugin written as the text of a core module that exports what the contract asks for.
pub fn from_module_text(text: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve
        .push_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit"))
        .expect("the contract is there");
    let world = resolve.select_world(&[package], None).expect("it has one world");
    let mut module = wat::parse_str(text).expect("the text is a module");
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).expect("the world can be embedded");
    quell_plugin_build::from_module(&module).expect("the module fits the contract")
}
