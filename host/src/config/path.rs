//! The path of a key in a document: `guard.never-block[1]`.

use std::fmt;

/// The way from the document to one of its keys or elements. Empty for the document itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Path(Vec<Step>);

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// To this key of a table.
    Key(String),
    /// To this element of an array, from 0.
    Index(usize),
}

impl Path {
    /// The path of a key at the top.
    pub(super) fn key(name: &str) -> Self {
        Self::default().join(name)
    }

    /// The path of a key of what this path leads to.
    pub(super) fn join(&self, name: &str) -> Self {
        self.with(Step::Key(name.to_owned()))
    }

    /// The path of an element of what this path leads to.
    pub(super) fn element(&self, index: usize) -> Self {
        self.with(Step::Index(index))
    }

    /// The steps, from the document on.
    pub(super) fn steps(&self) -> &[Step] {
        &self.0
    }

    /// The last key's name, if the path ends in one, and the path to what holds it.
    pub(super) fn split_key(&self) -> Option<(Self, &str)> {
        match self.0.split_last() {
            Some((Step::Key(name), rest)) => Some((Self(rest.to_vec()), name)),
            _ => None,
        }
    }

    fn with(&self, step: Step) -> Self {
        Self(self.0.iter().cloned().chain([step]).collect())
    }
}

impl From<Vec<Step>> for Path {
    fn from(steps: Vec<Step>) -> Self {
        Self(steps)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(name) if position == 0 => formatter.write_str(name)?,
                Step::Key(name) => write!(formatter, ".{name}")?,
                Step::Index(index) => write!(formatter, "[{index}]")?,
            }
        }
        Ok(())
    }
}
