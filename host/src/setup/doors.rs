//! The doors that the configuration names.

#[cfg(feature = "aws")]
use std::time::Duration;
use std::{collections::BTreeMap, net::SocketAddr, path::Path, sync::Arc};

use super::{SetupError, requests};
#[cfg(feature = "aws")]
use crate::door::{
    folder::bucket::{BucketDoor, BucketOptions},
    http::sns::topic::Topic,
    sqs::{DeadLetters, SqsDoor, SqsOptions},
};
use crate::{
    config::{Cloud, Config, door},
    doctor::{self, Finding},
    door::{
        Door, DoorError,
        folder::{FileLimits, FolderDoor, FolderOptions},
        http::{
            ConnectionTerms, HttpDoor, HttpOptions, RequestTerms,
            sns::{
                Signatures, SnsOptions, TopicOptions,
                amazon::AtAmazon,
                authority::{Authority, AuthorityError},
            },
        },
        syslog::{SyslogDoor, SyslogOptions},
    },
    secret::Secrets,
};

/// How long a message of a queue is hidden from others at a time. Who dies leaves it hidden for so long.
#[cfg(feature = "aws")]
const HIDDEN: Duration = Duration::from_secs(30);

/// The daemon's doors, open.
pub(crate) struct Doors {
    /// Where the HTTP door listens.
    pub(crate) address: SocketAddr,
    /// All of them.
    pub(crate) all: Vec<Box<dyn Door>>,
}

/// Opens all doors, or none.
///
/// # Errors
/// If an address can't be listened on, or a secret can't be had. What a door reaches out to need not be there yet.
pub(crate) async fn open(config: &Config) -> Result<Doors, SetupError> {
    let http = http(config).await?;
    let address = http.address();
    let mut all: Vec<Box<dyn Door>> = vec![Box::new(http)];
    for (_, door) in others(config).await {
        all.push(door?);
    }
    Ok(Doors { address, all })
}

/// Opens each door for a moment, and tells whether anybody could come in. Changes nothing.
pub(super) async fn examine(config: &Config) -> Vec<Finding> {
    let http = http(config).await.map(|door| Box::new(door) as Box<dyn Door>);
    let mut findings = unchecked(&config.doors.sns);
    for (what, opened) in std::iter::once(("HTTP door".to_owned(), http)).chain(others(config).await) {
        let seen = match opened {
            Ok(door) => door.examine().await.map_err(SetupError::Door),
            Err(error) => Err(error),
        };
        findings.push(match seen {
            Ok(seen) => doctor::door::can_be_used(what, seen),
            // What is wrong with a secret is a finding of its own.
            Err(SetupError::Secret(_)) => continue,
            Err(SetupError::Door(error)) => doctor::door::can_not_be_used(what, &error),
            Err(error) => doctor::door::can_not_be_used(what, &error),
        });
    }
    findings
}

