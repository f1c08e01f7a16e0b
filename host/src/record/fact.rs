//! A fact that was asked for.

use std::borrow::Cow;

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize, Serializer, de::DeserializeOwned};

use super::NotRecordable;
use crate::{
    cloud::{Instance, NetworkAcl, SecurityGroup},
    fact::{Answer, Asked, FactError, History, Observation, Question, Sightings},
    json::{JsonText, NotJson},
};

/// A question, who asked it, and the answer.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "Written")]
pub struct FactRecord {
    /// The question.
    pub question: Question,
    /// The plugins that asked, by name. Empty if only the guards did.
    pub asked_by: Vec<String>,
    /// The answer, or why there is none. The raw text of an observation is JSON.
    pub outcome: Result<Answer, FactError>,
}

impl FactRecord {
    /// What was asked in a report.
    ///
    /// # Errors
    /// If the raw text of an observation is not JSON.
    pub(super) fn of(asked: &Asked) -> Result<Self, NotRecordable> {
        let mut outcome = asked.outcome.clone();
        if let Ok(Answer::Observations(observations)) = &mut outcome {
            for observation in observations {
                let raw = JsonText::read(&observation.raw).map_err(|source| NotRecordable::NotJson {
                    what: format!("observation {}", observation.id),
                    source,
                })?;
                raw.as_str().clone_into(&mut observation.raw);
            }
        }
        Ok(Self {
            question: asked.question.clone(),
            asked_by: asked.asked_by.clone(),
            outcome,
        })
    }
}

/// A fact that was asked for.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Written {
    /// The kind of fact.
    fact: Kind,
    /// What it is about, as the plugin asked for it. None for `observations`, which are those of the alert.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    of: Option<String>,
    /// The plugins that asked, by name. Empty if only the guards did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    asked_by: Vec<String>,
    /// The answer; or else there is an `error`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<AnyAnswer>")]
    answer: Option<JsonText>,
    /// Why there is no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<Error>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    /// All observations of the alert.
    Observations,
    /// An instance, by its id, address or DNS name.
    Instance,
    /// The network ACL of a subnet.
    NetworkAcl,
    /// A security group.
    SecurityGroup,
    /// What was done about an address before.
    History,
    /// Which alerts named an address before.
    Sightings,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Error {
    /// There is no such thing.
    NotKnown(String),
    /// The host may not ask, or is not configured to.
    NotPermitted(String),
    /// No usable answer then; perhaps later.
    Unavailable(String),
}

/// An answer, for the schema: its form goes with `fact`.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it only describes")]
enum AnyAnswer {
    /// To `observations`.
    Observations(Vec<ObservationRecord>),
    /// To `instance`.
    Instance(Instance),
    /// To `network-acl`.
    NetworkAcl(NetworkAcl),
    /// To `security-group`.
    SecurityGroup(SecurityGroup),
    /// To `history`.
    History(History),
    /// To `sightings`.
    Sightings(Sightings),
}

/// One thing that the detector saw.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ObservationRecord {
    /// The detector's id of it.
    id: String,
    /// The detector's name of this kind of observation, or empty.
    kind: String,
    /// When it was seen.
    time: Option<Timestamp>,
    /// The observation as the detector has it, every token as it came.
    raw: JsonText,
}

impl Serialize for FactRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = Written::of(self).map_err(serde::ser::Error::custom)?;
        written.serialize(serializer)
    }
}

/// That of its written form.
impl JsonSchema for FactRecord {
    fn schema_name() -> Cow<'static, str> {
        "Fact".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Written::json_schema(generator)
    }
}

impl Written {
    fn of(record: &FactRecord) -> Result<Self, NotJson> {
        let (fact, of) = match &record.question {
            Question::Observations => (Kind::Observations, None),
            Question::Instance(of) => (Kind::Instance, Some(of)),
            Question::NetworkAcl(of) => (Kind::NetworkAcl, Some(of)),
            Question::SecurityGroup(of) => (Kind::SecurityGroup, Some(of)),
            Question::History(of) => (Kind::History, Some(of)),
            Question::Sightings(of) => (Kind::Sightings, Some(of)),
        };
        let (answer, error) = match &record.outcome {
            Ok(answer) => (Some(written_answer(answer)?), None),
            Err(FactError::NotKnown(why)) => (None, Some(Error::NotKnown(why.clone()))),
            Err(FactError::NotPermitted(why)) => (None, Some(Error::NotPermitted(why.clone()))),
            Err(FactError::Unavailable(why)) => (None, Some(Error::Unavailable(why.clone()))),
        };
        Ok(Self {
            fact,
            of: of.cloned(),
            asked_by: record.asked_by.clone(),
            answer,
            error,
        })
    }
}

