//! The address of the certificate that a message is signed by. Quell fetches it, so whoever sends a message must not choose what it is.

use std::fmt;

use url::Url;

use super::amazon::{NotAmazons, at_amazon};

/// How the certificate's file begins and ends. Between them is a hexadecimal number.
const BEGIN: &str = "/SimpleNotificationService-";
const END: &str = ".pem";

/// The most digits of that number. Amazon's have 32.
const MOST_DIGITS: usize = 64;

/// An address at which SNS keeps a certificate that it signs with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SigningCertUrl(Url);

/// Why an address is not fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoSigningCertUrl {
    /// It is not at SNS.
    #[error("its SigningCertURL {0}")]
    NotAmazons(NotAmazons),
    /// Something else is there.
    #[error("its SigningCertURL is not that of a certificate (/SimpleNotificationService-….pem and nothing behind it)")]
    OtherFile,
}

impl SigningCertUrl {
    /// The address, if it is one of a certificate at SNS itself in the topic's region.
    ///
    /// # Errors
    /// What else it is.
    pub fn read(text: &str, topic: &str) -> Result<Self, NoSigningCertUrl> {
        let url = at_amazon(text, topic).map_err(NoSigningCertUrl::NotAmazons)?;
        let number = url.path().strip_prefix(BEGIN).and_then(|path| path.strip_suffix(END));
        let is_number = number.is_some_and(|number| {
            (1..=MOST_DIGITS).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_hexdigit())
        });
        if !is_number || url.query().is_some() || url.fragment().is_some() {
            return Err(NoSigningCertUrl::OtherFile);
        }
        Ok(Self(url))
    }

    /// As a URL.
    pub fn url(&self) -> &Url {
        &self.0
    }
}

impl fmt::Display for SigningCertUrl {
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
    const FILE: &str = "/SimpleNotificationService-0123456789abcdef.pem";

    #[test]
    fn a_certificate_at_amazon_is_fetched() {
        let url = format!("https://sns.eu-west-1.amazonaws.com{FILE}");
        assert_eq!(SigningCertUrl::read(&url, TOPIC).unwrap().to_string(), url);
        let china = "arn:aws-cn:sns:cn-north-1:111122223333:alerts";
        assert!(SigningCertUrl::read(&format!("https://sns.cn-north-1.amazonaws.com.cn{FILE}"), china).is_ok());
    }

    #[rstest]
    #[case::no_url("", NotAmazons::Unreadable)]
    #[case::not_private("http://sns.eu-west-1.amazonaws.com", NotAmazons::NotPrivate)]
    #[case::a_file_of_this_machine("file:///etc", NotAmazons::NotPrivate)]
    #[case::a_user("https://sns.eu-west-1.amazonaws.com@evil.example", NotAmazons::Adorned)]
    #[case::a_user_at_amazon("https://sns@sns.eu-west-1.amazonaws.com", NotAmazons::Adorned)]
    #[case::a_port("https://sns.eu-west-1.amazonaws.com:8443", NotAmazons::Adorned)]
    #[case::more_behind_the_host("https://sns.eu-west-1.amazonaws.com.evil.example", NotAmazons::OtherHost)]
    #[case::more_before_the_host("https://xsns.eu-west-1.amazonaws.com", NotAmazons::OtherHost)]
    #[case::a_bucket("https://sns.s3.eu-west-1.amazonaws.com", NotAmazons::OtherHost)]
    #[case::a_bucket_named_sns("https://s3.amazonaws.com/sns.eu-west-1.amazonaws.com", NotAmazons::OtherHost)]
    #[case::letters_that_look_alike("https://sns.eu-west-1.amaz\u{43e}naws.com", NotAmazons::OtherHost)]
    #[case::a_backslash("https://evil.example\\sns.eu-west-1.amazonaws.com", NotAmazons::OtherHost)]
    #[case::the_root_dot("https://sns.eu-west-1.amazonaws.com.", NotAmazons::OtherHost)]
    #[case::metadata("https://169.254.169.254", NotAmazons::OtherHost)]
    #[case::another_region("https://sns.us-east-1.amazonaws.com", NotAmazons::OtherHost)]
    #[case::another_partition("https://sns.eu-west-1.amazonaws.com.cn", NotAmazons::OtherHost)]
    fn no_other_host_is_asked(#[case] front: &str, #[case] why: NotAmazons) {
        let url = format!("{front}{FILE}");
        assert_eq!(
            SigningCertUrl::read(&url, TOPIC),
            Err(NoSigningCertUrl::NotAmazons(why)),
            "{url}"
        );
    }

    #[rstest]
    #[case::another_name("/evil.pem")]
    #[case::no_number("/SimpleNotificationService-.pem")]
    #[case::another_ending("/SimpleNotificationService-0123.cer")]
    #[case::no_hexadecimal("/SimpleNotificationService-evil.pem")]
    #[case::a_folder("/x/SimpleNotificationService-0123.pem")]
    #[case::out_of_the_folder("/SimpleNotificationService-01/../evil.pem")]
    #[case::a_query("/SimpleNotificationService-0123.pem?Action=Publish")]
    #[case::a_fragment("/SimpleNotificationService-0123.pem#evil")]
    #[case::a_long_number(
        "/SimpleNotificationService-00000000000000000000000000000000000000000000000000000000000000000.pem"
    )]
    fn nothing_else_is_asked_for(#[case] behind: &str) {
        let url = format!("https://sns.eu-west-1.amazonaws.com{behind}");
        assert_eq!(
            SigningCertUrl::read(&url, TOPIC),
            Err(NoSigningCertUrl::OtherFile),
            "{url}"
        );
    }

    proptest! {
        #[test]
        fn whatever_is_fetched_is_at_amazon(url in "https?://[a-z0-9.:@/\\\\#?-]{0,20}(sns\\.)?eu-west-1\\.amazonaws\\.com[a-z.:/@?#-]{0,8}(/SimpleNotificationService-[0-9a-f]{1,4}\\.pem)?") {
            if let Ok(url) = SigningCertUrl::read(&url, TOPIC) {
                prop_assert_eq!(url.url().host_str(), Some("sns.eu-west-1.amazonaws.com"));
                prop_assert_eq!(url.url().port_or_known_default(), Some(443));
                prop_assert!(url.url().path().ends_with(".pem"));
            }
        }
    }
}
