//! Placeholder.
use quell_plugin::*;
/// x
pub struct NaclBlock;
/// s
#[derive(serde::Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Settings {
    block_seconds: u64,
}
impl Default for Settings {
    fn default() -> Self {
        Self { block_seconds: 3600 }
    }
}

impl Plugin for NaclBlock {
    type Settings = Settings;
    fn describe() -> Description {
        Description::new(
            "nacl-block",
            env!("CARGO_PKG_VERSION"),
            "Blocks whoever is named as remote_ip.",
        )
        .with_actions(["block"])
        .with_facts(["observations", "instance"])
    }
    fn decide(request: &Request, settings: &Settings, facts: &dyn Facts) -> Result<Decision, Failure> {
        let target = facts.instance(&request.alert.source.name)?;
        let mut remediations = Vec::new();
        for observation in facts.observations()? {
            let fields = observation.fields();
            let Some(remote) = fields.get("remote_ip").and_then(|it| address::parse(it.as_str()?)) else {
                continue;
            };
            let block = Block::new(remote, Direction::Ingress, BlockPlace::Instance(target.id.clone()));
            let reason = format!("{remote} is the remote side of alert {}", request.alert.id);
            remediations.push(Remediation::new(block, reason).for_seconds(settings.block_seconds));
        }
        Ok(Decision::remediate(remediations))
    }
}
quell_plugin::export!(NaclBlock);
