//! Which objects had their turn.

use std::collections::HashMap;

use super::found::Found;

/// The ETags of the objects that had their turn, by key, for as long as they are listed.
#[derive(Debug, Default)]
pub(super) struct Seen {
    known: HashMap<String, String>,
    /// Those of them that the listing under way has shown.
    listed: HashMap<String, String>,
}

impl Seen {
    /// A listing begins. One that broke off before showed not all, so that nothing is forgotten by it.
    pub(super) fn begin(&mut self) {
        self.listed.clear();
    }

    /// Whether an object had its turn as it is.
    pub(super) fn had_its_turn(&self, found: &Found<'_>) -> bool {
        self.known.get(found.key).is_some_and(|etag| etag == found.etag)
    }

    /// An object is listed, and had its turn.
    pub(super) fn note(&mut self, found: &Found<'_>) {
        for map in [&mut self.known, &mut self.listed] {
            map.insert(found.key.to_owned(), found.etag.to_owned());
        }
    }

    /// The listing is over: what it did not show is forgotten.
    pub(super) fn end(&mut self) {
        self.known = std::mem::take(&mut self.listed);
    }
}

#[cfg(test)]
mod tests {
    use super::{super::super::format::Format, *};

    fn object<'object>(key: &'object str, etag: &'object str) -> Found<'object> {
        Found {
            key,
            etag,
            bytes: 1,
            format: Format::of("findings.json").unwrap(),
        }
    }

    #[test]
    fn what_is_not_listed_any_more_does_not_fill_the_memory() {
        let mut seen = Seen::default();
        for day in 0..100 {
            let key = format!("{day}.jsonl");
            seen.begin();
            seen.note(&object(&key, "1"));
            seen.end();
        }
        assert_eq!((seen.known.len(), seen.listed.len()), (1, 0));
    }

    #[test]
    fn a_listing_that_breaks_off_forgets_nothing() {
        let mut seen = Seen::default();
        seen.begin();
        seen.note(&object("a", "1"));
        seen.note(&object("b", "1"));
        seen.end();
        seen.begin();
        seen.note(&object("a", "2"));
        // It broke off, and the next shows only one of the two.
        seen.begin();
        assert!(seen.had_its_turn(&object("a", "2")) && seen.had_its_turn(&object("b", "1")));
        assert!(!seen.had_its_turn(&object("a", "1")));
        seen.note(&object("b", "1"));
        seen.end();
        assert!(!seen.had_its_turn(&object("a", "2")) && seen.had_its_turn(&object("b", "1")));
    }
}
