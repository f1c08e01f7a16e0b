//! What GuardDuty says in ASFF's `ProductFields`: its own `service`, flattened to one level, all values texts.

use serde_json::{Map, Value};

/// Where GuardDuty's fields begin. Each step is after a `/`.
const GUARDDUTY: &str = "aws/guardduty/service/";

/// How many elements of a list are taken, and how deep steps may lie within one another: far more than any finding has.
const MOST_ELEMENTS: usize = 1_000;
const MOST_STEPS: usize = 16;

/// GuardDuty's `service` as GuardDuty has it, but that all values are texts. `prefix` is before each key.
pub(super) fn service(fields: &Value, prefix: &str) -> Value {
    let mut service = Value::Object(Map::new());
    for (key, value) in fields.as_object().into_iter().flatten() {
        let rest = key.strip_prefix(prefix).and_then(|key| key.strip_prefix(GUARDDUTY));
        if let Some(rest) = rest.filter(|rest| rest.split('/').count() <= MOST_STEPS) {
            put(&mut service, rest, value);
        }
    }
    service
}

fn put(service: &mut Value, path: &str, value: &Value) {
    let mut place = service;
    for step in path.split('/') {
        let (name, index) = element(step);
        place = match member(place, name) {
            Some(member) => member,
            None => return,
        };
        if let Some(index) = index {
            place = match item(place, index) {
                Some(item) => item,
                None => return,
            };
        }
    }
    if place.is_null() {
        place.clone_from(value);
    }
}

/// `portProbeDetails:0` and `portProbeDetails.0_` both mean the first element of `portProbeDetails`.
fn element(step: &str) -> (&str, Option<usize>) {
    let split = step
        .rsplit_once(':')
        .or_else(|| step.trim_end_matches('_').rsplit_once('.'));
    match split.and_then(|(name, index)| Some((name, index.parse().ok()?))) {
        Some((name, index)) if !name.is_empty() => (name, Some(index)),
        _ => (step, None),
    }
}

fn member<'a>(place: &'a mut Value, name: &str) -> Option<&'a mut Value> {
    if place.is_null() {
        *place = Value::Object(Map::new());
    }
    Some(place.as_object_mut()?.entry(name).or_insert(Value::Null))
}

fn item(place: &mut Value, index: usize) -> Option<&mut Value> {
    if place.is_null() {
        *place = Value::Array(Vec::new());
    }
    let items = place.as_array_mut()?;
    if index >= MOST_ELEMENTS {
        return None;
    }
    if items.len() <= index {
        items.resize(index + 1, Value::Null);
    }
    items.get_mut(index)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn flat_fields_become_what_they_were() {
        let fields = json!({
            "aws/guardduty/service/count": "26",
            "aws/guardduty/service/action/actionType": "PORT_PROBE",
            "aws/guardduty/service/action/portProbeAction/portProbeDetails:0/remoteIpDetails/ipAddressV4": "203.0.113.7",
            "aws/guardduty/service/action/portProbeAction/portProbeDetails.1_/remoteIpDetails/ipAddressV6": "2001:db8::7",
            "aws/guardduty/service/additionalInfo/unusual/asnOrg.": "x",
            "aws/securityhub/ProductName": "GuardDuty",
        });
        let expected = json!({
            "count": "26",
            "action": {
                "actionType": "PORT_PROBE",
                "portProbeAction": {"portProbeDetails": [
                    {"remoteIpDetails": {"ipAddressV4": "203.0.113.7"}},
                    {"remoteIpDetails": {"ipAddressV6": "2001:db8::7"}},
                ]},
            },
            "additionalInfo": {"unusual": {"asnOrg.": "x"}},
        });
        assert_eq!(service(&fields, ""), expected);
    }

    #[test]
    fn fields_that_contradict_each_other_or_would_fill_the_memory_are_left_out() {
        let fields = json!({
            "aws/guardduty/service/a": "1",
            "aws/guardduty/service/a/b": "2",
            "aws/guardduty/service/l:4294967295": "3",
        });
        assert_eq!(service(&fields, ""), json!({"a": "1", "l": []}));
    }

    proptest! {
        #[test]
        fn no_fields_make_it_panic(keys in prop::collection::vec("(a|b|[a-z]:[0-9]{1,4}|[a-z]\\.[0-9]_|/|é){0,12}", 0..8)) {
            let fields: Map<_, _> = keys.into_iter().map(|key| (format!("{GUARDDUTY}{key}"), json!("x"))).collect();
            service(&fields.into(), "");
        }
    }
}
