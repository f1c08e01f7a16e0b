//! The doors that the configuration names.

mod in_aws;
mod sns;

use std::net::SocketAddr;

pub(super) use self::sns::subscriptions;
use super::{SetupError, requests};
use crate::{
    config::{Config, door},
    doctor::{self, Finding},
    door::{
        Door,
        folder::{FileLimits, FolderDoor, FolderOptions},
        http::{ConnectionTerms, HttpDoor, HttpOptions, RequestTerms},
        invocation::sources::{Source, Sources},
        syslog::{SyslogDoor, SyslogOptions},
    },
    secret::Secrets,
};

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

/// Of which queues and topics the configuration says whose alerts come. A function opens none of these doors, for Lambda asks its queues and SNS invokes it, and knows it all the same.
pub fn sources(config: &Config) -> Sources {
    let queues = config.doors.sqs.iter().filter_map(|door| {
        let source = Source::Queue {
            region: door.region.clone(),
            account: door.queue.account().to_owned(),
            name: door.queue.name().to_owned(),
        };
        Some((source, door.detector?))
    });
    let tables = config.doors.sns.iter();
    let topics = tables
        .filter_map(|door| Some((&door.topics, door.detector?)))
        .flat_map(|(topics, detector)| {
            let topics = topics.iter();
            topics.map(move |topic| (Source::Topic(topic.to_string()), detector))
        });
    queues.chain(topics).collect()
}

/// Opens each door for a moment, and tells whether anybody could come in. Changes nothing.
pub(super) async fn examine(config: &Config) -> Vec<Finding> {
    let http = http(config).await.map(|door| Box::new(door) as Box<dyn Door>);
    let mut findings = sns::unchecked(&config.doors.sns);
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
    all.extend(in_aws::open(&config.doors).await);
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
            sns: sns::options(&config.doors.sns)?,
            ..requests::terms(config, &secrets)?
        },
        grace: http.shutdown_grace.0,
    };
    Ok(HttpDoor::open(options).await?)
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
