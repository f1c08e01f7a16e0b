//! The document: a configuration file's text, read into a type with *all* its problems and not only the first.
//!
//! serde stops at its first error. So the part that is wrong is taken out and the rest is read again, until nothing is
//! wrong any more: one pass a problem, in a file that a person wrote.

use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::{
    Spanned,
    de::{DeTable, DeValue, ValueDeserializer},
};

use super::{fault::Fault, path::Path, path::Step, problem::Problem};

/// After so many problems the rest is most likely the fault of the first.
const MOST_PROBLEMS: usize = 20;

/// A configuration file's text, parsed, with where in it each key stands.
pub(super) struct Document<'text> {
    root: Spanned<DeValue<'text>>,
}

impl<'text> Document<'text> {
    /// Parses TOML, or says everything in it that is not TOML.
    pub(super) fn parse(text: &'text str) -> Result<Self, Vec<Problem>> {
        let (root, errors) = DeTable::parse_recoverable(text);
        if errors.is_empty() {
            let span = root.span();
            return Ok(Self {
                root: Spanned::new(span, DeValue::Table(root.into_inner())),
            });
        }
        let problem = |error: &toml::de::Error| Problem {
            message: format!("this is not TOML: {}", error.message()),
            remedy: None,
            span: error.span(),
            may_be_secret: false,
        };
        Err(errors.iter().take(MOST_PROBLEMS).map(problem).collect())
    }

    /// Reads the document into a type, or says everything that does not fit.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, Vec<Problem>> {
        let mut root = self.root.clone();
        let mut problems = Vec::new();
        let mut taken_out: Vec<Path> = Vec::new();
        loop {
            let error = match T::deserialize(ValueDeserializer::from(root.clone())) {
                Ok(value) if problems.is_empty() => return Ok(value),
                Ok(_) => return Err(problems),
                Err(error) => error,
            };
            let fault = Fault::read(error.message());
            let find_in = |value: &DeValue<'_>| error.span().and_then(|span| find(value, &span)).unwrap_or_default();
            // What was taken out of an array shifts the rest: a person is told the place in the file.
            let place = find_in(self.root.get_ref());
            let place_now = find_in(root.get_ref());
            // A required key whose value was wrong has been told already; that it is gone now is our own doing.
            let is_our_doing = matches!(&fault, Fault::MissingKey(key) if taken_out.contains(&place.join(key)));
            if !is_our_doing {
                problems.push(fault.into_problem(&place, error.span()));
            }
            if problems.len() >= MOST_PROBLEMS || !take_out(root.get_mut(), place_now.steps()) {
                return Err(problems);
            }
            taken_out.push(place);
        }
    }

    /// Where a key stands: the bytes of its name, or those of an array's element.
    pub(super) fn span(&self, path: &Path) -> Option<Range<usize>> {
        let mut value = self.root.get_ref();
        let mut span = None;
        for step in path.steps() {
            let next = match step {
                Step::Key(name) => {
                    let (key, next) = value.as_table()?.get_key_value(name.as_str())?;
                    span = Some(key.span());
                    next
                }
                Step::Index(index) => {
                    let next = value.get(*index)?;
                    span = Some(next.span());
                    next
                }
            };
            value = next.get_ref();
        }
        span
    }
}

/// The way to the key, or else the value, that has exactly this span. A list of one table has the span of its table: then the table is meant.
fn find(value: &DeValue<'_>, span: &Range<usize>) -> Option<Path> {
    fn walk(value: &DeValue<'_>, span: &Range<usize>, path: &mut Vec<Step>) -> bool {
        let mut enter = |step: Step, here: bool, next: &DeValue<'_>| {
            path.push(step);
            let found = walk(next, span, path) || here;
            if !found {
                path.pop();
            }
            found
        };
        match value {
            DeValue::Table(table) => table.iter().any(|(key, next)| {
                let here = key.span() == *span || next.span() == *span;
                enter(Step::Key(key.get_ref().to_string()), here, next.get_ref())
            }),
            DeValue::Array(array) => array
                .iter()
                .enumerate()
                .any(|(index, next)| enter(Step::Index(index), next.span() == *span, next.get_ref())),
            _ => false,
        }
    }
    let mut path = Vec::new();
    walk(value, span, &mut path).then(|| Path::from(path))
}

/// Takes what stands at the end of a path out of the document. False if there is no such thing, or if it is the document
/// itself.
fn take_out(value: &mut DeValue<'_>, steps: &[Step]) -> bool {
    match (steps, value) {
        ([Step::Key(name)], DeValue::Table(table)) => table.remove(name.as_str()).is_some(),
        ([Step::Index(index)], DeValue::Array(array)) if *index < array.len() => {
            let others = array.iter().enumerate().filter(|(at, _)| at != index);
            *array = others.map(|(_, element)| element.clone()).collect();
            true
        }
        ([Step::Key(name), rest @ ..], DeValue::Table(table)) => table
            .get_mut(name.as_str())
            .is_some_and(|next| take_out(next.get_mut(), rest)),
        ([Step::Index(index), rest @ ..], DeValue::Array(array)) => {
            array.get_mut(*index).is_some_and(|next| take_out(next.get_mut(), rest))
        }
        _ => false,
    }
}
