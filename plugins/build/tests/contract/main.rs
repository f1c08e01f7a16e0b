//! The contract in `wit/`, held against its last released copy. `wit/README.md` says what may change and how a release is cut.

// A test that can't go on must fail, in its helpers too.
#![allow(clippy::unwrap_used, clippy::panic)]

mod evolution;
mod package;

use evolution::judge;
use package::Package;

#[test]
fn the_contract_breaks_no_plugin_that_was_built_for_the_last_release() {
    let (last, current) = (Package::last_released(), Package::current());
    if let Err(refusal) = judge(&last, &current) {
        panic!("{refusal}");
    }
}

#[test]
fn every_released_copy_lies_in_the_folder_of_its_version() {
    for (folder, package) in Package::released() {
        assert_eq!(package.version().to_string(), folder);
    }
}

#[test]
fn released_copies_and_this_page_are_no_part_of_the_contract() {
    let current = Package::current();
    assert_eq!(
        current.file_names(),
        ["decider.wit", "facts.wit", "log.wit", "types.wit", "world.wit"]
    );
    let mut resolve = wit_parser::Resolve::default();
    resolve.push_dir(package::contract()).unwrap();
    assert_eq!(resolve.packages.len(), 1, "tools that read the folder see one package");
}
