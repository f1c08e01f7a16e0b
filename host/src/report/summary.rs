//! The summary: what came of an alert, in one sentence.

use super::{Answer, Failure, Mode, PluginReport, TargetReport};
use crate::{
    alert::Alert,
    decision::Decision,
    hold::{Change, Coverage},
};

/// What came, what was decided, what was done and why.
pub fn summary(mode: Mode, alert: &Alert, plugins: &[PluginReport], targets: &[TargetReport]) -> String {
    let mut parts = vec![format!("{} on {}", alert.kind, alert.source.name)];
    if plugins.is_empty() {
        parts.push(format!("no plugin has a route for this alert of {}", alert.detector));
    }
    parts.extend(plugins.iter().map(decided));
    parts.extend(targets.iter().map(|target| done(mode, target)));
    parts.join("; ")
}

fn decided(plugin: &PluginReport) -> String {
    let name = &plugin.plugin;
    match &plugin.answer {
        Answer::Failed(Failure { message, .. }) => match &plugin.fell_back_to {
            Some(other) => format!("{name} failed: {message}; {other} is asked instead"),
            None => format!("{name} failed: {message}"),
        },
        Answer::Decided(Decision::Nothing(abstention)) => format!("{name} does nothing: {}", abstention.reason),
        Answer::Decided(Decision::Remediate(proposal)) => {
            let refused: Vec<_> = plugin
                .examined
                .iter()
                .filter_map(|examined| examined.refusal())
                .collect();
            let remediations = count(proposal.remediations.len(), "remediation");
            let asked = if plugin.observes {
                format!("{name}, which only observes, would ask for {remediations}")
            } else {
                format!("{name} asks for {remediations}")
            };
            match refused.first() {
                None => asked,
                Some(first) => format!("{asked}, {} refused ({}: {})", refused.len(), first.guard, first.reason),
            }
        }
    }
}

fn done(mode: Mode, target: &TargetReport) -> String {
    let acl = &target.target.acl;
    if let Some(failure) = &target.failure {
        return format!("at {acl} failed: {}", failure.message);
    }
    let made = |kind: fn(&Change) -> bool| target.changes.iter().filter(|change| kind(change)).count();
    let written = made(|change| matches!(change, Change::Create(_)));
    let replaced = made(|change| matches!(change, Change::Replace { .. }));
    let removed = made(|change| matches!(change, Change::Delete(_)));
    let mut words = Vec::new();
    if written > 0 {
        words.push(format!("{} written", count(written, "deny entry")));
    }
    if replaced > 0 {
        words.push(format!("{} replaced", count(replaced, "entry")));
    }
    if removed > 0 {
        words.push(format!("{} removed", count(removed, "entry")));
    }
    if target.holds.iter().any(|held| held.coverage == Coverage::Pending) {
        words.push("the network ACL follows with other alerts'".to_owned());
    } else if words.is_empty() {
        words.push("nothing to change".to_owned());
    }
    let uncovered: Vec<_> = target
        .holds
        .iter()
        .filter_map(|held| match &held.coverage {
            Coverage::NotCovered { why } => Some((held.hold.prefix, why)),
            _ => None,
        })
        .collect();
    if let Some((prefix, why)) = uncovered.first() {
        words.push(format!(
            "{} NOT COVERED ({prefix}: {why})",
            count(uncovered.len(), "hold")
        ));
    }
    let would = if mode.writes() { "" } else { "would have " };
    format!("at {acl} {would}{}", words.join(", "))
}

/// `1 entry`, `2 entries`.
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 {
        return format!("{number} {noun}");
    }
    match noun.strip_suffix('y') {
        Some(stem) => format!("{number} {stem}ies"),
        None => format!("{number} {noun}s"),
    }
}
