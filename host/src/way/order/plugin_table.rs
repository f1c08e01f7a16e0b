//! How the plugins stand, as a table.

use std::fmt::{self, Formatter};

use comfy_table::{Table, presets};

use super::{PluginStanding, PluginState};
use crate::{
    report::style::{BAD, NOTE, paint},
    roster::{Answers, OnFailure, Refused},
};

pub(super) fn write(
    out: &mut Formatter<'_>,
    plugins: &[PluginStanding],
    answers: Answers,
    refused: Option<&Refused>,
) -> fmt::Result {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header([
        "PLUGIN",
        "VERSION",
        "STATE",
        "MODE",
        "MAY",
        "DECIDES ON",
        "IF IT FAILS",
        "SHA256",
    ]);
    for plugin in plugins {
        table.add_row(row(plugin));
    }
    writeln!(out, "{}", table.trim_fmt())?;
    for plugin in plugins {
        match &plugin.state {
            PluginState::Loaded => {}
            PluginState::NotLoaded { why } => {
                writeln!(out, "{} {why}", paint(BAD, format!("{} is not loaded:", plugin.name)))?;
            }
            PluginState::Aside { until } => {
                let told = format!("{} kept failing and is aside until {until:.0}", plugin.name);
                writeln!(out, "{}; then one alert tries it", paint(BAD, told))?;
            }
        }
    }
    if answers == Answers::First && plugins.len() > 1 {
        writeln!(
            out,
            "of several that an alert goes to, the first that remediates counts"
        )?;
    }
    match refused {
        Some(Refused { at, why }) => {
            let told = format!("the change of {at:.0} is not taken over:");
            writeln!(out, "{} {why}", paint(NOTE, told))
        }
        None => Ok(()),
    }
}

fn row(plugin: &PluginStanding) -> [String; 8] {
    let may: Vec<_> = plugin.may.iter().map(ToString::to_string).collect();
    [
        plugin.name.clone(),
        plugin.version.clone().unwrap_or_default(),
        match plugin.state {
            PluginState::Loaded => "loaded",
            PluginState::NotLoaded { .. } => "NOT LOADED",
            PluginState::Aside { .. } => "ASIDE",
        }
        .to_owned(),
        if plugin.observes { "observe" } else { "enforce" }.to_owned(),
        may.join(", "),
        if plugin.routes.is_empty() {
            "only in place of others".to_owned()
        } else {
            plugin.routes.join("; ")
        },
        match &plugin.on_failure {
            OnFailure::Refuse => "refuse".to_owned(),
            OnFailure::FallBackTo(name) => format!("ask {name}"),
        },
        plugin
            .sha256
            .map(|digest| format!("{:.12}", digest.to_string()))
            .unwrap_or_default(),
    ]
}
