//! The mapping: how a detector that Quell does not know writes its alerts, as the configuration says it.
//!
//! Each part of an alert has a place in the detector's JSON, or a value that is always the same. What the mapping says is there and is not, or can't be what
//! it should be, makes an alert unreadable: it is kept as failed and nothing is done about it. So an alert of which it is not known whether it is open never
//! causes a write.

mod check;
pub mod part;
pub mod pointer;
mod seen;
mod short;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::{
    part::{AddressPart, FlagPart, SeverityPart, TextPart, TimePart, unfit},
    pointer::Pointer,
    seen::SeenPart,
    short::Short,
};
use super::{
    Alert, DecodeError, Detector, Observation, Place, Source, document,
    object::{Object, elements},
    printable::{printable, printable_lines},
    text::{self, unique},
};
use crate::cloud::{VpcId, id::InstanceId};

pub use self::check::Contradiction;

/// Where each part of an alert is in a detector's JSON. A part is a JSON Pointer (RFC 6901) such as `"/rule/description"`, or a table with the pointer as `at`
/// and more. An alert in which something is missing, or can't be what it should be, can't be read: it is kept as failed and nothing is done about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Mapping {
    /// Where the list of alerts is, if one body has several: `""` if the body is the list. Each element is an alert, and all other pointers begin in it. A body
    /// without such a list is one alert.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<Pointer>,
    /// The detector's own id of the alert. The same id again is a re-offence.
    pub id: Short<TextPart>,
    /// The detector's own name of what happened: what routes and plugins go by.
    pub kind: Short<TextPart>,
    /// One line for a person. Without it, kind and source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Short<TextPart>>,
    /// A longer text for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Short<TextPart>>,
    /// How bad it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Short<SeverityPart>>,
    /// When it happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Short<TimePart>>,
    /// Whether it only tests the channel: then nothing is ever done. `false` if the detector has no such thing.
    pub test: Short<FlagPart>,
    /// Whether it is closed: then nothing is ever done. `false` if the detector only tells of what is open.
    pub resolved: Short<FlagPart>,
    /// The customer's own device that it is about: an address, a host name, or any other name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Short<TextPart>>,
    /// The instance that it is about, by its id or its ARN. It goes before `source`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<Short<TextPart>>,
    /// The addresses of the customer's own device. They are never blocked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addresses: Option<Short<AddressPart>>,
    /// The AWS account that it concerns, 12 digits. Without account and region: where Quell is at home.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Short<TextPart>>,
    /// The AWS region that it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Short<TextPart>>,
    /// The VPC that it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc: Option<Short<TextPart>>,
    /// What was seen of the remote side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observations: Option<SeenPart>,
}

impl Mapping {
    /// Reads one alert of this detector.
    pub(super) fn decode(&self, detector: Detector, bytes: &[u8]) -> Result<Alert, DecodeError> {
        let text = text::read(bytes)?;
        let alert = document::read(text)?;
        let told =
            |part: &Option<Short<TextPart>>, what| part.as_ref().map_or(Ok(None), |part| part.read(what, &alert));
        let kind = printable(&self.kind.read("kind", &alert)?.unwrap_or_default());
        let source = self.source(&alert)?;
        let title = told(&self.title, "title")?.unwrap_or_default();
        let decoded = Alert {
            id: printable(&self.id.read("id", &alert)?.unwrap_or_default()),
            detector,
            title: text::title(&title, &kind, &source.name),
            description: printable_lines(&told(&self.description, "description")?.unwrap_or_default()),
            severity: self.severity.as_ref().map_or(Ok(None), |part| part.read(&alert))?,
            time: self.time.as_ref().map_or(Ok(None), |part| part.read(&alert))?,
            test: self.test.read("test", &alert)?,
            resolved: self.resolved.read("resolved", &alert)?,
            place: self.place(&alert)?,
            source,
            extensions: BTreeMap::new(),
            raw: text.to_owned(),
            kind,
        };
        // Whoever can't be read of whom it was seen is told now, and not when a plugin asks.
        self.seen(&decoded, &alert)?;
        Ok(decoded)
    }

    /// Each alert of a document that has several. None if it has no such list.
    pub(super) fn alerts(&self, document: &str) -> Option<Vec<String>> {
        let steps = self.list.as_ref()?.steps();
        let mut list = Some(document);
        for step in steps {
            list = match elements(list?) {
                Some(elements) => elements.get(step.parse::<usize>().ok()?).copied(),
                None => Object::read(list?).ok()?.text(step),
            };
        }
        Some(elements(list?)?.into_iter().map(str::to_owned).collect())
    }

    /// What an alert of this detector says that was seen.
    pub(super) fn observations(&self, alert: &Alert) -> Result<Vec<Observation>, DecodeError> {
        self.seen(alert, &document::read(&alert.raw)?)
    }

    fn seen(&self, alert: &Alert, value: &Value) -> Result<Vec<Observation>, DecodeError> {
        let part = self.observations.as_ref();
        part.map_or_else(|| Ok(Vec::new()), |part| part.read(alert, value))
    }

    fn source(&self, alert: &Value) -> Result<Source, DecodeError> {
        const INSTANCE: &str = "an instance's id, such as `i-0a1b2c3d4e5f60718`, or its ARN";
        let instance = match &self.instance {
            Some(part) => part.read("instance", alert)?.map(|text| (part, text)),
            None => None,
        };
        let name = match instance {
            Some((part, text)) => {
                let id = text.rsplit_once(":instance/").map_or(text.as_str(), |(_, id)| id);
                if id.parse::<InstanceId>().is_err() {
                    let nowhere = Pointer::default();
                    let at = part.at.as_ref().unwrap_or(&nowhere);
                    return Err(unfit("instance", at, &text.into(), INSTANCE));
                }
                id.to_owned()
            }
            None => match &self.source {
                Some(part) => part.read("source", alert)?.unwrap_or_default(),
                None => String::new(),
            },
        };
        let addresses = match &self.addresses {
            Some(part) => part.read("addresses", alert)?,
            None => Vec::new(),
        };
        Ok(Source {
            addresses: unique(addresses.into_iter().chain(name.parse().ok())),
            host_names: Vec::new(),
            name: printable(&name),
        })
    }

    /// What is named and has not its form is an error: another account, region or VPC would be a guess.
    fn place(&self, alert: &Value) -> Result<Place, DecodeError> {
        let told = |part: &Option<Short<TextPart>>, what, expected: &str, fits: fn(&str) -> bool| {
            let Some(part) = part else { return Ok(None) };
            let text = part.read(what, alert)?;
            match (&text, &part.at) {
                (Some(text), Some(at)) if !fits(text) => Err(unfit(what, at, &text.as_str().into(), expected)),
                _ => Ok(text),
            }
        };
        let account = told(
            &self.account,
            "account",
            "an AWS account's number, 12 digits",
            Place::is_account,
        )?;
        let region = told(
            &self.region,
            "region",
            "an AWS region, such as `eu-west-1`",
            Place::is_region,
        )?;
        // Half a place could be the wrong one.
        let (account, region) = account.zip(region).unzip();
        Ok(Place {
            account,
            region,
            vpc: told(&self.vpc, "vpc", "a VPC's id, such as `vpc-0a1b2c3d`", |id| {
                id.parse::<VpcId>().is_ok()
            })?,
        })
    }
}
