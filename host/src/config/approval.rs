//! `[[approval]]`: what waits until people approve of it.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{checks::Checks, number::Bounded, path::Path};
use crate::{
    duration::HumanDuration,
    hold::approval::{ApprovalRule, HeldKind},
};

/// The longest time that a hold may wait for people, in seconds: a day.
const LONGEST: u64 = 24 * 60 * 60;

/// What waits until people approve of it, with `quell approve` or by a link. A hold that waits does nothing; if nobody approves in time it is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "Approval")]
pub(super) struct ApprovalTable {
    /// Its name, unique in this file: letters, digits, `-` and `_`.
    pub(super) name: String,
    /// What it is about: any of these kinds. Without any: all.
    #[serde(default)]
    pub(super) kinds: BTreeSet<HeldKind>,
    /// Only what changes an instance or a security group that has one of these tags: `KEY`, or `KEY=VALUE`. A block changes neither.
    #[serde(default)]
    pub(super) tags: Vec<String>,
    /// Only what a budget that is used up would keep back.
    #[serde(default)]
    pub(super) over_budget: bool,
    /// How many people must approve: one, or two of different names.
    #[serde(default = "one")]
    pub(super) people: Bounded<u8, 1, 2>,
    /// How long it waits for them: up to a day.
    #[serde(default = "half_an_hour")]
    pub(super) within: HumanDuration,
}

fn one() -> Bounded<u8, 1, 2> {
    Bounded::default_of(1)
}

fn half_an_hour() -> HumanDuration {
    HumanDuration::from_secs(30 * 60)
}

/// Checks all rules.
pub(super) fn check(tables: Vec<ApprovalTable>, here: &Path, checks: &mut Checks<'_>) -> Vec<ApprovalRule> {
    let mut names: Vec<String> = Vec::new();
    let checked = tables.into_iter().enumerate().map(|(index, table)| {
        let here = here.element(index);
        check_name(&table.name, &names, "approval", &here.join("name"), checks);
        names.push(table.name.clone());
        table.check(&here, checks)
    });
    checked.collect()
}

/// A name that people type, and that no other of its kind has.
pub(super) fn check_name(name: &str, others: &[String], what: &str, here: &Path, checks: &mut Checks<'_>) {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if name.is_empty() || name.len() > 64 || !name.bytes().all(is_word) {
        checks.fail(
            here,
            format!("`{name}` is no name of a {what}"),
            "use 1 to 64 letters, digits, `-` and `_`",
        );
    }
    if others.iter().any(|other| other == name) {
        checks.fail(
            here,
            format!("there is a {what} `{name}` already"),
            format!("give each {what} a name of its own"),
        );
    }
}

impl ApprovalTable {
    fn check(self, here: &Path, checks: &mut Checks<'_>) -> ApprovalRule {
        let seconds = self.within.0.as_secs();
        if !(60..=LONGEST).contains(&seconds) {
            checks.fail(
                &here.join("within"),
                format!("nobody can approve within {}", self.within),
                "give a time from \"1m\" to \"24h\"",
            );
        }
        if !self.tags.is_empty() && self.kinds.contains(&HeldKind::Block) {
            checks.fail(
                &here.join("tags"),
                format!(
                    "approval `{}` is about blocks with tags, and a block has none",
                    self.name
                ),
                "make a rule of its own for blocks, without `tags`",
            );
        }
        for (index, tag) in self.tags.iter().enumerate() {
            if tag.split('=').next().is_none_or(str::is_empty) {
                checks.fail(
                    &here.join("tags").element(index),
                    format!("`{tag}` names no tag"),
                    "write `KEY` or `KEY=VALUE`",
                );
            }
        }
        let tags = self.tags.iter().map(|tag| match tag.split_once('=') {
            Some((key, value)) => (key.to_owned(), Some(value.to_owned())),
            None => (tag.clone(), None),
        });
        ApprovalRule {
            tags: tags.collect(),
            name: self.name,
            kinds: self.kinds,
            over_budget: self.over_budget,
            people: self.people.get(),
            within: self.within,
        }
    }
}
