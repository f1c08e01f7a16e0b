//! The one address out of a message that Quell fetches: only Amazon's.

use quell::door::http::sns::subscribe_url::SubscribeUrl;
use url::Url;

use super::told;

/// The topic that is listed.
const TOPIC: &str = "arn:aws:sns:eu-west-1:111122223333:alerts";

/// Reads the bytes as the address at which a subscription is confirmed.
pub fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    match SubscribeUrl::read(text, TOPIC) {
        // What is fetched is looked at, and not the text that it was read from.
        Ok(url) => {
            let fetched = Url::parse(url.url().as_str()).expect("what is fetched is a URL");
            assert_eq!(fetched.scheme(), "https");
            assert_eq!(fetched.host_str(), Some("sns.eu-west-1.amazonaws.com"));
            assert_eq!((fetched.port_or_known_default(), fetched.path()), (Some(443), "/"));
            assert!(fetched.username().is_empty() && fetched.password().is_none());
        }
        Err(error) => {
            told::error(&error);
        }
    }
}
