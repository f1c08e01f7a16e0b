//! SNS's own host, and who fetches from it: the one rule for every address out of a message.

use std::time::Duration;

use reqwest::{Client, redirect::Policy};
use url::Url;

/// How long a fetch may take, and how long until there is a connection. SNS waits 15 s for its own answer, and gets it when this is over.
const TIMEOUT: Duration = Duration::from_secs(8);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);

/// Where SNS is in the region of a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Home<'topic> {
    /// The region, such as `eu-west-1`.
    pub(super) region: &'topic str,
    /// What Amazon's hosts end with there.
    pub(super) suffix: &'static str,
}

impl<'topic> Home<'topic> {
    /// Of a topic, by its ARN. None for a partition that is not on the public Internet.
    pub(super) fn of(topic: &'topic str) -> Option<Self> {
        let mut parts = topic.split(':');
        let ("arn", partition, "sns", region) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?) else {
            return None;
        };
        let suffix = match partition {
            "aws" | "aws-us-gov" => "amazonaws.com",
            "aws-cn" => "amazonaws.com.cn",
            _ => return None,
        };
        let is_region = region.len() >= 3 && region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        is_region.then_some(Self { region, suffix })
    }

    /// SNS's host there.
    pub(super) fn host(self) -> String {
        format!("sns.{}.{}", self.region, self.suffix)
    }
}

/// Why an address is not one of SNS in the topic's region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAmazons {
    /// Not a URL at all.
    #[error("is no URL")]
    Unreadable,
    /// Not https.
    #[error("is not https")]
    NotPrivate,
    /// A user, a password or a port is in it.
    #[error("names a user or a port")]
    Adorned,
    /// Another host than SNS has in the topic's region.
    #[error("is not at Amazon's SNS in the topic's region (sns.REGION.amazonaws.com)")]
    OtherHost,
}

/// The address, if it is at SNS itself in the region of this topic, by https and with nothing else in front of the path.
pub(super) fn at_amazon(text: &str, topic: &str) -> Result<Url, NotAmazons> {
    let url = Url::parse(text).map_err(|_| NotAmazons::Unreadable)?;
    if url.scheme() != "https" {
        return Err(NotAmazons::NotPrivate);
    }
    // The port that https has anyway is read as none.
    if !url.username().is_empty() || url.password().is_some() || url.port().is_some() {
        return Err(NotAmazons::Adorned);
    }
    let home = Home::of(topic).ok_or(NotAmazons::OtherHost)?;
    if url.host_str() != Some(home.host().as_str()) {
        return Err(NotAmazons::OtherHost);
    }
    Ok(url)
}

/// Asks Amazon.
#[derive(Debug)]
pub struct AtAmazon(pub(super) Client);

impl AtAmazon {
    /// Asks by https only, follows to no other address, and by no proxy of the environment.
    ///
    /// # Errors
    /// If the system has no TLS.
    pub fn new() -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .https_only(true)
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .user_agent("quell");
        client.build().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::commercial("arn:aws:sns:eu-west-1:111122223333:alerts", Some("sns.eu-west-1.amazonaws.com"))]
    #[case::government(
        "arn:aws-us-gov:sns:us-gov-west-1:111122223333:a",
        Some("sns.us-gov-west-1.amazonaws.com")
    )]
    #[case::china(
        "arn:aws-cn:sns:cn-north-1:111122223333:alerts",
        Some("sns.cn-north-1.amazonaws.com.cn")
    )]
    #[case::no_internet("arn:aws-iso:sns:us-iso-east-1:111122223333:alerts", None)]
    #[case::a_region_that_is_a_host("arn:aws:sns:evil.example/:111122223333:alerts", None)]
    #[case::no_topic("alerts", None)]
    fn a_topic_tells_where_its_sns_is(#[case] topic: &str, #[case] host: Option<&str>) {
        assert_eq!(Home::of(topic).map(Home::host).as_deref(), host);
    }
}