fn written_answer(answer: &Answer) -> Result<JsonText, NotJson> {
    match answer {
        Answer::Observations(observations) => {
            let records = observations.iter().map(|observation| {
                Ok(ObservationRecord {
                    id: observation.id.clone(),
                    kind: observation.kind.clone(),
                    time: observation.time,
                    raw: JsonText::read(&observation.raw)?,
                })
            });
            JsonText::of(&records.collect::<Result<Vec<_>, NotJson>>()?)
        }
        Answer::Instance(instance) => JsonText::of(instance),
        Answer::NetworkAcl(acl) => JsonText::of(acl),
        Answer::SecurityGroup(group) => JsonText::of(group),
        Answer::History(history) => JsonText::of(history),
        Answer::Sightings(sightings) => JsonText::of(sightings),
    }
}

impl TryFrom<Written> for FactRecord {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let question = question(written.fact, written.of)?;
        let outcome = match (written.answer, written.error) {
            (Some(answer), None) => {
                let answer = read_answer(written.fact, &answer);
                Ok(answer.map_err(|error| format!("the answer to `{question}`: {error}"))?)
            }
            (None, Some(Error::NotKnown(why))) => Err(FactError::NotKnown(why)),
            (None, Some(Error::NotPermitted(why))) => Err(FactError::NotPermitted(why)),
            (None, Some(Error::Unavailable(why))) => Err(FactError::Unavailable(why)),
            (None, None) => {
                return Err(format!(
                    "the fact `{question}` has neither an `answer` nor an `error`: write one"
                ));
            }
            (Some(_), Some(_)) => {
                return Err(format!(
                    "the fact `{question}` has an `answer` and an `error`: leave one of them out"
                ));
            }
        };
        Ok(Self {
            question,
            asked_by: written.asked_by,
            outcome,
        })
    }
}

fn question(fact: Kind, of: Option<String>) -> Result<Question, String> {
    let Some(of) = of else {
        return match fact {
            Kind::Observations => Ok(Question::Observations),
            _ => {
                Err("`of` is missing: a fact other than `observations` is about something, so say `of` what".to_owned())
            }
        };
    };
    match fact {
        Kind::Observations => Err(format!("`observations` are those of the alert: take out `of` `{of}`")),
        Kind::Instance => Ok(Question::Instance(of)),
        Kind::NetworkAcl => Ok(Question::NetworkAcl(of)),
        Kind::SecurityGroup => Ok(Question::SecurityGroup(of)),
        Kind::History => Ok(Question::History(of)),
        Kind::Sightings => Ok(Question::Sightings(of)),
    }
}

fn read_answer(fact: Kind, answer: &JsonText) -> Result<Answer, serde_json::Error> {
    fn read<T: DeserializeOwned>(answer: &JsonText) -> Result<T, serde_json::Error> {
        serde_json::from_str(answer.as_str())
    }
    Ok(match fact {
        Kind::Observations => {
            let records: Vec<ObservationRecord> = read(answer)?;
            let observations = records.into_iter().map(|record| Observation {
                id: record.id,
                kind: record.kind,
                time: record.time,
                raw: record.raw.as_str().to_owned(),
            });
            Answer::Observations(observations.collect())
        }
        Kind::Instance => Answer::Instance(read::<Instance>(answer)?),
        Kind::NetworkAcl => Answer::NetworkAcl(read::<NetworkAcl>(answer)?),
        Kind::SecurityGroup => Answer::SecurityGroup(read::<SecurityGroup>(answer)?),
        Kind::History => Answer::History(read::<History>(answer)?),
        Kind::Sightings => Answer::Sightings(read::<Sightings>(answer)?),
    })
}
