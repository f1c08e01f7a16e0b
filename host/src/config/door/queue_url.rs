//! The URL of an SQS queue.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};
use url::{Host, Url};

/// The URL of an SQS queue, such as `https://sqs.eu-west-1.amazonaws.com/111122223333/alerts`: where it is, whose it is, and its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub struct QueueUrl(Url);

/// A text that is no queue's URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the URL of an SQS queue, such as https://sqs.eu-west-1.amazonaws.com/111122223333/alerts")]
pub struct NotAQueue(String);

impl QueueUrl {
    /// As SQS takes it.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The account that it belongs to.
    pub fn account(&self) -> &str {
        self.parts().map_or("", |(account, _)| account)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.parts().map_or("", |(_, name)| name)
    }

    /// Its region. None if its host is not one of Amazon's, as where SQS is played by another server.
    pub fn region(&self) -> Option<&str> {
        let host = self.0.host_str()?;
        let host = host.strip_suffix(".cn").unwrap_or(host);
        match host.strip_suffix(".amazonaws.com")?.split_once('.')? {
            ("sqs", region) if !region.contains('.') => Some(region),
            // The older form.
            (region, "queue") => Some(region),
            _ => None,
        }
    }

    /// Whether it is one that keeps an order.
    pub fn is_fifo(&self) -> bool {
        self.name().ends_with(".fifo")
    }

    fn parts(&self) -> Option<(&str, &str)> {
        let mut segments = self.0.path_segments()?;
        let (account, name) = (segments.next()?, segments.next()?);
        segments.next().is_none().then_some((account, name))
    }

    fn read(text: &str) -> Option<Self> {
        let url = Self(Url::parse(text).ok()?);
        let (account, name) = url.parts()?;
        let plain = name.strip_suffix(".fifo").unwrap_or(name);
        // SQS's own rule for names: up to 80 letters, digits, hyphens and underscores, `.fifo` counted.
        let is_name = !plain.is_empty()
            && name.len() <= 80
            && plain
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        let is_plain = url.0.query().is_none() && url.0.fragment().is_none() && url.0.username().is_empty();
        (is_name && is_account && is_plain && is_private(&url.0)).then_some(url)
    }
}

/// Whether nobody on the way reads along: by https, or on this machine, where tests play SQS.
fn is_private(url: &Url) -> bool {
    let is_loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && is_loopback)
}

impl TryFrom<String> for QueueUrl {
    type Error = NotAQueue;

    fn try_from(text: String) -> Result<Self, NotAQueue> {
        Self::read(&text).ok_or(NotAQueue(text))
    }
}

impl<'de> Deserialize<'de> for QueueUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl JsonSchema for QueueUrl {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "QueueUrl".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": "uri",
            "examples": ["https://sqs.eu-west-1.amazonaws.com/111122223333/alerts"],
        })
    }
}

impl From<QueueUrl> for String {
    fn from(queue: QueueUrl) -> Self {
        queue.0.into()
    }
}

impl fmt::Display for QueueUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn read(text: &str) -> Result<QueueUrl, NotAQueue> {
        QueueUrl::try_from(text.to_owned())
    }

    #[rstest]
    #[case::plain("https://sqs.eu-west-1.amazonaws.com/111122223333/alerts", Some("eu-west-1"))]
    #[case::china("https://sqs.cn-north-1.amazonaws.com.cn/111122223333/alerts", Some("cn-north-1"))]
    #[case::the_older_form("https://eu-west-1.queue.amazonaws.com/111122223333/alerts", Some("eu-west-1"))]
    #[case::ordered("https://sqs.eu-west-1.amazonaws.com/111122223333/alerts.fifo", Some("eu-west-1"))]
    #[case::played_on_this_machine("http://127.0.0.1:5000/111122223333/alerts", None)]
    fn a_queue_tells_where_it_is_and_whose(#[case] url: &str, #[case] region: Option<&str>) {
        let queue = read(url).unwrap();
        assert_eq!((queue.account(), queue.region()), ("111122223333", region));
        assert_eq!(queue.is_fifo(), url.ends_with(".fifo"));
        assert_eq!(queue.as_str(), url);
    }

    #[rstest]
    #[case::an_arn("arn:aws:sqs:eu-west-1:111122223333:alerts")]
    #[case::a_name("alerts")]
    #[case::no_account("https://sqs.eu-west-1.amazonaws.com/alerts")]
    #[case::more_behind_it("https://sqs.eu-west-1.amazonaws.com/111122223333/alerts/x")]
    #[case::not_private("http://sqs.eu-west-1.amazonaws.com/111122223333/alerts")]
    #[case::a_question("https://sqs.eu-west-1.amazonaws.com/111122223333/alerts?Action=DeleteQueue")]
    #[case::no_name("https://sqs.eu-west-1.amazonaws.com/111122223333/.fifo")]
    fn what_is_no_queue_is_refused(#[case] url: &str) {
        assert!(read(url).is_err());
    }
}
