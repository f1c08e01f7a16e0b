//! What the owners protect is not changed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::instance::ChangedInstance;

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

impl Protection {
    /// Lets an instance with these tags be changed, and says why.
    ///
    /// # Errors
    /// What protects it.
    pub fn of_instance(&self, instance: &ChangedInstance, tags: &[(String, String)]) -> Result<String, String> {
        if let Some(group) = instance
            .auto_scaling_group
            .as_ref()
            .filter(|group| self.auto_scaling_groups.contains(group))
        {
            return Err(format!(
                "{} is in Auto Scaling group {group}, which the configuration protects (guard.protected)",
                instance.id
            ));
        }
        self.of(instance.id.as_str(), tags)
    }

    /// Lets a security group with these tags be changed, and says why.
    ///
    /// # Errors
    /// What protects it.
    pub fn of_group(&self, id: &str, tags: &[(String, String)]) -> Result<String, String> {
        self.of(id, tags)
    }

    fn of(&self, id: &str, tags: &[(String, String)]) -> Result<String, String> {
        if self.ids.iter().any(|protected| protected == id) {
            return Err(format!("the configuration protects {id} (guard.protected)"));
        }
        match tags.iter().find(|(key, _)| *key == self.tag) {
            Some((key, value)) => Err(format!("{id} is protected by its tag {key} = {value:?}")),
            None => Ok(format!(
                "{id} is not protected: neither by name nor by the tag {}",
                self.tag
            )),
        }
    }
}
