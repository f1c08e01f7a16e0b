//! A syslog message as JSON, which is what a detector's mapping sees of it.
//!
//! `{"syslog": {"facility", "severity", "time", "host", "app", "process", "message-id", "data": {"ID": {"NAME": "VALUE"}}}, "message": …, "cef": {…}}`. Of `syslog` what the message does not
//! say is left out. `message` is the message's JSON if it is that, and its text otherwise. `cef` is there if the text has an event in the Common Event Format.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use serde_json::value::RawValue;
use syslog_loose::{ProcId, StructuredElement, Variant};

use super::cef;

/// What was read of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// The program that sent it (APP-NAME).
    pub app: Option<String>,
    /// What it says (MSG), as it was sent.
    pub message: String,
    /// All of it as JSON.
    pub all: String,
}

#[derive(Serialize)]
struct All<'text> {
    syslog: Head<'text>,
    message: Content<'text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cef: Option<cef::Event>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Head<'text> {
    #[serde(skip_serializing_if = "Option::is_none")]
    facility: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity: Option<&'static str>,
    time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<&'text str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    app: Option<&'text str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    process: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<&'text str>,
    data: BTreeMap<&'text str, BTreeMap<&'text str, Values>>,
}

/// RFC 5424 lets a name stand more than once, as for several addresses.
#[derive(Serialize)]
#[serde(untagged)]
enum Values {
    One(String),
    Several(Vec<String>),
}

#[derive(Serialize)]
#[serde(untagged)]
enum Content<'text> {
    /// Token by token as it was sent.
    Json(&'text RawValue),
    Text(&'text str),
}

/// Reads a message that came at this time. What is no syslog is a message without a head. A message without a time of its own gets the time at which it came: two of them that are equal are
/// two, and not one that was sent twice.
pub fn read(octets: &[u8], came: Timestamp) -> Read {
    let text = String::from_utf8_lossy(octets);
    let day = came.to_zoned(jiff::tz::TimeZone::UTC).date();
    let parsed = syslog_loose::parse_message_with_year(&text, |(month, ..)| year(month, day), Variant::Either);
    // RFC 5424 lets a text in UTF-8 begin with a byte order mark.
    let message = parsed.msg.trim_start_matches('\u{feff}').trim();
    let all = All {
        syslog: Head {
            facility: parsed.facility.map(|facility| facility.as_str()),
            severity: parsed.severity.map(|severity| severity.as_str()),
            time: parsed
                .timestamp
                .map_or_else(|| came.to_string(), |time| time.to_rfc3339()),
            host: parsed.hostname,
            app: parsed.appname,
            process: parsed.procid.as_ref().map(process),
            message_id: parsed.msgid,
            data: data(&parsed.structured_data),
        },
        message: content(message),
        cef: cef::Event::of(message),
    };
    Read {
        app: parsed.appname.map(str::to_owned),
        message: message.to_owned(),
        // Nothing in it can fail: all keys are text.
        all: serde_json::to_string(&all).unwrap_or_default(),
    }
}

/// The year of a time of this month, which the older form does not say. At the turn of the year a message is on its way, or its sender's clock is ahead of ours.
fn year(month: u32, came: Date) -> i32 {
    let year = i32::from(came.year());
    match (came.month(), month) {
        (1, 12) => year - 1,
        (12, 1) => year + 1,
        _ => year,
    }
}

fn content(message: &str) -> Content<'_> {
    match serde_json::from_str::<&RawValue>(message) {
        Ok(json) if message.starts_with(['{', '[']) => Content::Json(json),
        _ => Content::Text(message),
    }
}

fn process(id: &ProcId<&str>) -> String {
    id.to_string()
}

