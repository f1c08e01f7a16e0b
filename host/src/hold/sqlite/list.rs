//! Listing holds by a filter: what a filter asks becomes conditions in SQL.

use rusqlite::{Connection, ToSql};

use super::{
    super::{Hold, HoldFilter},
    Failure, holds,
    row::{from_prefix, from_time, prefixes_around},
};
use crate::cloud::Family;

/// See [`super::super::Journal::holds`].
pub(super) fn list(sql: &Connection, filter: &HoldFilter) -> Result<Vec<Hold>, Failure> {
    let conditions = Conditions::of(filter);
    let parameters: Vec<_> = conditions
        .parameters
        .iter()
        .map(|(name, value)| (*name, &**value))
        .collect();
    let mut holds = holds::select(sql, &conditions.sql(), &*parameters)?;
    // What counts as covered is for the coverage to say.
    holds.retain(|hold| {
        filter
            .covered
            .is_none_or(|covered| hold.coverage.is_covered() == covered)
    });
    Ok(holds)
}

/// Conditions, all of which must be fulfilled, with their parameters by name.
#[derive(Default)]
struct Conditions {
    terms: Vec<&'static str>,
    parameters: Vec<(&'static str, Box<dyn ToSql>)>,
}

impl Conditions {
    fn of(filter: &HoldFilter) -> Self {
        let mut conditions = Self::default();
        if !filter.ended {
            conditions.terms.push("ended_at IS NULL");
        }
        if let Some(ids) = &filter.ids {
            let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
            conditions.add(
                "id IN (SELECT value FROM json_each(:ids))",
                ":ids",
                format!("[{}]", ids.join(",")),
            );
        }
        if let Some(target) = &filter.target {
            conditions.add("account = :target_account", ":target_account", target.account.clone());
            conditions.add("region = :target_region", ":target_region", target.region.clone());
            conditions.add(
                "resource = :target_resource",
                ":target_resource",
                target.resource.to_string(),
            );
        }
        if let Some(account) = &filter.account {
            conditions.add("account = :account", ":account", account.clone());
        }
        if let Some(region) = &filter.region {
            conditions.add("region = :region", ":region", region.clone());
        }
        if let Some(resource) = &filter.resource {
            conditions.add("resource = :resource", ":resource", resource.to_string());
        }
        if let Some(since) = filter.since {
            conditions.add("since >= :since", ":since", from_time(since));
        }
        if let Some(is_denial) = filter.is_denial {
            conditions.add("(remedy IS NULL) = :is_denial", ":is_denial", is_denial);
        }
        if let Some(plugin) = &filter.plugin {
            conditions.add("plugin = :plugin", ":plugin", plugin.clone());
        }
        if let Some(direction) = filter.direction {
            conditions.add("direction = :direction", ":direction", direction.name());
        }
        if let Some(prefix) = filter.overlaps {
            // Two prefixes overlap if one contains the other: the hold begins inside this one, or it is one of those around it.
            let (first, last) = from_prefix(prefix);
            conditions.add(
                "remedy IS NULL AND (instr(subject, ':') > 0) = :is_ipv6 AND (first BETWEEN :first AND :last
                  OR (first IN (SELECT unhex(value) FROM json_each(:around)) AND last >= :last))",
                ":first",
                first,
            );
            conditions
                .parameters
                .push((":is_ipv6", Box::new(Family::of(prefix) == Family::IPv6)));
            conditions.parameters.push((":last", Box::new(last)));
            conditions
                .parameters
                .push((":around", Box::new(prefixes_around(prefix))));
        }
        conditions
    }

    fn add(&mut self, term: &'static str, name: &'static str, value: impl ToSql + 'static) {
        self.terms.push(term);
        self.parameters.push((name, Box::new(value)));
    }

    fn sql(&self) -> String {
        let terms = if self.terms.is_empty() {
            "true".to_owned()
        } else {
            self.terms.join(" AND ")
        };
        format!("{terms} ORDER BY id")
    }
}
