//! What may become of the contract from one release to the next.

use semver::Version;
use wit_component::semver_check;
use wit_parser::Resolve;

use super::package::Package;

/// Whether `current` may follow `last`, the newest release; otherwise what to do.
///
/// In one line of versions (0.1, 0.2, …) a plugin that was built for the release must go on working, and what the contract
/// gains needs a version of its own, so that a plugin which uses it says so. A new line may break anything.
pub(crate) fn judge(last: &Package, current: &Package) -> Result<(), String> {
    let (was, is) = (last.version(), current.version());
    if is < was {
        return Err(format!(
            "the contract has version {is}, and {was} is released already: raise it"
        ));
    }
    if line(&is) != line(&was) {
        return Ok(());
    }
    works_with(last, current).map_err(|why| {
        format!(
            "the contract {is} breaks plugins that were built for {was}: take the change back, or begin a new line by \
             raising the minor version ({why})"
        )
    })?;
    if is == was && works_with(current, last).is_err() {
        return Err(format!(
            "the contract has gained something since {was} was released: raise the patch version in all files of wit/, \
             and `contract::VERSION` of the host"
        ));
    }
    Ok(())
}

/// Versions that a host takes for each other.
fn line(version: &Version) -> (u64, Option<u64>) {
    (version.major, (version.major == 0).then_some(version.minor))
}

/// Whether a plugin built for one contract works on a host that has the other.
fn works_with(plugin: &Package, host: &Package) -> Result<(), String> {
    let mut resolve = Resolve::default();
    // The check ignores versions, but two packages in one `Resolve` need different names.
    let plugin = plugin.at("0.0.0").push(&mut resolve);
    let host = host.push(&mut resolve);
    let world = |package| resolve.select_world(&[package], Some("plugin")).unwrap();
    let (plugin, host) = (world(plugin), world(host));
    semver_check(resolve, plugin, host).map_err(|error| {
        let told = format!("{error:#}");
        // The offset is one of a component that only the check has seen.
        told.split(" (at offset").next().unwrap_or(&told).to_owned()
    })
}

/// A change to the current contract, taken for the last release, with its version raised to `version`.
fn changed(version: &str, file: &str, old: &str, new: &str) -> Result<(), String> {
    let last = Package::current().at("0.1.0");
    judge(&last, &last.with(file, old, new).at(version))
}

const HISTORY: &str = "get-history: func(address: string) -> result<history, fact-error>;";
const GROWN: &str = "get-history: func(address: string) -> result<history, fact-error>;
    get-history-of-instance: func(id: string) -> result<history, fact-error>;";

#[test]
fn a_fact_more_to_ask_for_is_welcome() {
    assert_eq!(changed("0.1.1", "facts.wit", HISTORY, GROWN), Ok(()));
}

#[test]
fn a_fact_more_without_a_version_of_its_own_is_refused() {
    insta::assert_snapshot!(changed("0.1.0", "facts.wit", HISTORY, GROWN).unwrap_err(), @"the contract has gained something since 0.1.0 was released: raise the patch version in all files of wit/, and `contract::VERSION` of the host");
}

#[test]
fn comments_may_change_at_any_time() {
    let new = "/// Ask for a history.\n    get-history: func(address: string) -> result<history, fact-error>;";
    assert_eq!(changed("0.1.0", "facts.wit", HISTORY, new), Ok(()));
}

#[test]
fn a_fact_that_is_gone_breaks_the_plugins_that_ask_for_it() {
    insta::assert_snapshot!(changed("0.1.1", "facts.wit", HISTORY, "").unwrap_err(), @r"
    the contract 0.1.1 breaks plugins that were built for 0.1.0: take the change back, or begin a new line by raising the minor version (new world is not semver-compatible with the previous world: type mismatch for import `plugin`
    type mismatch for import `quell:plugin/facts`
    missing expected export `get-history`)
    ");
}

#[test]
fn a_field_more_in_a_record_breaks_every_plugin() {
    let changed = changed(
        "0.1.1",
        "types.wit",
        "        kind: string,",
        "        kind: string,\n        count: u64,",
    );
    insta::assert_snapshot!(changed.unwrap_err(), @r"
    the contract 0.1.1 breaks plugins that were built for 0.1.0: take the change back, or begin a new line by raising the minor version (new world is not semver-compatible with the previous world: type mismatch for import `plugin`
    type mismatch for import `quell:plugin/types`
    type mismatch in instance export `alert`
    expected 15 fields, found 16)
    ");
}

#[test]
fn a_kind_of_action_more_breaks_every_plugin() {
    let changed = changed(
        "0.1.1",
        "types.wit",
        "        custom(custom),",
        "        custom(custom),\n        page(string),",
    );
    insta::assert_snapshot!(changed.unwrap_err(), @r"
    the contract 0.1.1 breaks plugins that were built for 0.1.0: take the change back, or begin a new line by raising the minor version (new world is not semver-compatible with the previous world: type mismatch for import `plugin`
    type mismatch for import `quell:plugin/types`
    type mismatch in instance export `action`
    expected 5 cases, found 6)
    ");
}

#[test]
fn a_function_more_that_plugins_must_have_breaks_all_that_lack_it() {
    let old = "    describe: func() -> description;";
    let changed = changed("0.1.1", "decider.wit", old, &format!("{old}\n    warm-up: func();"));
    insta::assert_snapshot!(changed.unwrap_err(), @r"
    the contract 0.1.1 breaks plugins that were built for 0.1.0: take the change back, or begin a new line by raising the minor version (new world is not semver-compatible with the previous world: type mismatch for import `plugin`
    type mismatch for export `quell:plugin/decider`
    missing expected export `warm-up`)
    ");
}

#[test]
fn a_new_line_of_versions_may_break_anything() {
    assert_eq!(changed("0.2.0", "facts.wit", HISTORY, ""), Ok(()));
}

#[test]
fn a_version_does_not_go_back() {
    insta::assert_snapshot!(changed("0.0.9", "facts.wit", HISTORY, HISTORY).unwrap_err(), @"the contract has version 0.0.9, and 0.1.0 is released already: raise it");
}
