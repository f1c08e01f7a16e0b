//! Why a secret can't be had.

use std::{io, path::PathBuf, sync::Arc, time::Duration};

use super::text::MOST_BYTES;
use crate::config::Secret;

/// Why a secret can't be had. Never says anything of the secret itself.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SecretError {
    /// The variable is not set.
    #[error("the environment variable {0} is not set: set it to the secret")]
    NotSet(String),
    /// What is kept there is not UTF-8.
    #[error("{0} is not UTF-8 text: it must hold the secret and nothing else")]
    NotText(Secret),
    /// There is nothing in it.
    #[error("{0} is empty: it must hold the secret")]
    Empty(Secret),
    /// It is too long to be a key or token.
    #[error("{0} has more than {MOST_BYTES} bytes: this is no key or token")]
    TooLong(Secret),
    /// It is to be a key in a JSON object, and is not kept in one.
    #[error(
        "{0} can't be looked up, because what is kept there is no JSON object: leave out the `#` and what is behind it"
    )]
    NotAnObject(Secret),
    /// There is no such key in the JSON object, or its value is no text.
    #[error("{0} is not there, or is no text: write the name of a key of the JSON object behind the `#`")]
    NoSuchKey(Secret),
    /// The file can't be read.
    #[error("{file} can't be read: check that it is there and that this user may read it", file = .0.display())]
    Unreadable(PathBuf, #[source] Arc<io::Error>),
    /// AWS does not give it out.
    #[error("{secret} can't be had: {why}; {remedy}")]
    Refused {
        /// Which.
        secret: Secret,
        /// What AWS says.
        why: String,
        /// What to do.
        remedy: &'static str,
    },
    /// AWS could not be asked, or did not answer in time.
    #[error("{secret} can't be had at the moment: {why}")]
    Unreachable {
        /// Which.
        secret: Secret,
        /// What went wrong.
        why: String,
    },
    /// It could not be had a moment ago, and is not asked for again so soon.
    #[error("asked for again in {} s: {why}", .wait.as_secs_f64().ceil())]
    Resting {
        /// What went wrong.
        why: String,
        /// How long it is left alone.
        wait: Duration,
    },
    /// This binary has no AWS side.
    #[error(
        "{0} can't be had, because this Quell was built without AWS: build it with its default features, or keep the secret in a file or an environment variable"
    )]
    WithoutAws(Secret),
}
