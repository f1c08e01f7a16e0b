//! Reads what a plugin answers, with the limits on it.

use crate::sandbox::{fault::Fault, limits::Limits};

/// Takes the parts of one answer and checks each against its limit.
pub(in crate::sandbox) struct Reader<'a>(pub(in crate::sandbox) &'a Limits);

impl Reader<'_> {
    /// A text. `what` names it in an error, with its article: `a reason`.
    pub(super) fn text(&self, what: &str, text: String) -> Result<String, Fault> {
        bounded(what, text, "text-bytes", self.0.text_bytes)
    }

    /// A custom action's parameters.
    pub(super) fn parameters(&self, text: String) -> Result<String, Fault> {
        bounded(
            "parameters of a custom action",
            text,
            "parameters-bytes",
            self.0.parameters_bytes,
        )
    }

    /// A list of texts, such as notes.
    pub(super) fn texts(&self, what: &'static str, texts: Vec<String>) -> Result<Vec<String>, Fault> {
        self.list(what, texts)?
            .into_iter()
            .map(|text| self.text(what, text))
            .collect()
    }

    /// A list of anything but remediations.
    pub(in crate::sandbox) fn list<T>(&self, what: &'static str, items: Vec<T>) -> Result<Vec<T>, Fault> {
        counted(what, items, "list-items", self.0.list_items)
    }

    /// The remediations.
    pub(super) fn remediations<T>(&self, items: Vec<T>) -> Result<Vec<T>, Fault> {
        counted("remediations", items, "remediations", self.0.remediations)
    }
}

fn bounded(what: &str, text: String, limit_name: &'static str, limit: usize) -> Result<String, Fault> {
    if text.len() > limit {
        return Err(Fault::TooLong {
            what: what.to_owned(),
            bytes: text.len(),
            limit_name,
            limit,
        });
    }
    Ok(text)
}

fn counted<T>(what: &'static str, items: Vec<T>, limit_name: &'static str, limit: usize) -> Result<Vec<T>, Fault> {
    if items.len() > limit {
        return Err(Fault::TooMany {
            what,
            count: items.len(),
            limit_name,
            limit,
        });
    }
    Ok(items)
}
