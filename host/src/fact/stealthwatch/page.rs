//! Pages of observations, and how they become one list. Pure: bytes in, observations out.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};

use super::error::Fault;
use crate::{
    alert::{printable::printable, time},
    fact::Observation,
};

/// How many observations are asked for at a time: the most that the API gives.
pub(super) const PAGE_LIMIT: u64 = 1000;

/// One answer of the API.
#[derive(Debug, Default)]
pub(super) struct Page {
    observations: Vec<Observation>,
    next: Option<String>,
    total: Option<u64>,
}

#[derive(Deserialize)]
struct Envelope<'body> {
    meta: Meta,
    #[serde(borrow)]
    objects: Vec<&'body RawValue>,
}

#[derive(Deserialize)]
struct Meta {
    next: Option<String>,
    total_count: Option<u64>,
}

impl Page {
    /// Reads an answer's body. serde_json's own messages are not passed on: they may quote the answer.
    pub(super) fn read(body: &[u8]) -> Result<Self, Fault> {
        let envelope: Envelope<'_> = serde_json::from_slice(body).map_err(|error| {
            if !error.is_data() {
                return Fault::NotJson {
                    found: if body.trim_ascii_start().starts_with(b"<") {
                        "a web page"
                    } else if body.trim_ascii().is_empty() {
                        "empty"
                    } else {
                        "cut off or broken"
                    },
                };
            }
            Fault::Unreadable {
                what: format!(
                    "it is not an object with `meta` (`next`, `total_count`) and a list `objects` (line {} column {})",
                    error.line(),
                    error.column()
                ),
            }
        })?;
        let observations = envelope
            .objects
            .iter()
            .enumerate()
            .map(|(index, raw)| observation(index, raw.get()));
        Ok(Self {
            observations: observations.collect::<Result<_, _>>()?,
            next: envelope.meta.next.filter(|next| !next.is_empty()),
            total: envelope.meta.total_count,
        })
    }
}

fn observation(index: usize, raw: &str) -> Result<Observation, Fault> {
    let fields: Map<String, Value> = serde_json::from_str(raw).map_err(|_| Fault::Unreadable {
        what: format!("element {index} of `objects` is not an object, or nested too deep"),
    })?;
    let text = |key: &str| match fields.get(key) {
        Some(Value::String(text)) => printable(text),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let first_of = |keys: [&str; 2]| {
        keys.map(text)
            .into_iter()
            .find(|text| !text.is_empty())
            .unwrap_or_default()
    };
    Ok(Observation {
        id: text("id"),
        kind: first_of(["observation_name", "resource_name"]),
        time: time::read(&first_of(["time", "creation_time"])),
        raw: raw.to_owned(),
    })
}

/// What to ask for after a page.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// The address that the API gives, relative or absolute. Not checked.
    Address(String),
    /// The same list from this offset on.
    Offset(u64),
}

/// The pages read so far.
#[derive(Debug, Default)]
pub(super) struct Listing {
    observations: Vec<Observation>,
    seen: BTreeSet<String>,
    /// How many came, repeated ones included: an offset counts them.
    gave: u64,
}

impl Listing {
    /// Takes a page and says where the next one is; None after the last. The list may change while it is read, so that an observation at
    /// the edge of two pages may come twice: it is kept once. A page without anything new is a loop.
    pub(super) fn add(&mut self, page: Page) -> Result<Option<Next>, Fault> {
        let came = page.observations.len() as u64;
        let known = self.observations.len();
        self.gave += came;
        for observation in page.observations {
            let identity = if observation.id.is_empty() {
                &observation.raw
            } else {
                &observation.id
            };
            if self.seen.insert(identity.clone()) {
                self.observations.push(observation);
            }
        }
        let has_new = self.observations.len() > known;
        if came > 0 && !has_new {
            return Err(Fault::RepeatedPage);
        }
        match (page.next, page.total) {
            // Were an empty page followed by another, a server could send us round for ever.
            (Some(_), _) if came == 0 => Err(Fault::RepeatedPage),
            (Some(next), _) => Ok(Some(Next::Address(next))),
            (None, Some(said)) if self.gave == said => Ok(None),
            (None, Some(said)) if self.gave > said || came == 0 => Err(Fault::WrongTotal { said, gave: self.gave }),
            (None, None) if came < PAGE_LIMIT => Ok(None),
            (None, _) => Ok(Some(Next::Offset(self.gave))),
        }
    }

