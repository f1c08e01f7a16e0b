//! What the journal must have, by what its ledger tells.

mod hear;
mod left_out;
mod name;
mod told_of;

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use serde_json::Value;

pub use self::name::stands;
pub(super) use self::name::{PAUSE, hold_of, pardon_of};
use self::{
    left_out::NotNamed,
    told_of::{ToldOfChange, ToldOfDelivery, ToldOfHold},
};
use super::{
    super::{Delivery, Hold, KeptImage, Target, archive::Record},
    Chain, ToldHold,
    link::written,
    told::digest_of,
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
    /// What chains left out of what stood.
    not_named: BTreeMap<Chain, NotNamed>,
    compared: u64,
    older: u64,
}

impl Standing {
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

    /// How many rows are older than the ledger, or were left out when it began.
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
            if hold.ended.is_some() {
                return self.not_told(chain, row, hold.since);
            }
            return match self.may_be_left_out(&chain, &row, ToldHold::from(hold).digest()) {
                true => None,
                false => self.not_told(chain, row, Timestamp::MAX),
            };
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
            return match self.may_be_left_out(&chain, &row, now) {
                true => None,
                false => self.not_told(chain, row, Timestamp::MAX),
            };
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
        holds
            .chain(orders)
            .chain(deliveries)
            .chain(self.not_left_out())
            .collect()
    }
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
