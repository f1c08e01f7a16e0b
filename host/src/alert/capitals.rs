//! Keys as Amazon writes them in its APIs, with a capital, and in its events, without one.

use serde_json::Value;

/// The value with the keys of all objects in it uncapitalised.
pub(super) fn uncapitalised(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .map(|(key, value)| (uncapitalised_key(&key), uncapitalised(value)))
            .collect(),
        Value::Array(items) => items.into_iter().map(uncapitalised).collect(),
        other => other,
    }
}

/// `IpAddressV4` becomes `ipAddressV4`. A key with anything but letters and digits is not one of GuardDuty's own, such as `AWS::S3::Bucket`, and stays.
pub(super) fn uncapitalised_key(key: &str) -> String {
    if !key.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return key.to_owned();
    }
    let mut key = key.to_owned();
    if let Some(first) = key.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    key
}
