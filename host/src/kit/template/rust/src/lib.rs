//! Blocks whoever tried too often to access an instance.

use std::{collections::BTreeMap, net::IpAddr};

use quell_plugin::{
    Block, BlockPlace, Decision, Description, Direction, Facts, Failure, Observation, Plugin, Remediation, Request,
    SettingsProblem, address,
};
use serde::Deserialize;

#[cfg(test)]
mod tests;

/// What an operator may set in `quell.toml`. A name that is not known is told to the operator, with its place.
#[derive(Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Settings {
    attempts: u64,
    block_seconds: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            attempts: 10,
            block_seconds: 3600,
        }
    }
}

/// The plugin.
pub struct MyPlugin;

impl Plugin for MyPlugin {
    type Settings = Settings;

    fn describe() -> Description {
        Description::new(
            env!("CARGO_PKG_NAME"),
            env!("CARGO_PKG_VERSION"),
            "Blocks whoever tried too often to access an instance.",
        )
        .with_actions(["block"])
        .with_facts(["observations", "instance"])
        .with_settings_schema(include_str!("settings.schema.json"))
    }

    fn check(settings: &Settings) -> Vec<SettingsProblem> {
        let numbers = [("/attempts", settings.attempts), ("/block-seconds", settings.block_seconds)];
        let zeroes = numbers.into_iter().filter(|(_, number)| *number == 0);
        zeroes.map(|(path, _)| SettingsProblem::new(path, "is 0; must be at least 1")).collect()
    }

    fn decide(request: &Request, settings: &Settings, facts: &impl Facts) -> Result<Decision, Failure> {
        let alert = &request.alert;
        if alert.test || alert.resolved {
            return Ok(Decision::nothing(format!("alert {} is a test or resolved", alert.id)));
        }

        // A BTreeMap and not a HashMap: the same alert must give the same decision.
        let mut attempts: BTreeMap<IpAddr, u64> = BTreeMap::new();
        for (remote, more) in facts.observations()?.iter().filter_map(attempt) {
            let tried = attempts.entry(remote).or_default();
            *tried = tried.saturating_add(more);
        }
        let attackers: Vec<_> = attempts.iter().filter(|(_, tried)| **tried >= settings.attempts).collect();
        if attackers.is_empty() {
            let (number, least) = (attempts.len(), settings.attempts);
            return Ok(Decision::nothing(format!(
                "of {number} remote addresses of alert {} none tried {least} times",
                alert.id
            )));
        }

        // Not known, not permitted or not answered: then the decision fails, and the host keeps the alert.
        let instance = facts.instance(&alert.source.name)?;
        let blocks = attackers.into_iter().map(|(remote, tried)| {
            let block = Block::new(*remote, Direction::Ingress, BlockPlace::Instance(instance.id.clone()));
            let reason = format!("{remote} tried {tried} times to access {}: alert {}", instance.id, alert.id);
            Remediation::new(block, reason).for_seconds(settings.block_seconds)
        });
        Ok(Decision::remediate(blocks.collect()))
    }
}

quell_plugin::export!(MyPlugin);

/// Who tried, and how often, if the observation tells of attempts.
fn attempt(observation: &Observation) -> Option<(IpAddr, u64)> {
    let fields = observation.fields();
    let remote = address::parse(fields.get("connected_ip")?.as_str()?)?;
    Some((remote, fields.get("failed_attempts")?.as_u64()?))
}
