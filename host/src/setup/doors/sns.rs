//! SNS at the HTTP door: which topics it takes, whose signatures are checked, and to where each sends.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use super::super::SetupError;
#[cfg(feature = "aws")]
use crate::door::http::sns::topic::Topic;
use crate::{
    config::{Cloud, Config, door},
    doctor::{self, Finding},
    door::{
        DoorError,
        http::sns::{
            Signatures, SnsOptions, TopicOptions,
            amazon::AtAmazon,
            authority::{Authority, AuthorityError},
        },
    },
};

/// What the HTTP door has to know of SNS. None if no topic is named.
///
/// # Errors
/// If no client can be made, or the roots can't be read.
pub(super) fn options(doors: &[door::Sns]) -> Result<Option<SnsOptions>, SetupError> {
    if doors.is_empty() {
        return Ok(None);
    }
    let amazon = Arc::new(AtAmazon::new().map_err(DoorError::Client)?);
    let mut topics = BTreeMap::new();
    for door in doors {
        let signatures = match door.signatures {
            door::SignatureRule::Unchecked => None,
            door::SignatureRule::Required => Some(Signatures::new(
                authority(door.roots.as_deref())?,
                door.window.0,
                amazon.clone(),
            )),
        };
        let options = TopicOptions {
            detector: door.detector,
            signatures,
        };
        topics.extend(door.topics.iter().map(|topic| (topic.to_string(), options.clone())));
    }
    Ok(Some(SnsOptions {
        topics,
        confirm: amazon,
    }))
}

/// Who is trusted to say who SNS is.
fn authority(roots: Option<&Path>) -> Result<Authority, DoorError> {
    let Some(path) = roots else {
        return Authority::amazon().map_err(|source| DoorError::Authority {
            place: "built in".to_owned(),
            source,
        });
    };
    let unreadable = |source: AuthorityError| DoorError::Authority {
        place: path.display().to_string(),
        source,
    };
    let pem = std::fs::read(path).map_err(|source| DoorError::File {
        path: path.to_owned(),
        key: "door.sns.roots",
        source,
    })?;
    Authority::of(&pem).map_err(unreadable)
}

/// What is to be known of topics of which nobody checks the signatures.
pub(super) fn unchecked(doors: &[door::Sns]) -> Vec<Finding> {
    let unchecked = doors
        .iter()
        .filter(|door| door.signatures == door::SignatureRule::Unchecked);
    unchecked
        .flat_map(|door| &door.topics)
        .map(|topic| doctor::door::is_unchecked(topic.as_str()))
        .collect()
}

/// Each topic of `[[door.sns]]`, and to where it sends. Changes nothing.
pub(in crate::setup) async fn subscriptions(config: &Config) -> Vec<(&door::TopicArn, doctor::sns::Asked)> {
    let topics: Vec<_> = config.doors.sns.iter().flat_map(|door| &door.topics).collect();
    let is_simulated = matches!(config.cloud, Cloud::Simulated(_));
    if topics.is_empty() || is_simulated {
        return topics.into_iter().map(|topic| (topic, None)).collect();
    }
    ask_sns(topics).await
}

#[cfg(feature = "aws")]
async fn ask_sns(topics: Vec<&door::TopicArn>) -> Vec<(&door::TopicArn, doctor::sns::Asked)> {
    let environment = &crate::cloud::aws::environment().await;
    let asked = topics.into_iter().map(|topic| async move {
        let asked = Topic::new(environment, topic.as_str(), topic.region());
        (topic, Some(asked.subscriptions().await))
    });
    futures::future::join_all(asked).await
}

#[cfg(not(feature = "aws"))]
async fn ask_sns(topics: Vec<&door::TopicArn>) -> Vec<(&door::TopicArn, doctor::sns::Asked)> {
    topics.into_iter().map(|topic| (topic, None)).collect()
}