    /// All observations, by id: numbers by their size and before other texts. The API promises no order.
    pub(super) fn finish(mut self) -> Vec<Observation> {
        self.observations.sort_by(|left, right| order(left).cmp(&order(right)));
        self.observations
    }
}

/// By what observations are ordered.
fn order(observation: &Observation) -> (bool, Option<u64>, &str, &str) {
    let number = observation.id.parse().ok();
    (number.is_none(), number, &observation.id, &observation.raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str) -> Page {
        Page::read(text.as_bytes()).unwrap()
    }

    #[test]
    fn an_observation_keeps_its_text_to_the_byte() {
        let raw = r#"{"id" : 12, "connected_ip": "203.0.113.7",  "time": "2030-01-05T07:40:00Z", "observation_name": "Port\u001bScanner"}"#;
        let mut listing = Listing::default();
        let next = listing.add(page(&format!(
            r#"{{"meta": {{"next": null, "total_count": 1}}, "objects": [{raw}]}}"#
        )));
        assert_eq!(next.unwrap(), None);
        let observations = listing.finish();
        assert_eq!(observations[0].raw, raw);
        assert_eq!(observations[0].id, "12");
        assert_eq!(observations[0].kind, r"Port\u{1b}Scanner");
        assert!(observations[0].time.is_some());
    }

    /// Real observations are not part of the project; where one lies beside it, it is read.
    #[test]
    fn a_real_observation_is_read() {
        let samples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/samples/swc");
        let Ok(raw) = std::fs::read_to_string(samples.join("api_observation_port_scanner_v1.json")) else {
            eprintln!("skipped: there is no observation in {}", samples.display());
            return;
        };
        let mut listing = Listing::default();
        let next = listing.add(page(&format!(
            r#"{{"meta": {{"next": null, "total_count": 1}}, "objects": [{raw}]}}"#
        )));
        assert_eq!(next.unwrap(), None);
        let observations = listing.finish();
        let [one] = observations.as_slice() else {
            panic!("it is one: {observations:?}")
        };
        assert_eq!((one.id.as_str(), one.kind.as_str()), ("12345", "Port Scanner"));
        assert_eq!(one.time, Some("2018-07-23T15:30:00Z".parse().unwrap()));
        assert_eq!(one.raw, raw.trim());
    }

    #[test]
    fn the_order_does_not_depend_on_the_order_of_the_answer() {
        let mut listing = Listing::default();
        let objects = r#"[{"id": 10}, {"id": "b"}, {"id": 9}, {"id": "a"}, {"id": 9}]"#;
        listing
            .add(page(&format!(
                r#"{{"meta": {{"total_count": 5}}, "objects": {objects}}}"#
            )))
            .unwrap();
        let ids: Vec<_> = listing.finish().into_iter().map(|observation| observation.id).collect();
        assert_eq!(ids, ["9", "10", "a", "b"]);
    }

    #[test]
    fn without_a_total_a_short_page_is_the_last() {
        let mut listing = Listing::default();
        assert_eq!(
            listing.add(page(r#"{"meta": {}, "objects": [{"id": 1}]}"#)).unwrap(),
            None
        );
    }

    #[test]
    fn empty_pages_that_always_name_a_next_one_are_a_loop() {
        let mut listing = Listing::default();
        let fault = listing
            .add(page(r#"{"meta": {"next": "?offset=0"}, "objects": []}"#))
            .unwrap_err();
        assert!(matches!(fault, Fault::RepeatedPage), "{fault}");
    }

    #[test]
    fn an_answer_of_another_shape_says_what_is_missing_and_quotes_nothing() {
        let unreadable = |text: &str| Page::read(text.as_bytes()).unwrap_err().to_string();
        insta::assert_snapshot!(unreadable(r#"{"meta": "secret", "objects": []}"#), @"the answer can't be used: it is not an object with `meta` (`next`, `total_count`) and a list `objects` (line 1 column 17); check that the base URL is that of version 3 of the API");
        insta::assert_snapshot!(unreadable(r#"{"meta": {}, "objects": [{}, 5]}"#), @"the answer can't be used: element 1 of `objects` is not an object, or nested too deep; check that the base URL is that of version 3 of the API");
        insta::assert_snapshot!(unreadable(r#"{"meta": {}, "obj"#), @"the answer is cut off or broken, not JSON; check that the base URL is the API's (it ends in `/api/v3/`), not the console's");
        insta::assert_snapshot!(unreadable(""), @"the answer is empty, not JSON; check that the base URL is the API's (it ends in `/api/v3/`), not the console's");
    }
}
