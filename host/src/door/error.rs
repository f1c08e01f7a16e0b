//! What can go wrong with a door.

use std::{io, net::SocketAddr, path::PathBuf};

use super::http::{TlsError, sns::authority::AuthorityError};
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
    /// A file that the door needs can't be read.
    #[error("the file {} can't be read ({key})", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The key of the configuration that names it.
        key: &'static str,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The authorities that are trusted to say who SNS is can't be read.
    #[error("{place} has no authorities that could say who SNS is (door.sns.roots)")]
    Authority {
        /// Where they are.
        place: String,
        /// What is wrong with them.
        #[source]
        source: AuthorityError,
    },
    /// There can be no TLS.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// No client can be made.
    #[error("this system has no TLS by which anybody could be asked")]
    Client(#[source] reqwest::Error),
}
