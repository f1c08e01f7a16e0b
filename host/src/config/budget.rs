//! `[[budget]]`: how much may be begun within a minute and an hour.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::{checks::Checks, number::Bounded, path::Path};
use crate::{
    duration::HumanDuration,
    guard::SHARE,
    hold::budget::{Budget, ComesBack, Limits, Per},
};

/// How many budgets there may be: what is counted of each is written with the holds, in one transaction.
const MOST: usize = 8;

/// How much may be begun within a time. It is counted in the journal, over restarts and by all who share it. Once it is used up, new holds are reported and not put in force
/// until it comes back; what is in force stays, and is extended by who offends again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "Budget")]
pub(super) struct BudgetTable {
    /// Its name, unique in this file: letters, digits, `-` and `_`.
    pub(super) name: String,
    /// Whom it is for: `"overall"`, or each `"plugin"`, `"account"`, `"region"` or `"vpc"` apart.
    #[serde(default)]
    pub(super) per: Per,
    /// New holds within a minute. A block is one hold for each network ACL and direction.
    pub(super) holds_per_minute: Option<Bounded<u32, 1, 1_000_000>>,
    /// New holds within an hour.
    pub(super) holds_per_hour: Option<Bounded<u32, 1, 1_000_000>>,
    /// Addresses that new holds deny within an hour; of IPv6, networks of 64 bits.
    pub(super) addresses_per_hour: Option<Bounded<u64, 1, 1_000_000_000_000>>,
    /// Distinct instances that are isolated, stopped, started or rebooted within an hour.
    pub(super) instances_per_hour: Option<Bounded<u32, 1, 100_000>>,
    /// Calls that write to AWS for the sake of alerts, within an hour.
    pub(super) writes_per_hour: Option<Bounded<u32, 1, 1_000_000>>,
    /// How it comes back once it is used up: after a time such as `"15m"`, or `"by-hand"`, when `quell budgets reset` says so.
    #[serde(default)]
    pub(super) comes_back: ComesBackText,
}

/// `"by-hand"` or a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct ComesBackText(ComesBack);

impl Default for ComesBackText {
    fn default() -> Self {
        Self(ComesBack::After(HumanDuration::from_secs(60 * 60)))
    }
}

impl TryFrom<String> for ComesBackText {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text == "by-hand" {
            return Ok(Self(ComesBack::ByHand));
        }
        let time: HumanDuration = text
            .parse()
            .map_err(|error| format!("neither `by-hand` nor a time: {error}"))?;
        Ok(Self(ComesBack::After(time)))
    }
}

impl From<ComesBackText> for String {
    fn from(text: ComesBackText) -> Self {
        match text.0 {
            ComesBack::ByHand => "by-hand".to_owned(),
            ComesBack::After(time) => time.to_string(),
        }
    }
}

impl JsonSchema for ComesBackText {
    fn schema_name() -> Cow<'static, str> {
        "ComesBack".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A time after which it comes back, or `by-hand`.",
            "examples": ["15m", "1h", "by-hand"],
        })
    }
}

/// Checks all budgets.
pub(super) fn check(tables: Vec<BudgetTable>, here: &Path, checks: &mut Checks<'_>) -> Vec<Budget> {
    if tables.len() > MOST {
        checks.fail(
            here,
            format!("there are {} budgets, and no more than {MOST} may be", tables.len()),
            "one budget can limit several things at once",
        );
    }
    let mut names: Vec<String> = Vec::new();
    let checked = tables.into_iter().enumerate().map(|(index, table)| {
        let here = here.element(index);
        super::approval::check_name(&table.name, &names, "budget", &here.join("name"), checks);
        if table.name == SHARE {
            checks.fail(
                &here.join("name"),
                format!("`{SHARE}` is what the share of guard.{SHARE} is counted under"),
                "give the budget another name",
            );
        }
        names.push(table.name.clone());
        table.check(&here, checks)
    });
    checked.collect()
}

impl BudgetTable {
    fn check(self, here: &Path, checks: &mut Checks<'_>) -> Budget {
        let limits = Limits {
            holds_per_minute: self.holds_per_minute.map(Bounded::get),
            holds_per_hour: self.holds_per_hour.map(Bounded::get),
            addresses_per_hour: self.addresses_per_hour.map(Bounded::get),
            instances_per_hour: self.instances_per_hour.map(Bounded::get),
            writes_per_hour: self.writes_per_hour.map(Bounded::get),
        };
        if limits == Limits::default() {
            checks.fail(
                here,
                format!("budget `{}` limits nothing", self.name),
                "set one of holds-per-minute, holds-per-hour, addresses-per-hour, instances-per-hour and writes-per-hour",
            );
        }
        if let ComesBack::After(time) = self.comes_back.0
            && time.0.as_secs() == 0
        {
            checks.fail(
                &here.join("comes-back"),
                "a budget that comes back within a second is none",
                "give a time such as \"15m\", or \"by-hand\"",
            );
        }
        Budget {
            name: self.name,
            per: self.per,
            limits,
            comes_back: self.comes_back.0,
        }
    }
}
