//! What a plugin says of itself.

use serde::{Deserialize, Serialize, de::value};

use crate::decision::ActionKind;

/// What a plugin says of itself, in the contract's words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Description {
    /// Its own name: lower case, words joined by `-`. The configuration may call it otherwise.
    pub name: String,
    /// Its own version.
    pub version: String,
    /// One line: what it does.
    pub summary: String,
    /// The kinds of action that it may ask for.
    pub actions: Vec<ActionKind>,
    /// The facts that it may ask for, by name.
    pub facts: Vec<String>,
    /// A JSON Schema of its settings, as text.
    pub settings_schema: String,
}

/// One thing that is wrong with a plugin's settings. The texts are the plugin's, escaped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{}: {message}", if path.is_empty() { "settings" } else { path })]
pub struct SettingsProblem {
    /// Which setting, as a JSON pointer. Empty for the settings as a whole.
    pub path: String,
    /// What is wrong, and what would be right.
    pub message: String,
}

/// The names of the facts in the contract.
const FACTS: &[&str] = &["observations", "instance", "network-acl", "security-group", "history"];

/// The longest name that fits a listing.
const NAME_BYTES: usize = 64;

impl Description {
    /// What is wrong with it, if something is.
    pub(super) fn check(&self) -> Result<(), String> {
        if !is_name(&self.name) {
            return Err(format!(
                "its name is not lower case words joined by `-`, {NAME_BYTES} bytes at most"
            ));
        }
        if self.version.is_empty() || self.summary.is_empty() {
            return Err("it has no version or no summary".to_owned());
        }
        if [&self.version, &self.summary]
            .iter()
            .any(|text| text.contains(char::is_control))
        {
            return Err("its version or its summary has control characters or more than one line".to_owned());
        }
        if let Some(fact) = self.facts.iter().find(|fact| !FACTS.contains(&fact.as_str())) {
            let fact = super::text::shown(fact, NAME_BYTES);
            return Err(format!("it names a fact `{fact}`; there are {}", FACTS.join(", ")));
        }
        match serde_json::from_str(&self.settings_schema) {
            Ok(serde_json::Value::Object(_)) => Ok(()),
            Ok(_) => Err("its settings schema is not a JSON object".to_owned()),
            Err(error) => Err(format!("its settings schema is not JSON: {error}")),
        }
    }
}

/// Whether the contract takes a text for a plugin's name: lower case words joined by `-`, 64 bytes at most.
pub fn is_name(text: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    text.len() <= NAME_BYTES && text.split('-').all(is_word)
}

/// A kind of action by its name in the contract.
pub(super) fn action_kind(name: &str) -> Option<ActionKind> {
    ActionKind::deserialize(value::StrDeserializer::<value::Error>::new(name)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Description {
        Description {
            name: "nacl-block".to_owned(),
            version: "0.1.0".to_owned(),
            summary: "Blocks.".to_owned(),
            actions: vec![ActionKind::Block],
            facts: vec!["observations".to_owned()],
            settings_schema: "{}".to_owned(),
        }
    }

    #[test]
    fn a_description_that_can_not_be_shown_or_believed_is_refused() {
        assert_eq!(good().check(), Ok(()));
        for name in ["", "Upper", "a--b", "a b", "../../etc", &"a".repeat(65)] {
            let description = Description {
                name: name.to_owned(),
                ..good()
            };
            assert!(description.check().is_err(), "{name}");
        }
        for schema in ["", "[]", "{", &"[".repeat(100_000)] {
            let description = Description {
                settings_schema: schema.to_owned(),
                ..good()
            };
            assert!(description.check().is_err());
        }
    }
}
