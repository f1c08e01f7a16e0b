//! Figures as a monitoring system has them: read by a strict parser that is not ours.

use std::{collections::BTreeMap, io::Write};

use anyhow::Context;
use serde::Deserialize;

use crate::python;

/// What one scrape told.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Figures(Vec<Figure>);

/// One series: its name, its labels, its value.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Figure(String, BTreeMap<String, String>, f64);

impl Figures {
    /// Reads what was scraped. An error if it breaks the format's rules anywhere.
    pub fn read(scraped: &str) -> anyhow::Result<Self> {
        let mut file = tempfile::NamedTempFile::new()?;
        file.write_all(scraped.as_bytes())?;
        let path = file.path().to_str().context("a temporary file has a name in UTF-8")?;
        let printed = python::run("figures.py", &[path], &[])?;
        Ok(Self(serde_json::from_str(&printed)?))
    }

    /// The sum of all series of this name that have these labels among theirs. None if there is no such series.
    pub fn sum(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let has_all = |figure: &Figure| {
            let has = |(key, value): &(&str, &str)| figure.1.get(*key).is_some_and(|own| own == value);
            figure.0 == name && labels.iter().all(has)
        };
        let found: Vec<_> = self.0.iter().filter(|figure| has_all(figure)).collect();
        (!found.is_empty()).then(|| found.iter().map(|figure| figure.2).sum())
    }

    /// How many series there are.
    pub fn series(&self) -> usize {
        self.0.len()
    }

    /// All values of labels that there are.
    pub fn label_values(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flat_map(|figure| figure.1.values().map(String::as_str))
    }
}
