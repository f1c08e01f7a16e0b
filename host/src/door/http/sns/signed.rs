//! A message as it is signed: which of its fields, in which order, and by what. Pure.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, de::IgnoredAny};

use super::signing_cert_url::{NoSigningCertUrl, SigningCertUrl};
use crate::alert::printable::printable;

/// The most characters of a text out of a message that are repeated in an error.
const MOST_SHOWN: usize = 40;

/// How a message is signed: RSA with PKCS #1 v1.5, and one of two digests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SignatureVersion {
    /// `1`: SHA-1, which SNS uses unless the topic says otherwise.
    Sha1,
    /// `2`: SHA-256.
    Sha256,
}

/// A message, and what is said to be its signature. Nothing of it is believed yet.
#[derive(Debug)]
pub(super) struct Signed {
    /// When it was published, as SNS spells it.
    pub(super) timestamp: String,
    /// How it is signed.
    pub(super) version: SignatureVersion,
    /// The signature.
    pub(super) signature: Vec<u8>,
    /// Where the certificate is whose key it is signed by. It is at SNS.
    pub(super) certificate: SigningCertUrl,
    /// What the signature is of.
    pub(super) text: String,
}

/// Why a message can't be one that SNS signed, by what stands in it alone.
#[derive(Debug, thiserror::Error)]
pub enum NotSigned {
    /// A key is there twice, or is no text.
    #[error("it is not as SNS writes it")]
    Unreadable(#[source] serde_json::Error),
    /// As Lambda's events have it.
    #[error("it has `SigningCertUrl`, as in an event of Lambda; by HTTP SNS writes `SigningCertURL`")]
    LambdaSpelling,
    /// A field that is signed, or the signature, is not there.
    #[error("it has no `{0}`")]
    Missing(&'static str),
    /// Another version.
    #[error("its SignatureVersion is `{0}`, and there are only 1 and 2")]
    OtherVersion(String),
    /// The signature is not Base64.
    #[error("its Signature is not Base64")]
    NotBase64,
    /// The certificate is elsewhere.
    #[error(transparent)]
    Certificate(#[from] NoSigningCertUrl),
}

/// The fields that matter. A key that is there twice is refused: one reader might take the first, and another the last.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Fields {
    #[serde(rename = "Type")]
    kind: Option<String>,
    message_id: Option<String>,
    topic_arn: Option<String>,
    subject: Option<String>,
    message: Option<String>,
    timestamp: Option<String>,
    token: Option<String>,
    #[serde(rename = "SubscribeURL")]
    subscribe_url: Option<String>,
    signature_version: Option<String>,
    signature: Option<String>,
    #[serde(rename = "SigningCertURL")]
    signing_cert_url: Option<String>,
    #[serde(rename = "SigningCertUrl")]
    lambdas: Option<IgnoredAny>,
}

impl Signed {
    /// Reads the body of a request of SNS.
    ///
    /// # Errors
    /// Why SNS can't have signed it.
    pub(super) fn read(body: &[u8]) -> Result<Self, NotSigned> {
        let fields: Fields = serde_json::from_slice(body).map_err(NotSigned::Unreadable)?;
        if fields.lambdas.is_some() {
            return Err(NotSigned::LambdaSpelling);
        }
        let text = text(&fields)?;
        let version = match there(&fields.signature_version, "SignatureVersion")? {
            "1" => SignatureVersion::Sha1,
            "2" => SignatureVersion::Sha256,
            other => return Err(NotSigned::OtherVersion(shown(other))),
        };
        let signature = there(&fields.signature, "Signature")?;
        let signature = BASE64_STANDARD.decode(signature).map_err(|_| NotSigned::NotBase64)?;
        let topic = there(&fields.topic_arn, "TopicArn")?;
        let certificate = SigningCertUrl::read(there(&fields.signing_cert_url, "SigningCertURL")?, topic)?;
        Ok(Self {
            timestamp: there(&fields.timestamp, "Timestamp")?.to_owned(),
            version,
            signature,
            certificate,
            text,
        })
    }
}

/// The string to sign: of each field its name and its value, a line each, in SNS's order. A subject is only there if the publisher gave one.
fn text(fields: &Fields) -> Result<String, NotSigned> {
    let kind = there(&fields.kind, "Type")?;
    let mut signed = vec![
        ("Message", there(&fields.message, "Message")?),
        ("MessageId", there(&fields.message_id, "MessageId")?),
    ];
    if kind == "Notification" {
        signed.extend(fields.subject.as_deref().map(|subject| ("Subject", subject)));
    } else {
        signed.push(("SubscribeURL", there(&fields.subscribe_url, "SubscribeURL")?));
    }
    signed.push(("Timestamp", there(&fields.timestamp, "Timestamp")?));
    if kind != "Notification" {
        signed.push(("Token", there(&fields.token, "Token")?));
    }
    signed.push(("TopicArn", there(&fields.topic_arn, "TopicArn")?));
    signed.push(("Type", kind));
    Ok(signed
        .iter()
        .map(|(name, value)| format!("{name}\n{value}\n"))
        .collect())
}

fn there<'fields>(field: &'fields Option<String>, name: &'static str) -> Result<&'fields str, NotSigned> {
    field.as_deref().ok_or(NotSigned::Missing(name))
}

fn shown(text: &str) -> String {
    printable(&text.chars().take(MOST_SHOWN).collect::<String>())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;
    use serde_json::{Value, json};

    use super::*;
    use crate::text::with_causes;

    fn notification() -> Value {
        json!({
            "Type": "Notification",
            "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
            "TopicArn": "arn:aws:sns:us-west-2:123456789012:MyTopic",
            "Subject": "My First Message",
            "Message": "Hello\nworld!",
            "Timestamp": "2012-05-02T00:54:06.655Z",
            "SignatureVersion": "1",
            "Signature": "RVhBTVBMRQ==",
            "SigningCertURL": "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-f3ecfb72.pem",
            "UnsubscribeURL": "https://sns.us-west-2.amazonaws.com/?Action=Unsubscribe"
        })
    }

    fn read(message: &Value) -> Result<Signed, NotSigned> {
        Signed::read(message.to_string().as_bytes())
    }

    #[test]
    fn a_notification_is_signed_over_these_lines() {
        let signed = read(&notification()).unwrap();
        assert_eq!(
            signed.text,
            "Message\nHello\nworld!\nMessageId\n22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324\nSubject\nMy First Message\nTimestamp\n2012-05-02T00:54:06.655Z\n\
             TopicArn\narn:aws:sns:us-west-2:123456789012:MyTopic\nType\nNotification\n"
        );
        assert_eq!(signed.version, SignatureVersion::Sha1);
        assert_eq!(signed.signature, b"EXAMPLE");
    }

    #[rstest]
    #[case::none(None)]
    #[case::null(Some(Value::Null))]
    fn a_subject_that_is_not_there_is_not_signed(#[case] subject: Option<Value>) {
        let mut message = notification();
        match subject {
            None => drop(message.as_object_mut().unwrap().remove("Subject")),
            Some(subject) => message["Subject"] = subject,
        }
        assert!(!read(&message).unwrap().text.contains("Subject"));
    }

    #[rstest]
    fn a_confirmation_is_signed_over_these_lines(
        #[values("SubscriptionConfirmation", "UnsubscribeConfirmation")] kind: &str,
    ) {
        let mut message = notification();
        message["Type"] = json!(kind);
        message["Token"] = json!("2336412f37");
        message["SubscribeURL"] = json!("https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription");
        message["SignatureVersion"] = json!("2");
        let signed = read(&message).unwrap();
        assert_eq!(
            signed.text,
            format!(
                "Message\nHello\nworld!\nMessageId\n22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324\nSubscribeURL\nhttps://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription\n\
                 Timestamp\n2012-05-02T00:54:06.655Z\nToken\n2336412f37\nTopicArn\narn:aws:sns:us-west-2:123456789012:MyTopic\nType\n{kind}\n"
            )
        );
        assert_eq!(signed.version, SignatureVersion::Sha256);
    }

    #[test]
    fn each_that_sns_can_not_have_signed_is_refused_for_its_own_reason() {
        let refused = |change: &dyn Fn(&mut serde_json::Map<String, Value>)| {
            let mut message = notification();
            change(message.as_object_mut().unwrap());
            with_causes(&read(&message).unwrap_err())
        };
        let url = "SigningCertURL";
        let told = [
            refused(&|message| drop(message.remove("Signature"))),
            refused(&|message| drop(message.remove("SignatureVersion"))),
            refused(&|message| drop(message.remove(url))),
            refused(&|message| drop(message.remove("Timestamp"))),
            refused(&|message| drop(message.insert("SignatureVersion".into(), json!("3")))),
            refused(&|message| drop(message.insert("SignatureVersion".into(), json!("\u{1b}[2J")))),
            refused(&|message| drop(message.insert("SignatureVersion".into(), json!(1)))),
            refused(&|message| drop(message.insert("Signature".into(), json!("no Base64!")))),
            refused(&|message| {
                let value = message.remove(url).unwrap();
                message.insert("SigningCertUrl".into(), value);
            }),
            refused(&|message| drop(message.insert("SigningCertUrl".into(), json!("beside the other")))),
            refused(&|message| drop(message.insert(url.into(), json!("http://sns.us-west-2.amazonaws.com/x.pem")))),
            refused(&|message| drop(message.insert("Type".into(), json!("SubscriptionConfirmation")))),
        ];
        insta::assert_snapshot!(told.join("\n"), @r#"
it has no `Signature`
it has no `SignatureVersion`
it has no `SigningCertURL`
it has no `Timestamp`
its SignatureVersion is `3`, and there are only 1 and 2
its SignatureVersion is `\u{1b}[2J`, and there are only 1 and 2
it is not as SNS writes it: invalid type: integer `1`, expected a string at line 1 column 125
its Signature is not Base64
it has `SigningCertUrl`, as in an event of Lambda; by HTTP SNS writes `SigningCertURL`
it has `SigningCertUrl`, as in an event of Lambda; by HTTP SNS writes `SigningCertURL`
its SigningCertURL is not https
it has no `SubscribeURL`
"#);
    }

    #[test]
    fn a_key_that_is_there_twice_is_refused_whichever_would_be_taken() {
        let once = notification().to_string();
        let twice = format!("{},\"Message\":\"another\"}}", once.strip_suffix('}').unwrap());
        assert!(matches!(Signed::read(twice.as_bytes()), Err(NotSigned::Unreadable(_))));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..256)) {
            let _ = Signed::read(&bytes);
        }

        #[test]
        fn whatever_is_in_a_field_another_field_signs_otherwise(one in "[a-zM\n]{0,12}", other in "[a-zM\n]{0,12}") {
            prop_assume!(one != other);
            let mut message = notification();
            message["Message"] = json!(one);
            let first = read(&message).unwrap().text;
            message["Message"] = json!(other);
            prop_assert_ne!(first, read(&message).unwrap().text);
        }
    }
}
