//! What the journal must have, by what its ledger tells.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use serde_json::Value;

use super::{
    super::{Delivery, Hold, Image, KeptImage, Target, archive::Record},
    Chain, Link, ToldHold,
    event::{digest_of, told_pardon, told_pause},
    link::written,
    verify::{Finding, Flaw},
};
use crate::digest::Digest;

/// What the journal must have. It hears the links of all chains, then is shown the journal's rows.
#[derive(Default)]
pub struct Standing {
    holds: BTreeMap<i64, ToldOfHold>,
    deliveries: HashMap<String, ToldOfDelivery>,
    changes: HashMap<i64, ToldOfChange>,
    /// Before-images, by chain and part.
    images: HashMap<(Chain, String), (u64, Digest)>,
    /// Pardons and the pause, as they are named in [`super::Event::ChainBegan`].
    orders: BTreeMap<String, (u64, Digest)>,
    /// When what is left of each chain begins.
    began: BTreeMap<Chain, String>,
    compared: u64,
    older: u64,
}

struct ToldOfHold {
    chain: Chain,
    number: u64,
    digest: Digest,
    /// In full, unless only its digest is known.
    value: Option<Value>,
    in_force: bool,
    was_seen: bool,
}

struct ToldOfDelivery {
    chain: Chain,
    was_seen: bool,
    number: u64,
    body: Option<String>,
    state: String,
    report: String,
}

#[derive(Default)]
struct ToldOfChange {
    chain: Option<Chain>,
    number: u64,
    begun: Option<Digest>,
    end: Option<(String, Option<String>, Option<String>)>,
}

impl Standing {
    /// Hears a link that is as it was written.
    pub fn hear(&mut self, link: &Link) {
        let Some(value) = link.value() else { return };
        if let Some(at) = text(&value, "at") {
            self.began.entry(link.chain.clone()).or_insert(at);
        }
        match value.get("event").and_then(Value::as_str).unwrap_or_default() {
            "chain-began" | "pruned" => self.stood(link, &value),
            "hold-began" | "hold-asked-again" | "hold-extended" | "hold-ended" => self.hold(link, &value),
            "delivery-admitted" | "delivery-settled" => self.delivery(link, &value),
            "change-begun" | "change-finished" => {
                self.change(link, &value);
                self.image(link, &value);
            }
            "image-forgotten" => {
                let part = text(&value, "part").unwrap_or_default();
                self.images.remove(&(link.chain.clone(), part));
            }
            "pardoned" | "paused" | "pardon-ended" | "resumed" => self.ordered(link, &value),
            // Of what a newer Quell tells only the chain is checked.
            _ => {}
        }
    }

    fn stood(&mut self, link: &Link, value: &Value) {
        let standing = value.get("standing").and_then(Value::as_object);
        for (name, digest) in standing.into_iter().flatten() {
            let digest = digest
                .as_str()
                .and_then(|digest| Digest::try_from(digest.to_owned()).ok());
            let Some(digest) = digest else { continue };
            match name.strip_prefix("hold ").and_then(|id| id.parse().ok()) {
                Some(id) => {
                    self.holds.entry(id).or_insert_with(|| ToldOfHold {
                        chain: link.chain.clone(),
                        number: link.number,
                        digest,
                        value: None,
                        in_force: true,
                        was_seen: false,
                    });
                }
                None => {
                    self.orders.entry(name.clone()).or_insert((link.number, digest));
                }
            }
        }
    }

    fn hold(&mut self, link: &Link, value: &Value) {
        let Some(hold) = value.get("hold") else { return };
        let Some(id) = hold.get("id").and_then(Value::as_i64) else {
            return;
        };
        let told = ToldOfHold {
            chain: link.chain.clone(),
            number: link.number,
            digest: digest_of(hold),
            value: Some(hold.clone()),
            in_force: hold.get("ended").is_none_or(Value::is_null),
            was_seen: false,
        };
        self.holds.insert(id, told);
    }

    fn delivery(&mut self, link: &Link, value: &Value) {
        let Some(id) = text(value, "delivery") else { return };
        let body = text(value, "body").or_else(|| self.deliveries.get(&id)?.body.clone());
        let told = ToldOfDelivery {
            chain: link.chain.clone(),
            was_seen: false,
            number: link.number,
            body,
            state: text(value, "state").unwrap_or_default(),
            report: text(value, "report").unwrap_or_default(),
        };
        self.deliveries.insert(id, told);
    }

    fn change(&mut self, link: &Link, value: &Value) {
        let Some(id) = value.get("change-id").and_then(Value::as_i64) else {
            return;
        };
        let told = self.changes.entry(id).or_default();
        (told.chain, told.number) = (Some(link.chain.clone()), link.number);
        if let Some(change) = value.get("change") {
            told.begun = Some(digest_of(change));
        }
        if let Some(end) = text(value, "end") {
            told.end = Some((end, text(value, "detail"), text(value, "request-id")));
        }
    }