fn data<'text>(elements: &[StructuredElement<&'text str>]) -> BTreeMap<&'text str, BTreeMap<&'text str, Values>> {
    let mut data: BTreeMap<_, BTreeMap<_, Values>> = BTreeMap::new();
    for element in elements {
        let named = data.entry(element.id).or_default();
        for (name, value) in element.params() {
            let values = match named.remove(*name) {
                None => Values::One(value),
                Some(Values::One(first)) => Values::Several(vec![first, value]),
                Some(Values::Several(mut values)) => {
                    values.push(value);
                    Values::Several(values)
                }
            };
            named.insert(*name, values);
        }
    }
    data
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn came() -> Timestamp {
        "2030-01-05T07:40:00Z".parse().unwrap()
    }

    fn all(text: &str) -> String {
        read(text.as_bytes(), came()).all
    }

    #[test]
    fn all_that_a_message_says_can_be_mapped() {
        insta::assert_snapshot!(
            all("<134>1 2030-01-05T07:39:58.5Z sensor-1 suricata 812 ALERT [origin ip=\"192.0.2.1\" ip=\"192.0.2.2\" software=\"a \\\"b\\\"\"] \u{feff}{\"src_ip\":\"203.0.113.7\",\"n\":1.0}"),
            @r#"{"syslog":{"facility":"local0","severity":"info","time":"2030-01-05T07:39:58.500+00:00","host":"sensor-1","app":"suricata","process":"812","message-id":"ALERT","data":{"origin":{"ip":["192.0.2.1","192.0.2.2"],"software":"a \"b\""}}},"message":{"src_ip":"203.0.113.7","n":1.0}}"#
        );
        insta::assert_snapshot!(
            all("<134>1 2030-01-05T07:39:58Z gate fw - - - CEF:0|V|P|1|100|scan|7|src=203.0.113.7"),
            @r#"{"syslog":{"facility":"local0","severity":"info","time":"2030-01-05T07:39:58+00:00","host":"gate","app":"fw","data":{}},"message":"CEF:0|V|P|1|100|scan|7|src=203.0.113.7","cef":{"version":"0","vendor":"V","product":"P","device-version":"1","signature":"100","name":"scan","severity":"7","extension":{"src":"203.0.113.7"}}}"#
        );
    }

    #[test]
    fn a_message_without_a_time_gets_that_of_its_coming() {
        insta::assert_snapshot!(
            all("<134>1 - sensor-1 app - - - hello"),
            @r#"{"syslog":{"facility":"local0","severity":"info","time":"2030-01-05T07:40:00Z","host":"sensor-1","app":"app","data":{}},"message":"hello"}"#
        );
    }

    #[test]
    fn at_the_turn_of_the_year_a_time_without_a_year_is_not_a_year_off() {
        for (came, said, time) in [
            ("2030-01-01T00:00:01Z", "Dec 31 23:59:59", "2029-12-31T23:59:59"),
            ("2029-12-31T23:59:59Z", "Jan  1 00:30:00", "2030-01-01T00:30:00"),
            ("2030-06-30T12:00:00Z", "Jun 30 11:59:59", "2030-06-30T11:59:59"),
        ] {
            let message = format!("<134>{said} gate fw: hello");
            let all = read(message.as_bytes(), came.parse().unwrap()).all;
            assert!(all.contains(&format!("\"time\":\"{time}")), "{all}");
        }
    }

    #[test]
    fn what_is_no_syslog_is_kept_as_it_is() {
        let read = read(b"\xff{\"half\":", came());
        assert_eq!((read.app, read.message.as_str()), (None, "\u{fffd}{\"half\":"));
    }

    proptest! {
        #[test]
        fn no_octets_make_it_panic_and_all_of_it_is_json(octets in prop::collection::vec(any::<u8>(), 0..200)) {
            let read = read(&octets, came());
            prop_assert!(serde_json::from_str::<serde_json::Value>(&read.all).is_ok(), "{}", read.all);
        }

        #[test]
        fn no_head_makes_it_panic(text in "<[0-9]{0,4}>[0-9]{0,2} [0-9TZ:. -]{0,25} [a-z-]{0,5} [a-z-]{0,5} [0-9-]{0,4} [a-z-]{0,3} [\\[\\]a-z=\"\\\\ -]{0,30} [ -~]{0,30}") {
            let read = read(text.as_bytes(), came());
            prop_assert!(serde_json::from_str::<serde_json::Value>(&read.all).is_ok());
        }

        #[test]
        fn no_older_head_makes_it_panic(text in "<[0-9]{0,4}>[A-Za-z]{3} {1,2}[0-9]{1,4} [0-9]{1,4}:[0-9]{1,3}:[0-9]{1,3}:? [ -~]{0,40}") {
            let read = read(text.as_bytes(), came());
            prop_assert!(serde_json::from_str::<serde_json::Value>(&read.all).is_ok());
        }
    }
}
