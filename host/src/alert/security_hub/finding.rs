//! A finding, taken out of what it came in.

use serde_json::Value;

use super::DETAIL_TYPES;
use crate::alert::{
    DecodeError,
    document::{self, text_of},
};

/// A finding in one of Security Hub's two formats.
pub(super) enum Finding {
    /// In the AWS Security Finding Format.
    Asff {
        finding: Value,
        /// Whether it is on its way into Security Hub: then there is no workflow yet.
        may_lack_workflow: bool,
    },
    /// In the Open Cybersecurity Schema Framework.
    Ocsf { finding: Value },
}

impl Finding {
    /// Takes the one finding out of an event of EventBridge or a list, or takes the text for a finding.
    pub(super) fn read(text: &str) -> Result<Self, DecodeError> {
        let mut outer = document::read(text)?;
        let is_event = outer.get("detail-type").is_some();
        if is_event && !DETAIL_TYPES.contains(&text_of(&outer["detail-type"])) {
            return Err(DecodeError::NotAnAlert {
                found: "an EventBridge event about something else than findings of Security Hub",
                remedy: "let the rule's pattern have `\"detail-type\": [\"Security Hub Findings - Imported\", \"Findings Imported V2\"]`",
            });
        }
        let list = if is_event {
            outer.pointer_mut("/detail/findings").map(Value::take)
        } else {
            ["Findings", "findings"]
                .iter()
                .find_map(|key| outer.get_mut(key).map(Value::take))
        };
        let is_bare = list.is_none();
        let finding = match list {
            Some(list) => only(list)?,
            None if is_event => {
                return Err(DecodeError::NotThere {
                    what: "finding",
                    pointer: "/detail/findings".to_owned(),
                    expected: "a list with one finding".to_owned(),
                });
            }
            None => outer,
        };
        if finding.get("class_uid").is_some() || finding.get("finding_info").is_some() {
            return Ok(Self::Ocsf { finding });
        }
        Ok(Self::Asff {
            finding,
            may_lack_workflow: !is_event && !is_bare,
        })
    }
}

/// The one element of a list. Several are several deliveries.
fn only(list: Value) -> Result<Value, DecodeError> {
    match list {
        Value::Array(mut findings) if findings.len() == 1 => Ok(findings.pop().unwrap_or_default()),
        Value::Array(findings) if findings.is_empty() => Err(DecodeError::NotAnAlert {
            found: "a list without a finding",
            remedy: "send findings",
        }),
        _ => Err(DecodeError::NotAnAlert {
            found: "a list of findings",
            remedy: "send each of its findings as an alert of its own",
        }),
    }
}