    fn image(&mut self, link: &Link, value: &Value) {
        let Some(value) = value.get("image") else { return };
        if let Ok(image) = serde_json::from_value::<Image>(value.clone()) {
            let told = (link.number, digest_of(value));
            self.images.insert((link.chain.clone(), image.part()), told);
        }
    }

    fn ordered(&mut self, link: &Link, value: &Value) {
        if let Some(pause) = value.get("pause") {
            match text(value, "event").as_deref() {
                Some("paused") => self.orders.insert(PAUSE.to_owned(), (link.number, digest_of(pause))),
                _ => self.orders.remove(PAUSE),
            };
        } else if let Some(pardon) = value.get("pardon") {
            let prefix = text(pardon, "prefix").unwrap_or_default();
            self.orders.insert(pardon_of(prefix), (link.number, digest_of(pardon)));
        } else if let Some(prefix) = text(value, "prefix") {
            self.orders.remove(&pardon_of(prefix));
        }
    }

    /// The digests of what stands in a chain, such as `hold 17`: what the links tell after which these are removed.
    pub fn digests(&self) -> BTreeMap<String, Digest> {
        let holds = self.holds.iter().filter(|(_, told)| told.in_force);
        let holds = holds.map(|(id, told)| (hold_of(*id), told.digest));
        let orders = self.orders.iter().map(|(order, (_, digest))| (order.clone(), *digest));
        holds.chain(orders).collect()
    }

    /// How many rows were compared.
    pub fn compared(&self) -> u64 {
        self.compared
    }

    /// How many rows are older than the ledger.
    pub fn older(&self) -> u64 {
        self.older
    }

    /// What of a row of the journal does not follow from the ledger.
    pub fn compare(&mut self, record: &Record) -> Option<Finding> {
        match record {
            Record::Hold { hold, .. } => self.compare_hold(hold),
            Record::Delivery(delivery) => self.compare_delivery(delivery),
            Record::Change {
                id,
                target,
                change,
                begun,
                finished,
                request,
            } => {
                let row = format!("change {}", id.0);
                let chain = Chain::of_target(target);
                let Some(told) = self.changes.get(&id.0) else {
                    return self.not_told(chain, row, *begun);
                };
                let mut what = Vec::new();
                let change = serde_json::to_value(change).unwrap_or_default();
                if told.begun.is_some_and(|begun| begun != digest_of(&change)) {
                    what.push("what it does".to_owned());
                }
                let end = finished.as_ref().map(|(_, end)| {
                    let request = request.as_ref().map(ToString::to_string);
                    (end.word().to_owned(), end.detail().map(str::to_owned), request)
                });
                if told.end != end {
                    what.push("how it ended".to_owned());
                }
                let number = told.number;
                self.told(chain, number, row, what)
            }
            Record::Image(target, kept) => self.compare_image(target, kept),
            Record::Pardon(_) | Record::Pause(_) => {
                let (row, digest) = stands(record)?;
                self.compare_order(row, digest)
            }
            _ => None,
        }
    }

    fn compare_hold(&mut self, hold: &Hold) -> Option<Finding> {
        let row = format!("hold {}", hold.id);
        let chain = Chain::of_target(&hold.target);
        let Some(told) = self.holds.get_mut(&hold.id.0) else {
            let since = if hold.ended.is_none() {
                Timestamp::MAX
            } else {
                hold.since
            };
            return self.not_told(chain, row, since);
        };
        told.was_seen = true;
        let (number, told_digest, told_value, in_force) = (told.number, told.digest, told.value.clone(), told.in_force);
        let now = ToldHold::from(hold);
        let what = match told_value {
            _ if now.digest() == told_digest => Vec::new(),
            Some(_) if in_force != hold.ended.is_none() => vec![match in_force {
                true => "it is in force by the ledger".to_owned(),
                false => "it ended by the ledger".to_owned(),
            }],
            Some(told) => differences(&told, now.value()),
            None => vec!["something".to_owned()],
        };
        self.told(chain, number, row, what)
    }

    fn compare_delivery(&mut self, delivery: &Delivery) -> Option<Finding> {
        let row = format!("delivery {}", delivery.id);
        let chain = Chain::of_delivery(&delivery.id);
        let Some(told) = self.deliveries.get_mut(delivery.id.as_str()) else {
            return self.not_told(chain, row, delivery.received);
        };
        told.was_seen = true;
        let digest = |text: &str| Digest::of(text.as_bytes()).to_string();
        let mut what = Vec::new();
        if told.body.as_ref().is_some_and(|body| *body != digest(&delivery.body)) {
            what.push("what was sent".to_owned());
        }
        if told.state != delivery.state.name() {
            what.push(format!("{}, and {} by the ledger", delivery.state.name(), told.state));
        }
        if told.report != digest(&delivery.report) {
            what.push("its report".to_owned());
        }
        let number = told.number;
        self.told(chain, number, row, what)
    }

