//! The summary: what came of an alert, in one sentence.

use super::{Answer, ExaminedRemediation, Failure, HeldBack, Mode, PluginReport, TargetReport};
use crate::{
    alert::Alert,
    decision::Decision,
    hold::{Coverage, Effect, ToldChange},
};

/// What came, what was decided, what was done and why.
pub fn summary(
    mode: Mode,
    alert: &Alert,
    plugins: &[PluginReport],
    targets: &[TargetReport],
    held_back: &HeldBack,
) -> String {
    let mut parts = vec![format!("{} on {}", alert.kind, alert.source.name)];
    if plugins.is_empty() {
        parts.push(format!("no plugin has a route for this alert of {}", alert.detector));
    }
    parts.extend(plugins.iter().map(decided));
    parts.extend(targets.iter().map(|target| done(mode, target)));
    parts.extend(held_back.summary());
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
            let mut words = vec![asked];
            if let Some(first) = refused.first() {
                words.push(format!("{} refused ({}: {})", refused.len(), first.guard, first.reason));
            }
            words.extend(plugin.examined.iter().filter_map(ExaminedRemediation::left_out));
            words.join(", ")
        }
    }
}

fn done(mode: Mode, target: &TargetReport) -> String {
    let at = &target.target.resource;
    if let Some(failure) = &target.failure {
        return format!("at {at} failed: {}", failure.message);
    }
    let made = |effect| {
        let changes = target.changes.iter().map(|told| &told.change);
        let entries = changes.filter(|change| change.entry().is_some());
        entries.filter(|change| change.effect() == effect).count()
    };
    let [written, replaced, removed] = [Effect::Adds, Effect::Alters, Effect::Removes].map(made);
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
    let is_other = |told: &&ToldChange| told.change.entry().is_none();
    let others = target.changes.iter().filter(is_other).count();
    if others > 0 {
        words.push(format!("{} made", count(others, "change")));
    }
    if target.holds.iter().any(|held| held.coverage == Coverage::Pending) {
        words.push(format!("the {} follows with other alerts'", at.kind()));
    } else if words.is_empty() {
        words.push("nothing to change".to_owned());
    }
    let uncovered: Vec<_> = target
        .holds
        .iter()
        .filter_map(|held| match &held.coverage {
            Coverage::NotCovered { why } => Some((&held.hold.remedy, why)),
            _ => None,
        })
        .collect();
    if let Some((remedy, why)) = uncovered.first() {
        words.push(format!(
            "{} NOT COVERED ({remedy}: {why})",
            count(uncovered.len(), "hold")
        ));
    }
    let would = if mode.writes() { "" } else { "would have " };
    format!("at {at} {would}{}", words.join(", "))
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
