//! What an event is: one look at the bytes that invoke the function. Pure.
//!
//! Lambda says nothing of where an event is from, only its form tells. Nobody but who may invoke the function can choose that form; what comes from further away, such as
//! the body of a web request or of a message, lies deeper and is never taken for an event.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    command::Command,
    request::{self, RequestError},
    sqs::{self, SqsRecord},
};
use crate::{
    alert::{self, printable::printable},
    door::{
        message::{self, Carried, Message},
        sns::{self, SnsEventError, SnsRecord, SnsRecordError},
    },
    hold::DeliveryId,
};

/// The most keys of a strange event that are named.
const MOST_NAMED: usize = 12;

/// What invokes the function.
#[derive(Debug)]
pub enum Event<'event> {
    /// Messages that SNS delivers by itself.
    Sns(Vec<Result<SnsRecord, SnsRecordError>>),
    /// Messages of a queue.
    Sqs(Vec<SqsRecord>),
    /// A detector's event, as a rule of EventBridge sends it.
    Alert(Carried<'event>),
    /// It is time to look after what is due: a rule's schedule, or EventBridge Scheduler with `{"quell":"tick"}`.
    Tick,
    /// A request that came to a Function URL or to API Gateway, or what is wrong with it.
    Http(Result<axum::extract::Request, RequestError>),
    /// What a person asks, with `quell --lambda`.
    Command(Command),
}

/// Why an event is none that Quell knows.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// Not JSON, or no object.
    #[error("the event is not a JSON object; look at who invokes the function")]
    NotAnObject(#[source] serde_json::Error),
    /// Records that are none.
    #[error(transparent)]
    Records(#[from] SnsEventError),
    /// Records of another service.
    #[error(
        "the event's records are from `{found}`; Quell takes those of `aws:sns` and `aws:sqs`: take that trigger away from the function"
    )]
    OtherRecords {
        /// What they say of their source.
        found: String,
    },
    /// Records of a queue, one of which has no id, so that it can't be named in an answer.
    #[error(
        "record {index} of the event is from `aws:sqs` but has not the form of a queue's record: texts `messageId` and `body`"
    )]
    Queue {
        /// Which, from 0.
        index: usize,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// A command that is none.
    #[error(
        "this is no command: `quell` must be `\"tick\"`, `\"pardons\"`, `{{\"holds\":{{}}}}` or an order such as `{{\"order\":{{\"release\":{{\"holds\":[42]}}}}}}`"
    )]
    Command(#[source] Said),
    /// Something else.
    #[error(
        "the event is of no kind that Quell knows: it is an object with {seen}. Quell takes events of SNS and SQS (`Records`), of EventBridge (`detail-type`), of a schedule \
         (`{{\"quell\":\"tick\"}}`), of a Function URL or API Gateway (`requestContext`), and commands (`quell`)"
    )]
    Unknown {
        /// Its keys.
        seen: String,
    },
}

/// What the reader of JSON says. It repeats names as they were sent.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Said(String);

impl From<serde_json::Error> for Said {
    fn from(error: serde_json::Error) -> Self {
        Self(printable(&error.to_string()))
    }
}

/// Says what an event is.
pub fn read(event: &str) -> Result<Event<'_>, EventError> {
    let keys: BTreeMap<String, &RawValue> = serde_json::from_str(event).map_err(EventError::NotAnObject)?;
    let has = |key: &str| keys.contains_key(key);
    if let Some(records) = keys.get("Records") {
        return of_records(event, records);
    }
    if let Some(command) = keys.get("quell") {
        return match serde_json::from_str(command.get()).map_err(|error| EventError::Command(error.into()))? {
            Command::Tick => Ok(Event::Tick),
            command => Ok(Event::Command(command)),
        };
    }
    if let Some(kind) = keys.get("detail-type") {
        if serde_json::from_str::<&str>(kind.get()).is_ok_and(|kind| kind == "Scheduled Event") {
            return Ok(Event::Tick);
        }
        // An event without an id of its own is told from others by its bytes.
        let id = DeliveryId::of(alert::recognise(event), event.as_bytes());
        if let Message::Alert(carried) = message::open(event, id) {
            return Ok(Event::Alert(carried));
        }
    }
    if has("requestContext") && (has("rawPath") || has("httpMethod")) {
        return Ok(Event::Http(request::read(event)));
    }
    Err(EventError::Unknown { seen: named(&keys) })
}

/// What every record says of its source. The key begins with a capital for SNS and with a small letter for all other services.
#[derive(Deserialize)]
struct Origin {
    #[serde(rename = "eventSource", alias = "EventSource")]
    source: String,
}

fn of_records<'event>(event: &str, records: &RawValue) -> Result<Event<'event>, EventError> {
    let raw: Vec<&RawValue> =
        serde_json::from_str(records.get()).map_err(|error| EventError::Records(SnsEventError::NotAnEvent(error)))?;
    // Lambda puts records of one source into an event.
    let sources = raw
        .iter()
        .filter_map(|record| serde_json::from_str::<Origin>(record.get()).ok());
    match sources.map(|origin| origin.source).next().as_deref() {
        None | Some("aws:sns") => Ok(Event::Sns(sns::read(event.as_bytes())?)),
        Some("aws:sqs") => {
            let records = raw
                .into_iter()
                .enumerate()
                .map(|(index, record)| sqs::read(record.get()).map_err(|source| EventError::Queue { index, source }));
            Ok(Event::Sqs(records.collect::<Result<_, _>>()?))
        }
        Some(found) => Err(EventError::OtherRecords {
            found: printable(found),
        }),
    }
}

fn named(keys: &BTreeMap<String, &RawValue>) -> String {
    if keys.is_empty() {
        return "nothing in it".to_owned();
    }
    let shown = keys.keys().take(MOST_NAMED);
    let shown: Vec<_> = shown
        .map(|key| format!("`{}`", printable(&key.chars().take(40).collect::<String>())))
        .collect();
    let more = if keys.len() > MOST_NAMED { " and more" } else { "" };
    format!("{}{more}", shown.join(", "))
}

#[cfg(test)]
mod tests;
