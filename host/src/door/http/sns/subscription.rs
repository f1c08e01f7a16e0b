//! A subscription to a topic, as SNS tells of it.

/// To where a topic sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Its ARN. None while it waits to be confirmed, when nothing is sent yet.
    pub arn: Option<String>,
    /// Such as `https`, `sqs` or `lambda`.
    pub protocol: String,
    /// An address, of which SNS hides the password, or the ARN of a queue or function.
    pub endpoint: String,
    /// Whether messages come without SNS's envelope. Not asked where that makes no difference.
    pub is_raw: bool,
}

impl Subscription {
    /// Whether messages are posted to it.
    pub fn is_by_http(&self) -> bool {
        matches!(self.protocol.as_str(), "http" | "https")
    }

    /// Whether messages are posted to where the HTTP door takes them, whatever stands in front of it.
    pub fn is_to_the_door(&self) -> bool {
        self.is_by_http() && self.endpoint.ends_with(super::PATH)
    }
}
