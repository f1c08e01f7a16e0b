//! A part that is one address or more.

use std::net::IpAddr;

use schemars::{JsonSchema, Schema, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{is_false, missing, unfit};
use crate::alert::{
    DecodeError,
    mapping::{
        pointer::{MOST_VALUES, Pointer},
        short::FromShort,
    },
    printable::printable,
};

/// Addresses: all that are found. A value may be a list.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AddressPart {
    /// Where they are.
    pub at: Vec<Pointer>,
    /// Whether there may be none.
    #[serde(default, skip_serializing_if = "is_false")]
    pub optional: bool,
}

impl AddressPart {
    /// The addresses, each in its plainest spelling.
    pub(in crate::alert::mapping) fn read(
        &self,
        what: &'static str,
        alert: &Value,
    ) -> Result<Vec<IpAddr>, DecodeError> {
        let mut addresses = Vec::new();
        for at in &self.at {
            for value in at.values(alert) {
                let values = match value {
                    Value::Array(values) => values.as_slice(),
                    value => std::slice::from_ref(value),
                };
                for value in values {
                    match value {
                        Value::Null => {}
                        Value::String(text) if text.trim().is_empty() => {}
                        value => match value.as_str().and_then(|text| text.trim().parse().ok()) {
                            Some(address) => addresses.push(IpAddr::to_canonical(&address)),
                            None => return Err(unfit(what, at, value, "an address, or a list of addresses")),
                        },
                    }
                }
                if addresses.len() > MOST_VALUES {
                    let found = format!("more than {MOST_VALUES} addresses");
                    return Err(DecodeError::Unfit {
                        what,
                        pointer: printable(at.as_str()),
                        found,
                        expected: "fewer".to_owned(),
                    });
                }
            }
        }
        match self.at.first() {
            Some(at) if addresses.is_empty() && !self.optional => Err(missing(what, at, "an address")),
            _ => Ok(addresses),
        }
    }
}

impl FromShort for AddressPart {
    const EXPECTED: &'static str = "a JSON Pointer in quotes, a list of them, or a table with `at`";

    fn from_pointer(pointer: Pointer) -> Self {
        Self {
            at: vec![pointer],
            optional: false,
        }
    }

    fn from_pointers(pointers: Vec<Pointer>) -> Option<Self> {
        Some(Self {
            at: pointers,
            optional: false,
        })
    }

    fn short_schemas() -> Vec<Schema> {
        vec![json_schema!({ "type": "array", "items": { "type": "string" } })]
    }
}
