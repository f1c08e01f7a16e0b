//! Why there is no configuration.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use super::problem::Problem;

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// There is no file.
    #[error(
        "there is no configuration: looked for {}\n  \
         `quell config example > quell.toml` writes one to start from; --config FILE or {} names another",
        list(.0),
        super::VARIABLE
    )]
    NotFound(Vec<PathBuf>),
    /// The file can't be read.
    #[error("the configuration {} can't be read", .0.display())]
    Unreadable(PathBuf, #[source] io::Error),
    /// What the file says can't be used.
    #[error(transparent)]
    Invalid(#[from] Invalid),
}

/// A configuration with everything that is wrong in it. Its text is for a person and has several lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// The file.
    pub path: PathBuf,
    /// What is wrong in it, in the order of its lines. Never empty.
    pub problems: Vec<Problem>,
    rendered: Vec<String>,
}

impl Invalid {
    pub(super) fn new(path: &Path, text: &str, mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(|problem| problem.span.as_ref().map(|span| span.start));
        Self {
            path: path.to_owned(),
            rendered: problems.iter().map(|problem| problem.render(path, text)).collect(),
            problems,
        }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problems = match self.rendered.len() {
            1 => "one problem".to_owned(),
            number => format!("{number} problems"),
        };
        write!(formatter, "{problems} in the configuration")?;
        self.rendered
            .iter()
            .try_for_each(|problem| write!(formatter, "\n{problem}"))
    }
}

impl std::error::Error for Invalid {}

fn list(places: &[PathBuf]) -> String {
    let places: Vec<_> = places.iter().map(|place| place.display().to_string()).collect();
    places.join(", ")
}
