//! The keys of S3's listings.
//!
//! A key may have any character, and XML 1.0 has no word for most control characters: one such key makes a listing unreadable. So a listing is asked for with [`EncodingType::Url`], and its
//! keys are decoded here.

use aws_sdk_s3::types::EncodingType;
use url::form_urlencoded;

/// A key as it is, out of a listing that says that it is encoded so. What is not S3 itself may pass over what was asked for, and then says nothing.
pub(crate) fn listed_key(key: &str, encoding: Option<&EncodingType>) -> String {
    if encoding != Some(&EncodingType::Url) {
        return key.to_owned();
    }
    // As in a form, a plus is a space. But what parts a form is nothing but a part of a key.
    let whole = key.replace('&', "%26").replace('=', "%3D");
    let key = form_urlencoded::parse(whole.as_bytes()).next();
    key.map(|(key, _)| key.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_asked_for_by_the_key_that_it_has_whatever_is_in_it() {
        for (listed, key) in [
            ("AWSLogs/2030/a.jsonl", "AWSLogs/2030/a.jsonl"),
            ("AWSLogs%2F2030%2Fa.jsonl", "AWSLogs/2030/a.jsonl"),
            ("a%01b%0A.json", "a\u{1}b\n.json"),
            ("a+b%2Bc%20d.json", "a b+c d.json"),
            ("day=5&hour=6.json", "day=5&hour=6.json"),
            ("day%3D5%26hour%3D6.json", "day=5&hour=6.json"),
            ("100%25.json", "100%.json"),
            ("%C3%A9.json", "\u{e9}.json"),
            ("", ""),
        ] {
            assert_eq!(listed_key(listed, Some(&EncodingType::Url)), key);
        }
    }

    #[test]
    fn a_key_of_a_listing_that_is_not_encoded_stays_as_it_is() {
        assert_eq!(listed_key("a+b%20c.json", None), "a+b%20c.json");
    }
}
