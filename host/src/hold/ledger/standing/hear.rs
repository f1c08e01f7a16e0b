//! Hearing the links of the ledger, one after the other.

use serde_json::Value;

use super::{
    super::{super::Image, Link, told::digest_of},
    Standing,
    name::{PAUSE, pardon_of},
    told_of::{ToldOfDelivery, ToldOfHold},
};
use crate::digest::Digest;

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
        self.hear_left_out(link, value);
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
}

fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name).and_then(Value::as_str).map(str::to_owned)
}
