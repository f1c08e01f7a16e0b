//! A plugin in Python: componentize-py puts it beside a Python interpreter in one component.

use std::{fs, path::Path, path::PathBuf, process::Command, time::SystemTime};

use serde::Deserialize;

use super::{
    BuildError, Language,
    manifest::Manifest,
    packages, stage,
    tool::{self, Tool},
};

/// Makes the virtual environment. 3.11 is the oldest that can read the types of the contract.
const PYTHON: Tool = Tool {
    name: "python3",
    remedy: "install Python 3.11 or newer from python.org or your system's packages, with its module venv",
    least: ((3, 11), "3.11"),
};

/// The module that puts Quell's part around the plugin.
const ENTRY: &str = "entry";

/// The plugin is `plugin` in the module of this name: the clock is taken away before it is imported.
const ENTRY_TEXT: &str = "from quell.host import decider\n\nimport plugin\n\nDecider = decider(plugin.plugin)\n";

/// Build the project; its name and the component.
pub(super) fn build(folder: &Path) -> Result<(String, Vec<u8>), BuildError> {
    let name = project_name(folder)?;
    let componentize = installed(folder)?;
    // Of the contract's types the interpreter is given its own, which work.
    let stage = stage::stage(
        folder,
        "py",
        &["wit_world", "componentize_py_types.py", "test", "tests"],
    )?;
    stage::add(&stage, &format!("{ENTRY}.py"), ENTRY_TEXT)?;
    let component = stage.join("component.wasm");
    let mut command = Command::new(&componentize);
    command
        .current_dir(&stage)
        // Otherwise the environment's own packages would be put into the component, this tool among them.
        .env_remove("VIRTUAL_ENV")
        .env("RUST_BACKTRACE", "0")
        .args(["--wit-path".as_ref(), stage.join("wit").as_os_str()])
        .args([
            "--world",
            "plugin",
            "--quiet",
            "componentize",
            "--stub-wasi",
            "--python-path",
        ])
        .arg(&stage)
        .args([ENTRY.as_ref(), "--output".as_ref(), component.as_os_str()]);
    let output = tool::output("componentize-py", &mut command)?;
    if !output.status.success() {
        return Err(BuildError::Source {
            language: Language::Python,
            message: readable(&String::from_utf8_lossy(&output.stderr)),
        });
    }
    let bytes = fs::read(&component).map_err(|source| BuildError::Io {
        path: component,
        source,
    })?;
    Ok((name, bytes))
}

/// `componentize-py` in the plugin's virtual environment, which is made if it is not there.
fn installed(folder: &Path) -> Result<PathBuf, BuildError> {
    let (environment, lock) = (folder.join(".venv"), folder.join("requirements.txt"));
    let program = environment.join("bin/componentize-py");
    if packages::are_installed(&program, &lock) {
        return Ok(program);
    }
    if !lock.exists() {
        return Err(BuildError::NoFile {
            path: lock,
            remedy: "write `componentize-py` and its digests into it, as `quell plugin new` does",
        });
    }
    let python = environment.join("bin/python");
    if !python.exists() {
        PYTHON.check()?;
        let mut command = Command::new(PYTHON.name);
        command.args(["-m", "venv", ".venv"]).current_dir(folder);
        tool::install(&mut command, &PYTHON, ".venv")?;
    }
    let mut command = Command::new(&python);
    command
        .args(["-m", "pip", "--disable-pip-version-check", "--quiet", "install"])
        .args(["--require-hashes", "--requirement", "requirements.txt"])
        .current_dir(folder);
    tool::install(&mut command, &PYTHON, ".venv")?;
    // pip leaves alone what is right already, and it would be run each time.
    let touched = fs::File::options().append(true).open(&program);
    touched
        .and_then(|file| file.set_modified(SystemTime::now()))
        .map_err(|source| BuildError::Io {
            path: program.clone(),
            source,
        })?;
    Ok(program)
}

/// The part of pyproject.toml that is of interest here.
#[derive(Deserialize)]
struct Named {
    project: Project,
}

#[derive(Deserialize)]
struct Project {
    name: String,
}

fn project_name(folder: &Path) -> Result<String, BuildError> {
    let manifest = Manifest::read(folder, Language::Python)?;
    let named: Named = toml::from_str(&manifest.text)
        .map_err(|error| manifest.wrong(format!("must say the plugin's name below [project]: {error}")))?;
    if !folder.join("plugin.py").is_file() {
        return Err(manifest.wrong("has no plugin.py beside it, where the plugin must be".to_owned()));
    }
    Ok(named.project.name)
}

/// The traceback of the plugin's own code out of what componentize-py says: behind its assertion, before the causes of that.
fn readable(stderr: &str) -> String {
    const OURS: &str = "/0/entry.py";
    let (_, traceback) = stderr.split_once("AssertionError: ").unwrap_or(("", stderr));
    let (traceback, _) = traceback.split_once("\n\nCaused by:").unwrap_or((traceback, ""));
    let mut lines = Vec::new();
    let mut all = traceback.lines();
    while let Some(line) = all.next() {
        if line.contains(OURS) {
            // The line of source below it.
            all.next();
            continue;
        }
        // The stage is mounted there.
        lines.push(line.replace("File \"/0/", "File \""));
    }
    lines.join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_error_in_the_plugin_its_own_traceback_is_shown() {
        let stderr = "Traceback (most recent call last):\n  File \".venv/bin/componentize-py\", line 8, in <module>\n    sys.exit(script())\n\
            AssertionError: Traceback (most recent call last):\n  File \"/0/entry.py\", line 3, in <module>\n    import plugin\n  \
            File \"/0/plugin.py\", line 16, in <module>\n    nosuch()\n    ^^^^^^\nNameError: name 'nosuch' is not defined\n\n\n\
            Caused by:\n    NameError: name 'nosuch' is not defined\n";
        insta::assert_snapshot!(readable(stderr), @r#"
        Traceback (most recent call last):
          File "plugin.py", line 16, in <module>
            nosuch()
            ^^^^^^
        NameError: name 'nosuch' is not defined
        "#);
        assert_eq!(readable("error: unexpected argument\n"), "error: unexpected argument");
    }
}
