//! What was seen of the remote side, and where a mapping says that it is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    part::{AddressPart, CountPart, FlagPart, TextPart, TimePart},
    pointer::{MOST_VALUES, Pointer},
    short::Short,
};
use crate::alert::{Alert, DecodeError, Observation, printable::printable};

/// What the detector saw: one observation, or one for each value that `at` leads to. An observation has the fields that plugins know from Stealthwatch Cloud:
/// `connected_ip` and `failed_attempts` if attempts are counted and `remote_ip` if not, `scanned_ip` for the customer's own side, and `port` and `established`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SeenPart {
    /// Where the observations are, such as `/events/*`. All pointers here begin in what it leads to. Without it: the alert itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Pointer>,
    /// Who was on the other side: one address or several.
    pub remote: Short<AddressPart>,
    /// How often the remote side failed to get in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempts: Option<Short<CountPart>>,
    /// The port of the customer's own side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<Short<CountPart>>,
    /// Whether the remote side got in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub established: Option<Short<FlagPart>>,
    /// The addresses of the customer's own side. They are never blocked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<Short<AddressPart>>,
    /// The detector's name of this kind of observation. Without it, the alert's kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Short<TextPart>>,
    /// When it was seen. Without it, when the alert happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Short<TimePart>>,
}

impl SeenPart {
    /// The observations of an alert. One in which no remote address is found, because it is optional, is left out.
    pub(super) fn read(&self, alert: &Alert, value: &Value) -> Result<Vec<Observation>, DecodeError> {
        let seen: Vec<_> = match &self.at {
            Some(at) => at.values(value).collect(),
            None => vec![value],
        };
        if let Some(at) = self.at.as_ref().filter(|_| seen.len() > MOST_VALUES) {
            return Err(DecodeError::Unfit {
                what: "observations",
                pointer: printable(at.as_str()),
                found: format!("more than {MOST_VALUES} values"),
                expected: "fewer".to_owned(),
            });
        }
        let mut observations = Vec::new();
        for (index, seen) in seen.into_iter().enumerate() {
            let Some(raw) = self.raw(seen)? else { continue };
            let kind = self
                .kind
                .as_ref()
                .map_or(Ok(None), |part| part.read("observation's kind", seen))?;
            let time = self.time.as_ref().map_or(Ok(None), |part| part.read(seen))?;
            observations.push(Observation {
                id: format!("{}-{}", alert.id, index + 1),
                kind: kind.map_or_else(|| alert.kind.clone(), |kind| printable(&kind)),
                time: time.or(alert.time),
                raw,
            });
        }
        Ok(observations)
    }

    fn raw(&self, seen: &Value) -> Result<Option<String>, DecodeError> {
        let remotes = self.remote.read("remote address", seen)?;
        if remotes.is_empty() {
            return Ok(None);
        }
        let count =
            |part: &Option<Short<CountPart>>, what| part.as_ref().map_or(Ok(None), |part| part.read(what, seen));
        let mut fields = Map::new();
        let remotes: Value = match remotes.as_slice() {
            [remote] => remote.to_string().into(),
            several => several.iter().map(ToString::to_string).collect(),
        };
        match count(&self.attempts, "attempts")? {
            Some(attempts) => {
                fields.insert("connected_ip".to_owned(), remotes);
                fields.insert("failed_attempts".to_owned(), attempts.into());
            }
            None => _ = fields.insert("remote_ip".to_owned(), remotes),
        }
        if let Some(port) = count(&self.port, "port")? {
            fields.insert("port".to_owned(), port.into());
        }
        if let Some(established) = &self.established {
            fields.insert("established".to_owned(), established.read("established", seen)?.into());
        }
        if let Some(own) = &self.own {
            let own = own.read("own address", seen)?;
            fields.insert("scanned_ip".to_owned(), own.iter().map(ToString::to_string).collect());
        }
        Ok(Some(Value::Object(fields).to_string()))
    }
}
