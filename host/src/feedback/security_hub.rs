//! Telling Security Hub: a note and a workflow status. To say the same twice changes nothing.

use std::time::Duration;

use async_trait::async_trait;
use aws_config::{Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_securityhub::{
    Client,
    types::{AwsSecurityFindingIdentifier, NoteUpdate, WorkflowStatus, WorkflowUpdate},
};
use tokio::sync::OnceCell;

use super::{DetectorService, FeedbackError, text};
use crate::{
    cloud::{
        Fault,
        aws::{environment, fault},
    },
    config::feedback::{SecurityHubFeedback, Workflow},
    hold::{Feedback, News, Subject},
};

/// The longest note, and the longest comment of a finding in OCSF, in characters.
const LONGEST_NOTE: usize = 512;

/// How often a call is tried, the first time included. What fails then is tried again later.
const MAX_ATTEMPTS: u32 = 2;

/// Security Hub, by the credentials that Quell runs with.
#[derive(Debug)]
pub struct SecurityHub {
    environment: OnceCell<SdkConfig>,
    timeout: Duration,
    told: SecurityHubFeedback,
}

impl SecurityHub {
    /// Nothing is called yet.
    pub fn new(timeout: Duration, told: SecurityHubFeedback) -> Self {
        Self {
            environment: OnceCell::new(),
            timeout,
            told,
        }
    }

    /// With these credentials and this end point.
    pub fn with(environment: SdkConfig, timeout: Duration, told: SecurityHubFeedback) -> Self {
        Self {
            environment: OnceCell::new_with(Some(environment)),
            timeout,
            told,
        }
    }

    async fn client(&self, region: &str) -> Client {
        let region = self.told.region.as_ref().map_or(region, |region| region.as_str());
        let environment = self.environment.get_or_init(environment).await;
        let timeouts = TimeoutConfig::builder().operation_timeout(self.timeout).build();
        let builder = environment
            .to_builder()
            .region(Region::new(region.to_owned()))
            .retry_config(RetryConfig::standard().with_max_attempts(MAX_ATTEMPTS))
            .timeout_config(timeouts);
        Client::new(&builder.build())
    }

    fn note(&self, feedback: &Feedback) -> Option<String> {
        self.told
            .note
            .then(|| text::marked(&feedback.text, &feedback.id, LONGEST_NOTE))
    }

    fn workflow(&self, feedback: &Feedback) -> Option<Workflow> {
        let is_due = feedback.news == News::Done && feedback.settles;
        self.told.workflow.filter(|_| is_due)
    }

    async fn update(&self, id: &str, product: &str, region: &str, feedback: &Feedback) -> Result<(), FeedbackError> {
        let finding = AwsSecurityFindingIdentifier::builder()
            .id(id)
            .product_arn(product)
            .build();
        let note = self
            .note(feedback)
            .map(|text| NoteUpdate::builder().text(text).updated_by("quell").build());
        let workflow = self.workflow(feedback).map(|workflow| {
            let status = WorkflowStatus::from(workflow.name());
            WorkflowUpdate::builder().status(status).build()
        });
        let call = self.client(region).await.batch_update_findings();
        let call = call.finding_identifiers(finding).set_note(note).set_workflow(workflow);
        let answer = call.send().await.map_err(|error| told(&fault(&error)))?;
        match answer.unprocessed_findings().first() {
            None => Ok(()),
            Some(unprocessed) => Err(unprocessed_because(
                unprocessed.error_code.as_deref().unwrap_or_default(),
                unprocessed.error_message.as_deref().unwrap_or_default(),
            )),
        }
    }

    async fn update_ocsf(&self, uid: &str, region: &str, feedback: &Feedback) -> Result<(), FeedbackError> {
        let call = self.client(region).await.batch_update_findings_v2();
        let call = call
            .metadata_uids(uid)
            .set_comment(self.note(feedback))
            .set_status_id(self.workflow(feedback).map(Workflow::ocsf_status));
        let answer = call.send().await.map_err(|error| told(&fault(&error)))?;
        match answer.unprocessed_findings().first() {
            None => Ok(()),
            Some(unprocessed) => Err(unprocessed_because(
                unprocessed.error_code.as_ref().map_or("", |code| code.as_str()),
                unprocessed.error_message.as_deref().unwrap_or_default(),
            )),
        }
    }
}

#[async_trait]
impl DetectorService for SecurityHub {
    async fn tell(&self, feedback: &Feedback) -> Result<(), FeedbackError> {
        match &feedback.subject {
            // Neither a note nor a status: there is nothing to say.
            _ if !self.told.note && self.workflow(feedback).is_none() => Ok(()),
            Subject::Finding { id, product, region } => self.update(id, product, region, feedback).await,
            Subject::OcsfFinding { uid, region } => self.update_ocsf(uid, region, feedback).await,
            Subject::Alert { .. } => Err(FeedbackError::Final(format!("{} is no finding", feedback.subject))),
        }
    }
}

fn told(fault: &Fault) -> FeedbackError {
    match fault {
        // What throttles here may bear no other name.
        Fault::Invalid { code, .. } if matches!(code.as_str(), "HTTP 429" | "LimitExceededException") => {
            FeedbackError::Passing(fault.to_string())
        }
        // A right may be given later. What is wrong in itself stays wrong.
        Fault::Invalid { .. } | Fault::NotFound { .. } => FeedbackError::Final(fault.to_string()),
        _ => FeedbackError::Passing(fault.to_string()),
    }
}

/// The codes for what may pass are `ConcurrentUpdateError` and those of Security Hub itself failing.
fn unprocessed_because(code: &str, message: &str) -> FeedbackError {
    let text = format!("Security Hub does not take it ({code}): {message}");
    match code {
        "ConcurrentUpdateError" | "InternalError" | "InternalException" | "InternalServerException" => {
            FeedbackError::Passing(text)
        }
        _ => FeedbackError::Final(text),
    }
}
