//! A plugin in JavaScript: componentize-js puts it beside a JavaScript engine in one component.

mod node;

use std::{fs, path::Path};

use serde::Deserialize;
use serde_json::json;

use super::{BuildError, Language, manifest::Manifest, packages, stage, tool};

/// The file that puts Quell's part around the plugin.
const ENTRY: &str = "entry.js";

/// Where npm puts what `package-lock.json` names. It is written last.
const INSTALLED: &str = "node_modules/.package-lock.json";

/// What is kept between two builds: the node process, once there is one.
#[derive(Default)]
pub(super) struct Builder {
    node: Option<node::Node>,
}

impl Builder {
    /// Build the package; its name and the component.
    pub(super) fn build(&mut self, folder: &Path) -> Result<(String, Vec<u8>), BuildError> {
        let package = Package::read(folder)?;
        let installed_anew = install(folder)?;
        // Its tests are for node, whose modules no component has.
        let stage = stage::stage(folder, "js", &["test", "tests"])?;
        let entry = format!(
            "import {{ decider as bound }} from './quell/host.js';\nimport plugin from './{}';\n\nexport const decider = bound(plugin);\n",
            package.main
        );
        let component = stage.join("component.wasm");
        let request = json!({
            "stage": stage,
            "entry": stage::add(&stage, ENTRY, &entry)?,
            "wit": stage.join("wit"),
            "component": component,
        });

        let mut node = match self.node.take().filter(|_| !installed_anew) {
            Some(node) => node,
            None => node::Node::start(folder)?,
        };
        // A process that did not answer as it should is not asked again.
        let error = node.ask(&request)?;
        self.node = Some(node);
        if let Some(message) = error {
            return Err(BuildError::Source {
                language: Language::JavaScript,
                message: readable(&message),
            });
        }
        let bytes = fs::read(&component).map_err(|source| BuildError::Io {
            path: component,
            source,
        })?;
        Ok((package.name, bytes))
    }
}

/// Install what the lock file names, if it is not there. Whether that was needed.
fn install(folder: &Path) -> Result<bool, BuildError> {
    let lock = folder.join("package-lock.json");
    if packages::are_installed(&folder.join(INSTALLED), &lock) {
        return Ok(false);
    }
    if !lock.exists() {
        return Err(BuildError::NoFile {
            path: lock,
            remedy: "run `npm install` in the plugin's folder, which writes it",
        });
    }
    node::NPM.check()?;
    let mut command = std::process::Command::new(node::NPM.name);
    // Not `npm ci`: it refuses a lock file that lacks an optional package of another platform, as one has that was written where a registry lacks it.
    // This takes what is locked too, checks its digests, and leaves the lock file alone.
    command
        .args(["install", "--no-save", "--no-audit", "--no-fund"])
        .current_dir(folder);
    tool::install(&mut command, &node::NPM, "node_modules")?;
    Ok(true)
}

/// The part of package.json that is of interest here.
#[derive(Deserialize)]
struct Package {
    name: String,
    main: String,
}

impl Package {
    fn read(folder: &Path) -> Result<Self, BuildError> {
        let manifest = Manifest::read(folder, Language::JavaScript)?;
        let package: Self = serde_json::from_str(&manifest.text).map_err(|error| {
            manifest.wrong(format!(
                "must say the plugin's `name`, and in `main` which file it is: {error}"
            ))
        })?;
        if package.name.contains('/') {
            return Err(manifest.wrong(format!("says the name `{}`; a plugin's has no `/`", package.name)));
        }
        if !folder.join(&package.main).is_file() {
            return Err(manifest.wrong(format!(
                "says that the plugin is `{}`, which is not there",
                package.main
            )));
        }
        Ok(package)
    }
}

/// A message of componentize-js without what its author alone can use: which program it ran, and what the engine says a second time.
fn readable(message: &str) -> String {
    let is_noise = |line: &&str| line.starts_with("Failed to initialize component (") || line.trim().is_empty();
    let twice = "Additionally, some promises were rejected";
    let lines = message.lines().take_while(|line| !line.starts_with(twice));
    lines.filter(|line| !is_noise(line)).collect::<Vec<_>>().join("\n")
}
