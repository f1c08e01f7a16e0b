//! What a plugin in Rust gets beside its template: the SDK as a crate that stands alone.

use toml::{Table, Value};

use super::{File, NewError, embedded};

/// Where the SDK lies in a new folder. It looks for the contract two folders up, as in Quell's own repository.
const PLACE: &str = "vendor/quell-plugin";

/// The SDK's files, with a manifest that needs no workspace.
pub(super) fn sdk() -> Result<Vec<File>, NewError> {
    let mut files = super::below(&format!("{PLACE}/"), embedded::RUST_SDK);
    let wrong = |what: &str| NewError::Sdk(what.to_owned());
    let manifest = files
        .iter_mut()
        .find(|file| file.path == format!("{PLACE}/Cargo.toml"))
        .ok_or_else(|| wrong("it has no Cargo.toml"))?;
    let read = |text: &str| text.parse::<Table>().map_err(|error| NewError::Sdk(error.to_string()));
    let alone = standalone(read(&manifest.text)?, &read(embedded::WORKSPACE)?);
    manifest.text = alone
        .ok_or_else(|| wrong("its Cargo.toml takes what the workspace does not have"))?
        .into();
    Ok(files)
}

/// A manifest with what it takes from its workspace in it, and without what only its own tests need.
fn standalone(mut manifest: Table, workspace: &Table) -> Option<String> {
    let workspace = workspace.get("workspace")?;
    for left_out in ["dev-dependencies", "lints", "bench", "test"] {
        manifest.remove(left_out);
    }
    let package = manifest.get_mut("package")?.as_table_mut()?;
    for (key, value) in package.iter_mut().filter(|(_, value)| is_inherited(value)) {
        *value = workspace.get("package")?.get(key)?.clone();
    }
    let dependencies = manifest.get_mut("dependencies")?.as_table_mut()?;
    for (name, value) in dependencies.iter_mut().filter(|(_, value)| is_inherited(value)) {
        *value = workspace.get("dependencies")?.get(name)?.clone();
    }
    toml::to_string(&manifest).ok()
}

fn is_inherited(value: &Value) -> bool {
    value.get("workspace").and_then(Value::as_bool) == Some(true)
}

/// A lock file with its packages in cargo's order, by name: with another one `--locked` refuses it. The template's own name is another one's
/// neighbour than the new plugin's.
pub(super) fn sorted(lock: &str) -> String {
    const PACKAGE: &str = "\n[[package]]\n";
    let mut parts = lock.split(PACKAGE);
    let head = parts.next().unwrap_or_default();
    let mut packages: Vec<_> = parts.map(str::trim_end).collect();
    packages.sort_by_key(|package| package.lines().next());
    let packages: String = packages.iter().map(|package| format!("{PACKAGE}{package}\n")).collect();
    format!("{head}{packages}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sdk_stands_alone() {
        let files = sdk().unwrap();
        let text = |path: &str| {
            &files
                .iter()
                .find(|file| file.path == format!("{PLACE}/{path}"))
                .unwrap()
                .text
        };
        let manifest: Table = text("Cargo.toml").parse().unwrap();
        assert_eq!(manifest["package"]["version"].as_str(), Some(env!("CARGO_PKG_VERSION")));
        assert!(!text("Cargo.toml").contains("workspace"));
        assert!(text("src/lib.rs").contains("pub trait") || text("src/plugin.rs").contains("pub trait Plugin"));
    }

    #[test]
    fn a_lock_file_is_in_cargos_order_under_every_name() {
        let lock = "# head\nversion = 4\n\n[[package]]\nname = \"zebra\"\n\n[[package]]\nname = \"ant\"\ndependencies = [\n \"zebra\",\n]\n";
        let sorted = sorted(lock);
        assert_eq!(
            sorted,
            "# head\nversion = 4\n\n[[package]]\nname = \"ant\"\ndependencies = [\n \"zebra\",\n]\n\n[[package]]\nname = \"zebra\"\n"
        );
    }
}
