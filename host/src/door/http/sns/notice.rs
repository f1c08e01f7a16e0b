//! A notice: the body of a request of SNS.

use std::borrow::Cow;

use serde::Deserialize;

use crate::alert::printable::printable;

/// The most characters that are repeated of what is wrong with a body: a part of it, which a stranger may have written, can be in it.
const MOST_SHOWN: usize = 200;

/// What SNS tells, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "Type")]
pub(super) enum Notice<'body> {
    /// A message of a topic.
    #[serde(rename_all = "PascalCase")]
    Notification {
        /// The topic's ARN.
        #[serde(borrow)]
        topic_arn: Cow<'body, str>,
    },
    /// Somebody subscribed this endpoint to a topic.
    #[serde(rename_all = "PascalCase")]
    SubscriptionConfirmation {
        /// The topic's ARN.
        #[serde(borrow)]
        topic_arn: Cow<'body, str>,
        /// Who fetches this confirms it.
        #[serde(borrow, rename = "SubscribeURL")]
        subscribe_url: Cow<'body, str>,
    },
    /// Somebody ended the subscription of this endpoint.
    #[serde(rename_all = "PascalCase")]
    UnsubscribeConfirmation {
        /// The topic's ARN.
        #[serde(borrow)]
        topic_arn: Cow<'body, str>,
    },
}

/// Why a request is no notice.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoticeError {
    /// Raw delivery.
    #[error(
        "this is raw delivery: without SNS's envelope nobody knows which topic a message is from, and it bears no signature; switch raw message delivery off for this subscription"
    )]
    Raw,
    /// No envelope of SNS.
    #[error(
        "this is no message of SNS: a JSON object with `Type`, `TopicArn` and what else belongs to the type; if raw message delivery is on for this subscription, switch it off: {0}"
    )]
    Unreadable(String),
    /// The header says another type than the body.
    #[error("the header says that this is `{said}`, and the body that it is `{is}`")]
    OtherType {
        /// By the header.
        said: String,
        /// By the body.
        is: &'static str,
    },
}

impl<'body> Notice<'body> {
    pub(super) fn read(body: &'body [u8]) -> Result<Self, NoticeError> {
        serde_json::from_slice(body).map_err(|error| {
            let shown: String = error.to_string().chars().take(MOST_SHOWN).collect();
            NoticeError::Unreadable(printable(&shown))
        })
    }

    /// Its type, as SNS calls it.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Notification { .. } => "Notification",
            Self::SubscriptionConfirmation { .. } => "SubscriptionConfirmation",
            Self::UnsubscribeConfirmation { .. } => "UnsubscribeConfirmation",
        }
    }

    /// The ARN of its topic.
    pub(super) fn topic(&self) -> &str {
        match self {
            Self::Notification { topic_arn }
            | Self::SubscriptionConfirmation { topic_arn, .. }
            | Self::UnsubscribeConfirmation { topic_arn } => topic_arn,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_that_is_no_notice_puts_neither_lines_nor_all_of_itself_into_the_log() {
        let kind = format!("x\n ERROR the journal is gone \u{1b}[2J{}", "y".repeat(100_000));
        let body = serde_json::json!({ "Type": kind, "TopicArn": "arn" }).to_string();
        let told = Notice::read(body.as_bytes()).unwrap_err().to_string();
        assert!(told.contains("unknown variant `x\\n ERROR"), "{told}");
        assert!(!told.contains(['\n', '\u{1b}']) && told.len() < 600, "{told}");
    }
}
