//! The agreement: several asked for the same hold, and the stricter wins.
//!
//! Two intents are for the same hold if they have the same remedy on the same target: deny the same prefix in the same direction at the same network ACL, isolate the same instance. They can disagree on how long, and on how sure
//! their plugin is. The one that ends later is the stricter; until released is the latest end of all. Other differences are no disagreement: a block in both directions is two
//! intents, and a wider prefix is another hold, so that what any of them denies stays denied. The journal keeps to the same order when an alert asks again for what is in force.

use std::{cmp::Ordering, collections::BTreeMap};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Intent, Remedy, Target};

/// The later of two ends. None, which is until released, is the latest.
pub fn later(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.max(other)),
        _ => None,
    }
}

/// A hold that was asked for more than once, with different ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Disagreement {
    /// What it bears on.
    pub target: Target,
    /// What was asked for.
    #[serde(flatten)]
    pub remedy: Remedy,
    /// Who asked for what, the strictest first: that is what is done.
    pub asked: Vec<Asked>,
}

/// What one plugin asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Asked {
    /// The plugin.
    pub plugin: String,
    /// Until when. None: until released.
    pub until: Option<Timestamp>,
    /// Why, in its words.
    pub reason: String,
}

/// Makes one intent of all that are for the same hold: the strictest, as sure as the surest, with everybody's reason, sparing what any of them spares. Also says where they
/// disagreed on the end. The order in which they come makes no difference, but to the order of the holds.
pub fn agree(intents: Vec<Intent>) -> (Vec<Intent>, Vec<Disagreement>) {
    let mut groups: Vec<Vec<Intent>> = Vec::new();
    let mut places = BTreeMap::new();
    for intent in intents {
        let key = (intent.target.clone(), intent.remedy.clone());
        let place = *places.entry(key).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        if let Some(group) = groups.get_mut(place) {
            group.push(intent);
        }
    }
    let mut disagreements = Vec::new();
    let mut agreed = Vec::new();
    for mut group in groups {
        group.sort_by(strictest_first);
        disagreements.extend(disagreement(&group));
        agreed.extend(merged(group));
    }
    (agreed, disagreements)
}

/// Of two that are as strict as one another the surer is first, then the name decides, so that the same intents always make the same hold.
fn strictest_first(one: &Intent, other: &Intent) -> Ordering {
    let end = |intent: &Intent| intent.until.unwrap_or(Timestamp::MAX);
    let is_endless = |intent: &Intent| intent.until.is_none();
    (is_endless(other), end(other), other.confidence)
        .cmp(&(is_endless(one), end(one), one.confidence))
        .then_with(|| (&one.plugin, &one.reason).cmp(&(&other.plugin, &other.reason)))
}

fn disagreement(group: &[Intent]) -> Option<Disagreement> {
    let first = group.first()?;
    let differ = group.iter().any(|intent| intent.until != first.until);
    differ.then(|| Disagreement {
        target: first.target.clone(),
        remedy: first.remedy.clone(),
        asked: group
            .iter()
            .map(|intent| Asked {
                plugin: intent.plugin.clone(),
                until: intent.until,
                reason: intent.reason.clone(),
            })
            .collect(),
    })
}

/// One intent of a group, whose strictest is first.
fn merged(group: Vec<Intent>) -> Option<Intent> {
    let reason = reasons(&group);
    group
        .into_iter()
        .reduce(|mut strictest, other| {
            strictest.confidence = strictest.confidence.max(other.confidence);
            strictest.severity = strictest.severity.max(other.severity);
            let more: Vec<_> = other
                .spare
                .into_iter()
                .filter(|prefix| !strictest.spare.contains(prefix))
                .collect();
            strictest.spare.extend(more);
            strictest.spare.sort();
            strictest
        })
        .map(|strictest| Intent { reason, ..strictest })
}

/// The reason of each, once, with the plugin's name if there are several.
fn reasons(group: &[Intent]) -> String {
    let mut all: Vec<(&str, &str)> = Vec::new();
    for intent in group {
        let reason = (intent.reason.as_str(), intent.plugin.as_str());
        if !all.contains(&reason) {
            all.push(reason);
        }
    }
    match all.as_slice() {
        [(reason, _)] => (*reason).to_owned(),
        several => {
            let named: Vec<_> = several
                .iter()
                .map(|(reason, plugin)| format!("{reason} ({plugin})"))
                .collect();
            named.join("; ")
        }
    }
}

#[cfg(test)]
mod tests;
