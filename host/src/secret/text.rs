//! The secret in what is kept.

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::SecretError;
use crate::config::Secret;

/// The most bytes of what is kept, which is also the most that Secrets Manager takes. No key or token is longer; what is was named by mistake.
pub(super) const MOST_BYTES: usize = 64 * 1024;

/// The secret, without the line break that editors and `echo` leave behind it.
///
/// # Errors
/// If what is kept there is too long, no text, empty, or has not the key that is looked for.
pub(super) fn secret_of(bytes: Vec<u8>, place: &Secret) -> Result<SecretString, SecretError> {
    if bytes.len() > MOST_BYTES {
        return Err(SecretError::TooLong(place.clone()));
    }
    let text = String::from_utf8(bytes).map_err(|_| SecretError::NotText(place.clone()))?;
    // From here on it is wiped from memory when it goes.
    let text = SecretString::from(text);
    let text = match place {
        Secret::SecretsManager { key: Some(key), .. } => value_of(&text, key, place)?,
        _ => text,
    };
    match text.expose_secret().trim_end_matches(['\r', '\n']) {
        "" => Err(SecretError::Empty(place.clone())),
        secret => Ok(SecretString::from(secret)),
    }
}

fn value_of(text: &SecretString, key: &str, place: &Secret) -> Result<SecretString, SecretError> {
    // What serde says of text that is not JSON may quote it.
    let Ok(Value::Object(mut object)) = serde_json::from_str(text.expose_secret()) else {
        return Err(SecretError::NotAnObject(place.clone()));
    };
    match object.remove(key) {
        Some(Value::String(value)) => Ok(SecretString::from(value)),
        _ => Err(SecretError::NoSuchKey(place.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(bytes: &[u8], key: Option<&str>) -> Result<String, String> {
        let place = Secret::SecretsManager {
            id: "quell/key".to_owned(),
            key: key.map(str::to_owned),
        };
        let secret = secret_of(bytes.to_vec(), &place);
        secret
            .map(|secret| secret.expose_secret().to_owned())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn the_line_break_behind_a_secret_is_not_part_of_it_but_a_space_is() {
        assert_eq!(kept(b"s3cret \r\n", None).unwrap(), "s3cret ");
        assert_eq!(kept(br#"{"key": "s3cret\n"}"#, Some("key")).unwrap(), "s3cret");
    }

    #[test]
    fn an_empty_secret_is_refused_and_not_taken_for_no_password() {
        insta::assert_snapshot!(kept(b"\n", None).unwrap_err(), @"the secret quell/key in Secrets Manager is empty: it must hold the secret");
        insta::assert_snapshot!(kept(br#"{"key": ""}"#, Some("key")).unwrap_err(), @"the key key of the secret quell/key in Secrets Manager is empty: it must hold the secret");
    }

    #[test]
    fn what_is_no_key_is_refused_without_showing_it() {
        insta::assert_snapshot!(kept(b"\xff", None).unwrap_err(), @"the secret quell/key in Secrets Manager is not UTF-8 text: it must hold the secret and nothing else");
        insta::assert_snapshot!(kept(&[b'x'; 65537], None).unwrap_err(), @"the secret quell/key in Secrets Manager has more than 65536 bytes: this is no key or token");
    }

    #[test]
    fn a_key_is_looked_up_in_the_json_that_is_kept_and_nothing_else_is_taken_for_it() {
        let json = br#"{"user": "quell", "api-key": "s3cret", "port": 443}"#;
        assert_eq!(kept(json, Some("api-key")).unwrap(), "s3cret");
        insta::assert_snapshot!(kept(json, Some("apikey")).unwrap_err(), @"the key apikey of the secret quell/key in Secrets Manager is not there, or is no text: write the name of a key of the JSON object behind the `#`");
        insta::assert_snapshot!(kept(json, Some("port")).unwrap_err(), @"the key port of the secret quell/key in Secrets Manager is not there, or is no text: write the name of a key of the JSON object behind the `#`");
        insta::assert_snapshot!(kept(b"s3cret", Some("key")).unwrap_err(), @"the key key of the secret quell/key in Secrets Manager can't be looked up, because what is kept there is no JSON object: leave out the `#` and what is behind it");
    }
}
