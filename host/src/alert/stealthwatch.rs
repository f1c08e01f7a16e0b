//! The decoder for Stealthwatch Cloud.
//!
//! One object of 29 keys comes through SNS, by webhook and from the alerts API. Quell reads a few of them and keeps the
//! rest in [`Alert::raw`]. A key that the host acts on must be readable, or the alert is refused; any other key that is missing or
//! of a strange type is as if it were not there.

use std::{collections::BTreeMap, net::IpAddr};

use serde_json::Value;

use super::{
    Alert, Detector, Place, Source, envelope,
    error::DecodeError,
    namespace,
    object::Object,
    printable::{printable, printable_lines},
    text::{self, unique},
    time,
};

/// Reads one alert.
///
/// - `id` must be a whole number, `type` a text that is not empty, and `resolved` true or false. A missing `resolved` is an error too: an alert that
///   may be closed must not cause a write, and to call it open or closed would be a guess. A hand-written alert needs
///   these three keys and no others.
/// - [`Alert::severity`] is from `priority`: 10, 20 and 30 (low, normal and high) become 25, 50 and 75. Any other is unknown.
/// - [`Alert::time`] is `time`; unreadable is unknown.
/// - [`Alert::title`] is the first line of `text`, or `type` and `source_name` if there is none.
/// - The source's addresses are all that can be read of `ips_when_created`, `source_info.ips` and `source_name`, each once.
/// - All texts but `raw` are free of control characters; see [`printable`].
///
/// # Errors
///
/// [`DecodeError`] for anything that is not one such object. It is never a panic, whatever the bytes.
pub fn decode(bytes: &[u8]) -> Result<Alert, DecodeError> {
    let text = text::read(bytes)?;
    let object = Object::read(text)?;
    if !object.has("type") {
        envelope::refuse(&object)?;
    }
    let info = object.object("source_info")?;

    let id = object.required("id", "a whole number", |value| value.as_u64())?;
    let kind = object.required("type", "a text that is not empty", |value| match value {
        Value::String(kind) if !kind.trim().is_empty() => Some(printable(kind.trim())),
        _ => None,
    })?;
    let resolved = object.required("resolved", "true or false", |value| value.as_bool())?;
    let source = source(&object, info.as_ref());
    Ok(Alert {
        id: id.to_string(),
        detector: Detector::StealthwatchCloud,
        title: text::title(&text_at(&object, "text"), &kind, &source.name),
        description: printable_lines(&text_at(&object, "description")),
        severity: object.value("priority").and_then(|priority| severity(&priority)),
        time: time::read(&text_at(&object, "time")),
        test: kind.eq_ignore_ascii_case("Test Alert"),
        resolved,
        source,
        place: info.map_or_else(Place::default, |info| namespace::read(&text_at(&info, "namespace"))),
        extensions: BTreeMap::new(),
        raw: text.to_owned(),
        kind,
    })
}

/// Each alert of a page of the alerts API. None if it is none.
pub(super) fn alerts(text: &str) -> Option<Vec<String>> {
    let alerts = Object::read(text).ok()?.elements("objects")?;
    Some(alerts.into_iter().map(str::to_owned).collect())
}

/// The ends of the scale are left to detectors that know "informational" and "critical". That 30 is the console's "high" is inferred
/// from 10 and 20: no alert with it was seen.
fn severity(priority: &Value) -> Option<u8> {
    match priority.as_u64()? {
        10 => Some(25),
        20 => Some(50),
        30 => Some(75),
        _ => None,
    }
}

fn source(object: &Object<'_>, info: Option<&Object<'_>>) -> Source {
    let info_texts = |key| info.map(|info| texts_at(info, key)).unwrap_or_default();
    let name = match text_at(object, "source_name") {
        name if name.trim().is_empty() => info.map(|info| text_at(info, "name")).unwrap_or_default(),
        name => name,
    };

    let own = texts_at(object, "ips_when_created")
        .into_iter()
        .chain(info_texts("ips"))
        .chain([name.clone()]);
    // `::ffff:192.0.2.1` is 192.0.2.1 in another spelling, and must be found under that.
    let addresses = own
        .filter_map(|text| text.trim().parse().ok())
        .map(|address: IpAddr| address.to_canonical());
    let host_names = texts_at(object, "hostname").into_iter().chain(info_texts("hostnames"));
    let host_names = host_names
        .map(|text| printable(text.trim()))
        .filter(|name| !name.is_empty());
    Source {
        name: printable(name.trim()),
        addresses: unique(addresses),
        host_names: unique(host_names),
    }
}

/// The text at `key`; empty if there is none.
fn text_at(object: &Object<'_>, key: &str) -> String {
    match object.value(key) {
        Some(Value::String(text)) => text,
        _ => String::new(),
    }
}

/// The texts at `key`, which may be one text or a list; what is not a text is left out.
fn texts_at(object: &Object<'_>, key: &str) -> Vec<String> {
    match object.value(key) {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(items)) => items
            .into_iter()
            .filter_map(|item| match item {
                Value::String(text) => Some(text),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
