//! What Security Hub is told. moto does not know the calls, so that a strict server of our own takes them.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use jiff::Timestamp;
use quell::{
    alert::Detector,
    config::feedback::{SecurityHubFeedback, Workflow},
    feedback::{DetectorService, FeedbackError, SecurityHub},
    hold::{Feedback, FeedbackId, FeedbackState, HoldId, News, Subject},
};
use quell_tests::security_hub::StrictSecurityHub;

const PRODUCT: &str = "arn:aws:securityhub:eu-west-1::product/aws/guardduty";
const FINDING: &str = "arn:aws:guardduty:eu-west-1:111122223333:detector/0a1b/finding/2c3d";

fn hub(server: &StrictSecurityHub, told: SecurityHubFeedback) -> SecurityHub {
    let credentials = Credentials::new("testing", "testing", None, None, "tests");
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(server.endpoint())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build();
    SecurityHub::with(config, Duration::from_secs(5), told)
}

fn feedback(subject: Subject, text: &str, settles: bool) -> Feedback {
    let holds = vec![HoldId(1)];
    Feedback {
        id: FeedbackId::new(Detector::GuardDuty, FINDING, News::Done, &holds),
        subject,
        news: News::Done,
        holds,
        settles,
        text: text.to_owned(),
        owed: Timestamp::UNIX_EPOCH,
        attempts: 1,
        state: FeedbackState::Waiting {
            not_before: Timestamp::UNIX_EPOCH,
        },
    }
}

fn finding() -> Subject {
    Subject::Finding {
        id: FINDING.to_owned(),
        product: PRODUCT.to_owned(),
        region: "eu-west-1".to_owned(),
    }
}

fn ocsf() -> Subject {
    Subject::OcsfFinding {
        uid: "uid-1".to_owned(),
        region: "eu-west-1".to_owned(),
    }
}

fn resolving() -> SecurityHubFeedback {
    SecurityHubFeedback {
        workflow: Some(Workflow::Resolved),
        ..SecurityHubFeedback::default()
    }
}

#[tokio::test]
async fn a_finding_gets_a_note_and_a_workflow_status_and_the_same_again_changes_nothing() {
    let server = StrictSecurityHub::start([FINDING]).await.unwrap();
    let hub = hub(&server, resolving());
    for _ in 0..2 {
        hub.tell(&feedback(finding(), "Quell acted on this alert.", true))
            .await
            .unwrap();
    }
    let change = serde_json::to_string_pretty(server.changes().last().unwrap()).unwrap();
    insta::assert_snapshot!(change);
    assert_eq!(server.regions(), ["eu-west-1", "eu-west-1"]);
}

#[tokio::test]
async fn a_finding_in_ocsf_gets_a_comment_and_a_status() {
    let server = StrictSecurityHub::start(["uid-1"]).await.unwrap();
    let hub = hub(&server, resolving());
    hub.tell(&feedback(ocsf(), "Quell acted on this alert.", true))
        .await
        .unwrap();
    let change = serde_json::to_string_pretty(server.changes().last().unwrap()).unwrap();
    insta::assert_snapshot!(change);
}

#[tokio::test]
async fn what_is_not_covered_is_not_called_resolved_and_a_long_note_is_cut_where_it_must() {
    let server = StrictSecurityHub::start([FINDING]).await.unwrap();
    let hub = hub(&server, resolving());
    let long = feedback(finding(), &"é ".repeat(2000), false);
    hub.tell(&long).await.unwrap();
    let change = server.changes().remove(0);
    assert!(change.get("Workflow").is_none(), "{change}");
    let note = change["Note"]["Text"].as_str().unwrap();
    assert_eq!(note.chars().count(), 512);
    assert!(note.ends_with(&format!("[quell {}]", long.id)), "{note}");
}

#[tokio::test]
async fn a_finding_that_is_not_there_is_given_up_and_a_hub_that_fails_is_asked_again() {
    let server = StrictSecurityHub::start(["another"]).await.unwrap();
    let hub = hub(&server, SecurityHubFeedback::default());
    for subject in [finding(), ocsf()] {
        let error = hub.tell(&feedback(subject, "text", true)).await.unwrap_err();
        assert!(
            matches!(&error, FeedbackError::Final(why) if why.contains("NotFound")),
            "{error}"
        );
    }
    for status in [429, 500, 503] {
        server.fails_with(status);
        let error = hub.tell(&feedback(finding(), "text", true)).await.unwrap_err();
        assert!(error.is_passing(), "{status}: {error}");
    }
    server.fails_with(400);
    let error = hub.tell(&feedback(finding(), "text", true)).await.unwrap_err();
    assert!(!error.is_passing(), "{error}");
}
