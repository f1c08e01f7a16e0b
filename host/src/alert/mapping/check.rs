//! What is wrong with a mapping although each of its values alone is fine.

use super::{
    Mapping,
    part::{AddressPart, FlagPart, TextPart},
    pointer::Pointer,
    short::Short,
};
use crate::alert::Place;

/// Something in a mapping that contradicts itself, or would let through what must not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// The keys that lead to it, from the mapping on.
    pub at: Vec<&'static str>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: &'static str,
}

impl Mapping {
    /// Everything that is wrong with it.
    pub fn contradictions(&self) -> Vec<Contradiction> {
        let mut found = Found::default();
        if self.list.as_ref().is_some_and(Pointer::is_many) {
            found.add(
                &["list"],
                "`list` has a step `*`, but leads to one list whose elements are alerts".to_owned(),
                "point to the list itself, without `*`",
            );
        }
        found.stays_the_same(&["id"], &self.id);
        found.is_always_there(&["id"], self.id.optional);
        found.is_always_there(&["kind"], self.kind.optional);
        let texts = [
            ("id", Some(&self.id)),
            ("kind", Some(&self.kind)),
            ("title", self.title.as_ref()),
            ("description", self.description.as_ref()),
            ("source", self.source.as_ref()),
            ("instance", self.instance.as_ref()),
            ("account", self.account.as_ref()),
            ("region", self.region.as_ref()),
            ("vpc", self.vpc.as_ref()),
        ];
        for (key, part) in texts.into_iter().filter_map(|(key, part)| Some((key, part?))) {
            found.text(&[key], part);
        }
        found.form(&["account"], self.account.as_ref(), Place::is_account, "12 digits");
        found.form(
            &["region"],
            self.region.as_ref(),
            Place::is_region,
            "such as `eu-west-1`",
        );
        if self.account.is_some() != self.region.is_some() {
            let (given, other) = if self.account.is_some() {
                ("account", "region")
            } else {
                ("region", "account")
            };
            found.add(
                &[given],
                format!("`{given}` is given and `{other}` is not: half a place could be the wrong one"),
                "give both, or neither: then alerts are for the place where Quell is at home",
            );
        }
        if let Some(part) = &self.severity {
            found.source(&["severity"], part.at.as_ref(), part.default.is_some(), part.optional);
            let is_scale = |[least, worst]: [f64; 2]| least.is_finite() && worst.is_finite() && least != worst;
            if !part.scale.is_none_or(is_scale) {
                found.add(
                    &["severity", "scale"],
                    "`scale` has no length".to_owned(),
                    "write the number of the least bad and that of the worst, such as `[0, 15]`",
                );
            }
            if part.words.values().chain(&part.default).any(|&severity| severity > 100) {
                found.add(
                    &["severity"],
                    "a severity is from 0 to 100".to_owned(),
                    "write 100 for the worst",
                );
            }
        }
        if let Some(part) = &self.time {
            found.one(&["time"], &part.at);
        }
        if let Some(part) = &self.addresses {
            found.addresses(&["addresses"], part, "the own addresses are", true);
        }
        for (key, part) in [("test", &self.test), ("resolved", &self.resolved)] {
            found.flag(&[key], part);
            found.fails_closed(&[key], part);
        }
        self.check_observations(&mut found);
        found.0
    }

    fn check_observations(&self, found: &mut Found) {
        const HERE: &str = "observations";
        let Some(seen) = &self.observations else { return };
        for (key, part) in [("attempts", &seen.attempts), ("port", &seen.port)] {
            if let Some(part) = part {
                found.source(&[HERE, key], part.at.as_ref(), part.default.is_some(), part.optional);
            }
        }
        // What `at` leads to may be an address itself.
        let in_alert = seen.at.as_ref().is_none_or(|at| at.steps().is_empty());
        found.addresses(&[HERE, "remote"], &seen.remote, "the remote address is", in_alert);
        if let Some(part) = &seen.own {
            found.addresses(&[HERE, "own"], part, "the own addresses are", in_alert);
        }
        if let Some(part) = &seen.established {
            found.flag(&[HERE, "established"], part);
        }
        if let Some(part) = &seen.kind {
            found.text(&[HERE, "kind"], part);
        }
        if let Some(part) = &seen.time {
            found.one(&[HERE, "time"], &part.at);
        }
    }
}

#[derive(Default)]
struct Found(Vec<Contradiction>);

