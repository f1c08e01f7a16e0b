//! The address at which a subscription is confirmed. Quell fetches it, so whoever sends a message must not choose what it is.

use std::fmt;

use url::Url;

use super::amazon::{NotAmazons, at_amazon};

/// An address at which a subscription of one topic is confirmed, at Amazon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscribeUrl(Url);

/// Why an address is not fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoSubscribeUrl {
    /// It is not at SNS.
    #[error("its SubscribeURL {0}")]
    NotAmazons(NotAmazons),
    /// It asks for something else, or for another topic.
    #[error("its SubscribeURL does not ask to confirm a subscription of this topic")]
    OtherAct,
}

impl SubscribeUrl {
    /// The address, if it is one of SNS itself and confirms a subscription of this topic and nothing else.
    ///
    /// # Errors
    /// What else it is.
    pub fn read(text: &str, topic: &str) -> Result<Self, NoSubscribeUrl> {
        let url = at_amazon(text, topic).map_err(NoSubscribeUrl::NotAmazons)?;
        let mut acts = url.query_pairs().filter(|(key, _)| key == "Action");
        let mut topics = url.query_pairs().filter(|(key, _)| key == "TopicArn");
        let confirms = acts.next().is_some_and(|(_, act)| act == "ConfirmSubscription") && acts.next().is_none();
        let is_of_topic = topics.next().is_some_and(|(_, named)| named == topic) && topics.next().is_none();
        if !confirms || !is_of_topic || url.path() != "/" {
            return Err(NoSubscribeUrl::OtherAct);
        }
        Ok(Self(url))
    }

    /// As a URL.
    pub fn url(&self) -> &Url {
        &self.0
    }
}

impl fmt::Display for SubscribeUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    const TOPIC: &str = "arn:aws:sns:eu-west-1:111122223333:alerts";
    const QUERY: &str = "?Action=ConfirmSubscription&TopicArn=arn:aws:sns:eu-west-1:111122223333:alerts&Token=2336412f";

    fn at(front: &str) -> Result<SubscribeUrl, NoSubscribeUrl> {
        SubscribeUrl::read(&format!("{front}{QUERY}"), TOPIC)
    }

    #[test]
    fn amazons_own_address_is_fetched() {
        assert!(at("https://sns.eu-west-1.amazonaws.com/").is_ok());
        assert!(at("HTTPS://SNS.EU-WEST-1.AMAZONAWS.COM:443/").is_ok());
        let china = "arn:aws-cn:sns:cn-north-1:111122223333:alerts";
        let url = format!(
            "https://sns.cn-north-1.amazonaws.com.cn/?Action=ConfirmSubscription&TopicArn={}&Token=1",
            china.replace(':', "%3A")
        );
        assert!(SubscribeUrl::read(&url, china).is_ok());
    }

    #[rstest]
    #[case::no_url("sns.eu-west-1.amazonaws.com/", NotAmazons::Unreadable)]
    #[case::not_private("http://sns.eu-west-1.amazonaws.com/", NotAmazons::NotPrivate)]
    #[case::another_scheme("file://sns.eu-west-1.amazonaws.com/", NotAmazons::NotPrivate)]
    #[case::a_user("https://sns.eu-west-1.amazonaws.com@evil.example/", NotAmazons::Adorned)]
    #[case::a_user_and_a_password("https://a:b@sns.eu-west-1.amazonaws.com/", NotAmazons::Adorned)]
    #[case::a_port("https://sns.eu-west-1.amazonaws.com:8443/", NotAmazons::Adorned)]
    #[case::more_behind_the_host("https://sns.eu-west-1.amazonaws.com.evil.example/", NotAmazons::OtherHost)]
    #[case::more_before_the_host("https://evil-sns.eu-west-1.amazonaws.com/", NotAmazons::OtherHost)]
    #[case::a_bucket_of_somebody("https://sns.s3.eu-west-1.amazonaws.com/", NotAmazons::OtherHost)]
    #[case::a_path_that_looks_like_a_host("https://evil.example/sns.eu-west-1.amazonaws.com/", NotAmazons::OtherHost)]
    #[case::a_fragment_that_looks_like_a_host(
        "https://evil.example/#sns.eu-west-1.amazonaws.com/",
        NotAmazons::OtherHost
    )]
    #[case::a_backslash("https://evil.example\\sns.eu-west-1.amazonaws.com/", NotAmazons::OtherHost)]
    #[case::letters_that_look_alike("https://sns.eu-west-1.am\u{430}zonaws.com/", NotAmazons::OtherHost)]
    #[case::the_root_dot("https://sns.eu-west-1.amazonaws.com./", NotAmazons::OtherHost)]
    #[case::an_address("https://169.254.169.254/", NotAmazons::OtherHost)]
    #[case::this_machine("https://localhost/", NotAmazons::OtherHost)]
    #[case::another_service("https://sqs.eu-west-1.amazonaws.com/", NotAmazons::OtherHost)]
    #[case::another_region("https://sns.us-east-1.amazonaws.com/", NotAmazons::OtherHost)]
    #[case::no_region("https://sns..amazonaws.com/", NotAmazons::OtherHost)]
    #[case::china("https://sns.eu-west-1.amazonaws.com.cn/", NotAmazons::OtherHost)]
    #[case::china_elsewhere("https://sns.eu-west-1.amazonaws.com.cn.cn/", NotAmazons::OtherHost)]
    fn no_other_address_is_fetched(#[case] front: &str, #[case] why: NotAmazons) {
        assert_eq!(at(front), Err(NoSubscribeUrl::NotAmazons(why)));
    }

    #[test]
    fn another_path_is_not_fetched() {
        assert_eq!(
            at("https://sns.eu-west-1.amazonaws.com/x"),
            Err(NoSubscribeUrl::OtherAct)
        );
    }

    #[rstest]
    #[case::nothing("")]
    #[case::another_act("?Action=DeleteTopic&TopicArn=arn:aws:sns:eu-west-1:111122223333:alerts")]
    #[case::two_acts(
        "?Action=ConfirmSubscription&Action=DeleteTopic&TopicArn=arn:aws:sns:eu-west-1:111122223333:alerts"
    )]
    #[case::another_topic("?Action=ConfirmSubscription&TopicArn=arn:aws:sns:eu-west-1:999988887777:alerts")]
    #[case::two_topics(
        "?Action=ConfirmSubscription&TopicArn=arn:aws:sns:eu-west-1:111122223333:alerts&TopicArn=arn:aws:sns:eu-west-1:999988887777:alerts"
    )]
    fn nothing_but_a_subscription_of_the_topic_is_confirmed(#[case] query: &str) {
        let url = format!("https://sns.eu-west-1.amazonaws.com/{query}");
        assert_eq!(SubscribeUrl::read(&url, TOPIC), Err(NoSubscribeUrl::OtherAct));
    }

    proptest! {
        #[test]
        fn whatever_is_fetched_is_at_amazon(front in "https?://[a-z0-9.:@/\\\\#?-]{0,20}(sns\\.)?[a-z0-9-]{0,9}\\.amazonaws\\.com[a-z.:/@-]{0,8}") {
            if let Ok(url) = at(&front) {
                prop_assert_eq!(url.url().host_str(), Some("sns.eu-west-1.amazonaws.com"));
                prop_assert_eq!(url.url().port_or_known_default(), Some(443));
            }
        }
    }
}
