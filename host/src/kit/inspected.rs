//! What there is to know of a plugin before it decides on anything.

use std::fmt::{self, Display, Formatter};

use serde::Serialize;

use crate::{
    alert::printable::printable,
    decision::ActionKind,
    digest::Digest,
    report::style::{HEADING, QUIET, paint},
    sandbox::{Inspection, Limits, Plugin},
    text::{bytes, grouped},
    trust::Signature,
};

/// What is known of a component's signature.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signed {
    /// It is good.
    Good(Signature),
    /// It names this key. Nobody said which keys to check it with.
    NotChecked {
        /// The key's id.
        key: String,
    },
}

impl Display for Signed {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Good(signature) => write!(out, "good, by {}: {}", signature.key, printable(&signature.comment)),
            Self::NotChecked { key } => write!(out, "not checked: it names {key}, and `--key` says whom to believe"),
        }
    }
}

/// A plugin, inspected.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Inspected {
    /// Its own name.
    pub name: String,
    /// Its own version.
    pub version: String,
    /// What it does, in its own words.
    pub summary: String,
    /// The SHA-256 digest of its component.
    pub sha256: Digest,
    /// Its signature, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signed>,
    /// What its component is.
    #[serde(flatten)]
    pub component: Inspection,
    /// The kinds of action that it may ask for.
    pub actions: Vec<ActionKind>,
    /// The facts that it may ask for.
    pub facts: Vec<String>,
    /// The JSON Schema of its settings.
    pub settings_schema: serde_json::Value,
    /// What it may use up.
    pub limits: Limits,
}

impl Inspected {
    /// All that a loaded plugin and its signature tell.
    pub fn of(plugin: &Plugin, signature: Option<Signed>) -> Self {
        let description = plugin.description().clone();
        Self {
            name: description.name,
            version: description.version,
            summary: description.summary,
            sha256: plugin.digest(),
            signature,
            component: plugin.inspection().clone(),
            actions: description.actions,
            facts: description.facts,
            // Loading has checked that it is JSON.
            settings_schema: serde_json::from_str(&description.settings_schema).unwrap_or_default(),
            limits: plugin.limits().clone(),
        }
    }
}

impl Display for Inspected {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        writeln!(out, "{} {}", paint(HEADING, &self.name), self.version)?;
        writeln!(out, "  {}", self.summary)?;
        writeln!(out, "{}", paint(HEADING, "component"))?;
        writeln!(out, "  sha256    {}", self.sha256)?;
        if let Some(signature) = &self.signature {
            writeln!(out, "  signature {signature}")?;
        }
        writeln!(out, "  size      {}", bytes(self.component.size_bytes))?;
        writeln!(out, "  contract  {}", self.component.contract)?;
        writeln!(out, "  imports   {}", listed(&self.component.imports))?;
        writeln!(out, "  exports   {}", listed(&self.component.exports))?;
        writeln!(
            out,
            "{} {}",
            paint(HEADING, "may"),
            paint(QUIET, "by its own word; the configuration decides")
        )?;
        let actions: Vec<_> = self.actions.iter().map(ToString::to_string).collect();
        writeln!(out, "  ask for   {}", listed(&actions))?;
        writeln!(out, "  ask about {}", listed(&self.facts))?;
        write_settings(out, &self.settings_schema)?;
        write_limits(out, &self.limits)
    }
}

fn listed(items: &[String]) -> String {
    if items.is_empty() {
        "nothing".to_owned()
    } else {
        items.join(", ")
    }
}

/// The settings that a schema has, one a line. A schema that is made otherwise is shown as it is.
fn write_settings(out: &mut Formatter<'_>, schema: &serde_json::Value) -> fmt::Result {
    writeln!(out, "{}", paint(HEADING, "settings"))?;
    let Some(properties) = schema.get("properties").and_then(|properties| properties.as_object()) else {
        let text = serde_json::to_string_pretty(schema).unwrap_or_default();
        return text.lines().try_for_each(|line| writeln!(out, "  {line}"));
    };
    if properties.is_empty() {
        writeln!(out, "  none")?;
    }
    for (name, property) in properties {
        let text = |key: &str| property.get(key).and_then(|value| value.as_str());
        let kind = match property.get("type") {
            Some(serde_json::Value::String(kind)) => kind.clone(),
            Some(other) => other.to_string(),
            None => "any".to_owned(),
        };
        let default = property.get("default").map(|default| format!(", {default} unless set"));
        writeln!(
            out,
            "  {name} {}",
            paint(QUIET, format!("{kind}{}", default.unwrap_or_default()))
        )?;
        if let Some(description) = text("description") {
            description.lines().try_for_each(|line| writeln!(out, "    {line}"))?;
        }
    }
    Ok(())
}

/// The limits that an author meets. All of them are in the JSON form.
fn write_limits(out: &mut Formatter<'_>, limits: &Limits) -> fmt::Result {
    writeln!(out, "{}", paint(HEADING, "limits"))?;
    let mut line = |name: &str, value: String| writeln!(out, "  {name:<12}  {value}");
    line("guest-time", limits.guest_time.to_string())?;
    line("fuel", grouped(limits.fuel))?;
    line("wall-clock", limits.wall_clock.to_string())?;
    line("memory-bytes", bytes(limits.memory_bytes))?;
    line("stack-bytes", bytes(limits.stack_bytes))?;
    line("passed-bytes", bytes(limits.passed_bytes))?;
    line("host-calls", limits.host_calls.to_string())?;
    line("remediations", limits.remediations.to_string())
}
