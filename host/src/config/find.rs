//! Where the configuration file is looked for.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

/// The environment variable that names the configuration file.
pub const VARIABLE: &str = "QUELL_CONFIG";

/// The places to look, best first. One that was named, by the caller or by the environment, is the only one: to fall
/// back from a misspelt path to another file would run with rules that nobody meant.
pub(super) fn places(named: Option<&Path>, variable: impl Fn(&str) -> Option<OsString>) -> Vec<PathBuf> {
    if let Some(path) = named {
        return vec![path.to_owned()];
    }
    if let Some(path) = variable(VARIABLE).filter(|path| !path.is_empty()) {
        return vec![path.into()];
    }
    // Lambda unpacks a function's package there; the working directory is the same today, but Amazon does not promise that.
    let in_lambda = variable("LAMBDA_TASK_ROOT").map(|root| Path::new(&root).join("quell.toml"));
    [
        Some(PathBuf::from("quell.toml")),
        in_lambda,
        Some(PathBuf::from("/etc/quell/quell.toml")),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places_with(named: Option<&str>, variables: &[(&str, &str)]) -> Vec<String> {
        let variable = |wanted: &str| {
            let found = variables.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| OsString::from(value))
        };
        places(named.map(Path::new), variable)
            .iter()
            .map(|path| path.display().to_string())
            .collect()
    }

    #[test]
    fn a_file_that_was_named_is_the_only_one_looked_for() {
        let variables = [("QUELL_CONFIG", "b.toml"), ("LAMBDA_TASK_ROOT", "/var/task")];
        assert_eq!(places_with(Some("a.toml"), &variables), ["a.toml"]);
        assert_eq!(places_with(None, &variables), ["b.toml"]);
    }

    #[test]
    fn else_it_is_looked_for_here_then_in_the_function_then_in_etc() {
        assert_eq!(
            places_with(None, &[("QUELL_CONFIG", ""), ("LAMBDA_TASK_ROOT", "/var/task")]),
            ["quell.toml", "/var/task/quell.toml", "/etc/quell/quell.toml"]
        );
        assert_eq!(places_with(None, &[]), ["quell.toml", "/etc/quell/quell.toml"]);
    }
}
