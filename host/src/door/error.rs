//! What can go wrong with a door.

use std::{io, net::SocketAddr, path::PathBuf};

use crate::cloud::Fault;

/// What can go wrong with a door.
#[derive(Debug, thiserror::Error)]
pub enum DoorError {
    /// The address can't be listened on.
    #[error("can't listen on {address} ({key}): is another Quell running, or may only root use the port?")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The key of the configuration that names it.
        key: &'static str,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// SQS refuses, or can't be reached.
    #[error("Quell can't {doing} the queue {queue} (door.sqs)")]
    Queue {
        /// What Quell was about to do.
        doing: &'static str,
        /// The queue's URL.
        queue: String,
        /// What SQS says.
        #[source]
        source: Fault,
    },
    /// S3 refuses, or can't be reached.
    #[error("Quell can't {doing} {place} (door.folder)")]
    Bucket {
        /// What Quell was about to do.
        doing: &'static str,
        /// The bucket and the prefix or the key.
        place: String,
        /// What S3 says.
        #[source]
        source: Fault,
    },
    /// A folder can't be read or written.
    #[error("the folder {} can't be used (door.folder): it must be there, and this user must be allowed to write in it", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// No client can be made.
    #[error("this system has no TLS that subscriptions could be confirmed by (door.sns)")]
    Client(#[source] reqwest::Error),
}
