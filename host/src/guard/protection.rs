//! What the owners protect is not changed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Word, instance::InstanceSurroundings, security_group::GroupSurroundings};

/// What may never be changed. Quell neither sets nor removes the tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Protection {
    /// Whatever has a tag of this key, with whatever value.
    pub tag: String,
    /// Instances and security groups, by id.
    pub ids: Vec<String>,
    /// All instances of these Auto Scaling groups.
    pub auto_scaling_groups: Vec<String>,
}

impl Default for Protection {
    fn default() -> Self {
        Self {
            tag: "quell:protected".to_owned(),
            ids: Vec::new(),
            auto_scaling_groups: Vec::new(),
        }
    }
}

pub(super) fn of_instance(protection: &Protection, surroundings: &InstanceSurroundings) -> Word {
    let instance = &surroundings.instance;
    if let Some(group) = instance
        .auto_scaling_group
        .as_ref()
        .filter(|group| protection.auto_scaling_groups.contains(group))
    {
        return Err(format!(
            "{} is in Auto Scaling group {group}, which the configuration protects (guard.protected)",
            instance.id
        ));
    }
    of(protection, instance.id.as_str(), &surroundings.tags)
}

pub(super) fn of_group(protection: &Protection, surroundings: &GroupSurroundings) -> Word {
    of(protection, surroundings.target.resource.as_str(), &surroundings.tags)
}

fn of(protection: &Protection, id: &str, tags: &[(String, String)]) -> Word {
    if protection.ids.iter().any(|protected| protected == id) {
        return Err(format!("the configuration protects {id} (guard.protected)"));
    }
    match tags.iter().find(|(key, _)| *key == protection.tag) {
        Some((key, value)) => Err(format!("{id} is protected by its tag {key} = {value:?}")),
        None => Ok(format!(
            "{id} is not protected: neither by name nor by the tag {}",
            protection.tag
        )),
    }
}
