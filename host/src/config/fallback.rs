//! `on-failure = { fall-back-to = "…" }`: that the plugin which stands in is there, and that the way ends.

use super::{Mode, checks::Checks, path::Path, plugin::PluginTable, suggestion};
use crate::roster::OnFailure;

/// Checks the fallbacks of all plugins against one another.
pub(super) fn check(plugins: &[PluginTable], here: &Path, checks: &mut Checks<'_>) {
    for (index, plugin) in plugins.iter().enumerate() {
        let place = here.element(index).join("on-failure");
        let OnFailure::FallBackTo(to) = &plugin.on_failure else {
            continue;
        };
        match plugins.iter().find(|other| other.name == *to) {
            None => checks.fail(
                &place,
                format!("plugin `{}` falls back to `{to}`, which is no plugin of this file", plugin.name),
                remedy(to, plugins),
            ),
            Some(other) if plugin.mode == Mode::Enforce && other.mode == Mode::Observe => checks.fail(
                &place,
                format!(
                    "plugin `{}` falls back to `{to}`, which only observes: nothing would be done, and no alert would be kept for it",
                    plugin.name
                ),
                "let the plugin that stands in enforce, or write `on-failure = \"refuse\"`",
            ),
            Some(_) => {}
        }
        if let Some(circle) = circle_from(index, plugins) {
            checks.fail(
                &place,
                format!("plugins fall back in a circle: {}", circle.join(" → ")),
                "let one of them have `on-failure = \"refuse\"`",
            );
        }
    }
    for (index, plugin) in plugins.iter().enumerate() {
        let is_meant = |other: &PluginTable| other.on_failure == OnFailure::FallBackTo(plugin.name.clone());
        if plugin.route.as_ref().is_some_and(Vec::is_empty) && !plugins.iter().any(is_meant) {
            checks.fail(
                &here.element(index).join("route"),
                format!(
                    "`route` is empty and no plugin falls back to `{}`, so it would never be asked",
                    plugin.name
                ),
                "take `route` out for all alerts, or take out the plugin",
            );
        }
    }
}

fn remedy(to: &str, plugins: &[PluginTable]) -> String {
    let names = || plugins.iter().map(|plugin| plugin.name.as_str());
    match suggestion::nearest(to, names()) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("there are: {}", names().collect::<Vec<_>>().join(", ")),
    }
}

/// The names on the way from a plugin back to itself, if its fallbacks lead there. A circle is told once, by its first plugin in the file.
fn circle_from(start: usize, plugins: &[PluginTable]) -> Option<Vec<&str>> {
    let mut names = Vec::new();
    let mut at = start;
    // A way that does not end after so many steps leads in a circle elsewhere.
    for _ in plugins {
        let plugin = plugins.get(at)?;
        names.push(plugin.name.as_str());
        let OnFailure::FallBackTo(to) = &plugin.on_failure else {
            return None;
        };
        at = plugins.iter().position(|other| other.name == *to)?;
        if at == start {
            names.push(plugins.get(start)?.name.as_str());
            return Some(names);
        }
        if at < start {
            return None;
        }
    }
    None
}