/// Each topic of `[[door.sns]]`, and to where it sends. Changes nothing.
pub(super) async fn subscriptions(config: &Config) -> Vec<(&door::TopicArn, doctor::sns::Asked)> {
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

/// Doors and how a finding calls each, or why it can't be opened.
type Opened = Vec<(String, Result<Box<dyn Door>, SetupError>)>;

/// All doors but the HTTP door, each opened apart from the others.
async fn others(config: &Config) -> Opened {
    let mut all: Opened = Vec::new();
    for syslog in &config.doors.syslog {
        let door = SyslogDoor::open(syslog_options(syslog)).await;
        let door = door
            .map(|door| Box::new(door) as Box<dyn Door>)
            .map_err(SetupError::Door);
        all.push((format!("syslog door at {}", syslog.listen), door));
    }
    for folder in &config.doors.folder {
        if let door::Source::Directory(path) = &folder.source {
            let door: Box<dyn Door> = Box::new(FolderDoor::open(FolderOptions {
                path: path.clone(),
                detector: folder.detector,
                every: folder.every.0,
                limits: limits(folder),
            }));
            all.push((format!("folder door {}", path.display()), Ok(door)));
        }
    }
    all.extend(in_aws(&config.doors).await);
    all
}

async fn http(config: &Config) -> Result<HttpDoor, SetupError> {
    let secrets = Secrets::new(&config.secrets);
    let (http, limits) = (&config.http, &config.http.limits);
    let options = HttpOptions {
        listen: http.listen(),
        connections: ConnectionTerms {
            from: http.from.iter().map(|prefix| prefix.net()).collect(),
            most: limits.connections.get(),
            most_of_one: limits.connections_per_address.get(),
            handshake_timeout: limits.handshake_timeout.0,
            head_timeout: limits.head_timeout.0,
            max_head: limits.max_head.get(),
            max_headers: limits.max_headers.get(),
        },
        tls: http.tls.clone(),
        terms: RequestTerms {
            sns: sns(&config.doors.sns)?,
            ..requests::terms(config, &secrets)?
        },
        grace: http.shutdown_grace.0,
    };
    Ok(HttpDoor::open(options).await?)
}

fn sns(doors: &[door::Sns]) -> Result<Option<SnsOptions>, SetupError> {
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
fn unchecked(doors: &[door::Sns]) -> Vec<Finding> {
    let unchecked = doors
        .iter()
        .filter(|door| door.signatures == door::SignatureRule::Unchecked);
    unchecked
        .flat_map(|door| &door.topics)
        .map(|topic| doctor::door::is_unchecked(topic.as_str()))
        .collect()
}

fn syslog_options(door: &door::Syslog) -> SyslogOptions {
    SyslogOptions {
        listen: door.listen,
        udp: door.transports.contains(&door::Transport::Udp),
        tcp: door.transports.contains(&door::Transport::Tcp),
        from: door.from.iter().map(|prefix| prefix.net()).collect(),
        detector: door.detector,
        apps: door.apps.clone(),
        max_message: door.max_message,
        connections: door.connections,
        idle: door.idle.0,
    }
}

fn limits(folder: &door::Folder) -> FileLimits {
    FileLimits {
        max_file: folder.max_file,
        max_unpacked: folder.max_unpacked,
    }
}

/// The doors that lead to AWS. Nothing is called yet.
#[cfg(feature = "aws")]
async fn in_aws(doors: &door::Doors) -> Opened {
    use crate::cloud::aws::environment;

    let mut all: Opened = Vec::new();
    if !are_in_aws(doors) {
        return all;
    }
    let environment = environment().await;
    for sqs in &doors.sqs {
        let door: Box<dyn Door> = Box::new(SqsDoor::open(&environment, sqs_options(sqs)));
        all.push((format!("SQS door {}", sqs.queue.name()), Ok(door)));
    }
    for folder in &doors.folder {
        if let Some(options) = bucket_options(folder) {
            let what = format!("folder door s3://{}/{}", options.bucket, options.prefix);
            let door: Box<dyn Door> = Box::new(BucketDoor::open(&environment, options));
            all.push((what, Ok(door)));
        }
    }
    all
}

#[cfg(not(feature = "aws"))]
async fn in_aws(doors: &door::Doors) -> Opened {
    if are_in_aws(doors) {
        return vec![("doors in AWS".to_owned(), Err(SetupError::WithoutAws))];
    }
    Vec::new()
}

fn are_in_aws(doors: &door::Doors) -> bool {
    let is_bucket = |folder: &door::Folder| matches!(folder.source, door::Source::Bucket { .. });
    !doors.sqs.is_empty() || doors.folder.iter().any(is_bucket)
}

#[cfg(feature = "aws")]
fn sqs_options(door: &door::Sqs) -> SqsOptions {
    SqsOptions {
        queue: door.queue.to_string(),
        region: door.region.clone(),
        detector: door.detector,
        at_once: door.at_once,
        hidden: HIDDEN,
        dead_letters: door.dead_letters.as_ref().map(|dead| DeadLetters {
            queue: dead.queue.to_string(),
            after: dead.after,
        }),
    }
}

/// None for a folder on this machine.
#[cfg(feature = "aws")]
fn bucket_options(folder: &door::Folder) -> Option<BucketOptions> {
    match &folder.source {
        door::Source::Directory(_) => None,
        door::Source::Bucket {
            bucket,
            prefix,
            region,
            dated,
            newer_than,
        } => Some(BucketOptions {
            bucket: bucket.clone(),
            prefix: prefix.clone(),
            region: region.clone(),
            dated: dated.clone(),
            newer_than: jiff::SignedDuration::try_from(newer_than.0).unwrap_or(jiff::SignedDuration::MAX),
            detector: folder.detector,
            every: folder.every.0,
            limits: limits(folder),
        }),
    }
}
