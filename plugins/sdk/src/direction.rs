//! Directions in settings.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Direction;

/// The words of the settings, which are those of the contract.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Direction", rename_all = "kebab-case")]
enum Word {
    Ingress,
    Egress,
    Both,
}

/// So that a plugin may have it among its settings: `ingress`, `egress` or `both`.
///
/// ```
/// use quell_plugin::{Direction, serde_json};
///
/// assert_eq!(serde_json::from_str::<Direction>("\"both\"").unwrap(), Direction::Both);
/// ```
impl<'de> Deserialize<'de> for Direction {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Word::deserialize(deserializer)
    }
}

impl Serialize for Direction {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Word::serialize(self, serializer)
    }
}
