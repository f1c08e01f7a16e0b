//! A topic, as far as the doctor asks SNS for it.

use std::time::Duration;

use aws_config::{Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_sns::Client;

use super::subscription::Subscription;
use crate::cloud::{Fault, aws::fault};

/// How long a call may take, all its tries together, and how long one try.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);
const TRY_TIMEOUT: Duration = Duration::from_secs(4);
/// How often a call is tried, the first time included.
const MAX_ATTEMPTS: u32 = 3;
/// The most pages of subscriptions that are read, of 100 each. Topics of alerts have a few subscriptions.
const MOST_PAGES: usize = 20;
/// What stands in the place of an ARN while a subscription waits to be confirmed.
const PENDING: &str = "PendingConfirmation";
/// What stands there for a while once it was ended.
const DELETED: &str = "Deleted";
/// The attribute that says whether messages come without SNS's envelope.
const RAW: &str = "RawMessageDelivery";

/// A topic.
#[derive(Debug)]
pub struct Topic {
    sns: Client,
    arn: String,
}

impl Topic {
    /// A topic, which is reached in its region with the credentials and the end points of `config`. Nothing is called yet.
    pub fn new(config: &SdkConfig, arn: &str, region: &str) -> Self {
        let timeouts = TimeoutConfig::builder()
            .operation_timeout(CALL_TIMEOUT)
            .operation_attempt_timeout(TRY_TIMEOUT)
            .build();
        let config = config
            .to_builder()
            .retry_config(RetryConfig::standard().with_max_attempts(MAX_ATTEMPTS))
            .timeout_config(timeouts)
            .region(Region::new(region.to_owned()))
            .build();
        Self {
            sns: Client::new(&config),
            arn: arn.to_owned(),
        }
    }

    /// To where it sends, the first two thousand.
    ///
    /// # Errors
    /// What SNS says: that it may not be asked, or that there is no such topic.
    pub async fn subscriptions(&self) -> Result<Vec<Subscription>, Fault> {
        let mut subscriptions = Vec::new();
        let mut token = None;
        for _ in 0..MOST_PAGES {
            let call = self.sns.list_subscriptions_by_topic().topic_arn(&self.arn);
            let page = call.set_next_token(token).send().await.map_err(|error| fault(&error))?;
            for listed in page.subscriptions() {
                let arn = listed.subscription_arn();
                if arn == Some(DELETED) {
                    continue;
                }
                let arn = arn.filter(|arn| *arn != PENDING);
                let mut subscription = Subscription {
                    arn: arn.map(str::to_owned),
                    protocol: listed.protocol().unwrap_or_default().to_owned(),
                    endpoint: listed.endpoint().unwrap_or_default().to_owned(),
                    is_raw: false,
                };
                if let (Some(arn), true) = (arn, subscription.is_to_the_door()) {
                    subscription.is_raw = self.is_raw(arn).await;
                }
                subscriptions.push(subscription);
            }
            token = page.next_token;
            if token.is_none() {
                break;
            }
        }
        Ok(subscriptions)
    }

    /// As far as SNS tells: who subscribed from another account may be the only one who is told.
    async fn is_raw(&self, subscription: &str) -> bool {
        let call = self.sns.get_subscription_attributes().subscription_arn(subscription);
        let Ok(answer) = call.send().await else {
            return false;
        };
        let raw = answer.attributes().and_then(|attributes| attributes.get(RAW));
        raw.is_some_and(|raw| raw == "true")
    }
}