    /// One that the ledger knows and the journal has not is no finding: it was put back, or was old.
    fn compare_image(&mut self, target: &Target, kept: &KeptImage) -> Option<Finding> {
        let (chain, part) = (Chain::of_target(target), kept.image.part());
        let row = format!("the before-image of {part}");
        let Some((number, digest)) = self.images.get(&(chain.clone(), part)).copied() else {
            return self.not_told(chain, row, kept.written);
        };
        let now = serde_json::to_value(&kept.image).unwrap_or_default();
        let what = match digest == digest_of(&now) {
            true => Vec::new(),
            false => vec!["how it was".to_owned()],
        };
        self.told(chain, number, row, what)
    }

    fn compare_order(&mut self, row: String, now: Digest) -> Option<Finding> {
        let chain = Chain::orders();
        let Some((number, digest)) = self.orders.remove(&row) else {
            return self.not_told(chain, row, Timestamp::MAX);
        };
        let what = match digest == now {
            true => Vec::new(),
            false => vec!["its times or its reason".to_owned()],
        };
        self.told(chain, number, row, what)
    }

    fn told(&mut self, chain: Chain, number: u64, row: String, what: Vec<String>) -> Option<Finding> {
        self.compared += 1;
        (!what.is_empty()).then(|| Finding::new(&chain, Some(number), Flaw::Differs { row, what }))
    }

    /// A row of which the ledger says nothing: as it may, if the row is older than what is left of its chain.
    fn not_told(&mut self, chain: Chain, row: String, since: Timestamp) -> Option<Finding> {
        match self.began.get(&chain) {
            Some(began) if written(since) >= *began => Some(Finding::new(&chain, None, Flaw::Unknown { row })),
            _ => {
                self.older += 1;
                None
            }
        }
    }

    /// What must be in the journal, and was not shown.
    pub fn missing(&self) -> Vec<Finding> {
        let holds = self.holds.iter().filter(|(_, told)| told.in_force && !told.was_seen);
        let holds = holds.map(|(id, told)| {
            let row = format!("hold {id}, which is in force,");
            Finding::new(&told.chain, Some(told.number), Flaw::Gone { row })
        });
        let orders = self.orders.iter().map(|(order, (number, _))| {
            let row = order.clone();
            Finding::new(&Chain::orders(), Some(*number), Flaw::Gone { row })
        });
        // One that waits is never removed for its age.
        let deliveries = self
            .deliveries
            .iter()
            .filter(|(_, told)| told.state == "waiting" && !told.was_seen);
        let deliveries = deliveries.map(|(id, told)| {
            let row = format!("delivery {id}, which waits,");
            Finding::new(&told.chain, Some(told.number), Flaw::Gone { row })
        });
        holds.chain(orders).chain(deliveries).collect()
    }
}

/// The name of the pause among what stands.
pub(super) const PAUSE: &str = "pause";

pub(super) fn pardon_of(prefix: impl std::fmt::Display) -> String {
    format!("pardon {prefix}")
}

pub(super) fn hold_of(id: impl std::fmt::Display) -> String {
    format!("hold {id}")
}

/// What stands by a row of the journal, with its digest; None if nothing does that a chain's beginning tells of.
pub fn stands(record: &Record) -> Option<(String, Digest)> {
    let digest = |value: Result<Value, _>| value.map(|value| digest_of(&value)).ok();
    match record {
        Record::Hold { hold, .. } if hold.ended.is_none() => Some((hold_of(hold.id), ToldHold::from(&**hold).digest())),
        Record::Pardon(pardon) => {
            let value = digest(serde_json::to_value(told_pardon(pardon)))?;
            Some((pardon_of(pardon.prefix.trunc()), value))
        }
        Record::Pause(pause) => Some((PAUSE.to_owned(), digest(serde_json::to_value(told_pause(pause)))?)),
        _ => None,
    }
}

fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// The fields of two holds that differ, by their names.
fn differences(told: &Value, found: &Value) -> Vec<String> {
    let empty = serde_json::Map::new();
    let (told, found) = (told.as_object().unwrap_or(&empty), found.as_object().unwrap_or(&empty));
    let mut names: Vec<_> = told.keys().chain(found.keys()).collect();
    names.sort();
    names.dedup();
    let differ = names.into_iter().filter(|name| told.get(*name) != found.get(*name));
    differ.map(|name| format!("its {name}")).collect()
}