impl Found {
    fn add(&mut self, at: &[&'static str], message: String, remedy: &'static str) {
        self.0.push(Contradiction {
            at: at.to_vec(),
            message,
            remedy,
        });
    }

    fn text(&mut self, at: &[&'static str], part: &TextPart) {
        self.source(at, part.at.as_ref(), part.default.is_some(), part.optional);
    }

    /// A part comes from somewhere, and there is one answer to what happens if it is missing.
    fn source(&mut self, at: &[&'static str], pointer: Option<&Pointer>, has_default: bool, optional: bool) {
        let key = at.last().copied().unwrap_or_default();
        match pointer {
            Some(pointer) => self.one(at, pointer),
            None if !has_default => self.add(
                at,
                format!("`{key}` says neither where it is (`at`) nor what it always is (`default`)"),
                "write its JSON Pointer, or take the key out",
            ),
            None => {}
        }
        if optional && has_default {
            self.add(
                at,
                format!("`{key}` has both `default` and `optional`"),
                "keep `default` to have a value for what is missing, or `optional` to do without",
            );
        }
    }

    fn one(&mut self, at: &[&'static str], pointer: &Pointer) {
        if pointer.is_many() {
            self.add(
                at,
                format!("`{pointer}` leads to several values, and this is one"),
                "point to one element, such as `/0` in place of `/*`",
            );
        }
    }

    /// Addresses are somewhere: from nowhere none would ever be read, and own ones could be blocked. `in_alert` says whether the pointers begin in the alert itself.
    fn addresses(&mut self, at: &[&'static str], part: &AddressPart, what: &str, in_alert: bool) {
        let key = at.last().copied().unwrap_or_default();
        if part.at.is_empty() {
            self.add(
                at,
                format!("`{key}` says not where {what}"),
                "write the JSON Pointer, or take the key out if no alert has it",
            );
        }
        if in_alert && part.at.iter().any(|pointer| pointer.steps().is_empty()) {
            self.add(
                at,
                format!("`{key}` points to the whole alert (`\"\"`), which is an object and no address"),
                "write the JSON Pointer to the address or to the list of them",
            );
        }
    }

    /// With one id for all alerts each would be a repeat of the first.
    fn stays_the_same(&mut self, at: &[&'static str], part: &Short<TextPart>) {
        if part.at.is_none() || part.default.is_some() {
            self.add(
                at,
                "`id` has a `default`, so different alerts would be taken for repeats of one".to_owned(),
                "point to what the detector itself tells its alerts apart by",
            );
        }
    }

    fn is_always_there(&mut self, at: &[&'static str], optional: bool) {
        if optional {
            let key = at.last().copied().unwrap_or_default();
            self.add(
                at,
                format!("`{key}` is optional, and no alert can do without it"),
                "take `optional` out",
            );
        }
    }

    fn form(
        &mut self,
        at: &[&'static str],
        part: Option<&Short<TextPart>>,
        fits: fn(&str) -> bool,
        form: &'static str,
    ) {
        let default = part.and_then(|part| part.default.as_ref());
        if let Some(default) = default.filter(|default| !fits(default)) {
            let key = at.last().copied().unwrap_or_default();
            self.add(
                at,
                format!("the `default` of `{key}` has not its form: `{default}`"),
                form,
            );
        }
    }

    fn flag(&mut self, at: &[&'static str], part: &FlagPart) {
        self.source(at, part.at.as_ref(), part.default.is_some(), false);
        let key = at.last().copied().unwrap_or_default();
        if let Some(both) = part.true_if.iter().find(|word| part.false_if.contains(word)) {
            self.add(
                at,
                format!("`{both}` means both yes and no for `{key}`"),
                "take it out of `true-if` or of `false-if`",
            );
        }
        if part.at.is_none() && !(part.true_if.is_empty() && part.false_if.is_empty()) {
            self.add(
                at,
                format!("`{key}` has values that mean yes or no, but says not where they are (`at`)"),
                "write the JSON Pointer as `at`",
            );
        }
    }

    /// What a detector can say must be said: an alert of which it is not known whether it is open must not cause a write.
    fn fails_closed(&mut self, at: &[&'static str], part: &FlagPart) {
        if part.at.is_some() && part.default == Some(false) {
            let key = at.last().copied().unwrap_or_default();
            self.add(
                at,
                format!("an alert without its `{key}` would count as open: `default` is false"),
                "take `default` out, so that such an alert is kept as failed, or write `default = true`, so that nothing is done about it",
            );
        }
    }
}
