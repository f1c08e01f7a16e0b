//! Releasing holds from the command line: by the daemon if one runs, by ourselves if none does.
//!
//! Only one process may write for a journal. Who has the writer's lock is asked; if nobody has it we take it.

use std::time::Duration;

use secrecy::ExposeSecret;
use serde::Deserialize;

use crate::{
    config::Config,
    door::http::RELEASE_TIMEOUT,
    exit::{Classified, Exit},
    hold::{Change, HoldId, JournalError},
    report::summary::count,
    setup::{self, Purpose, SetupError, WriterLock},
    way::{Host, ending::ReleaseError},
};

/// How long the daemon may take: as long as its door gives it, and a little.
const PATIENCE: Duration = RELEASE_TIMEOUT.saturating_add(Duration::from_secs(10));

/// Why a hold could not be released.
#[derive(Debug, thiserror::Error)]
pub enum ReleaserError {
    /// We can't be set up.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// It could not be released here.
    #[error(transparent)]
    Release(#[from] ReleaseError),
    /// The daemon can't be reached.
    #[error("a Quell works on this journal but does not answer at {url}; is it on another address (--listen)?")]
    Unreachable {
        /// Where it was asked.
        url: String,
        /// What the HTTP client says.
        #[source]
        source: reqwest::Error,
    },
    /// The daemon says no.
    #[error("the daemon at {url} answers {status}: {message}")]
    Refused {
        /// Where it was asked.
        url: String,
        /// The HTTP status.
        status: u16,
        /// Its own words.
        message: String,
    },
}

impl Classified for ReleaserError {
    fn exit(&self) -> Exit {
        match self {
            Self::Setup(error) => error.exit(),
            Self::Release(ReleaseError::Journal(JournalError::NoSuchHold(_))) | Self::Refused { status: 404, .. } => {
                Exit::NotFound
            }
            Self::Release(_) | Self::Unreachable { .. } | Self::Refused { .. } => Exit::Failed,
        }
    }
}

/// Who releases.
pub enum Releaser {
    /// We do, and nobody else can until we are done.
    Ourselves(Box<Host>, WriterLock),
    /// The daemon that runs.
    Daemon {
        /// How to ask.
        client: reqwest::Client,
        /// Where to ask, without a slash at the end.
        url: String,
        /// What to show.
        token: Option<secrecy::SecretString>,
    },
}

impl Releaser {
    /// Finds out who releases.
    pub async fn find(config: &Config) -> Result<Self, ReleaserError> {
        match WriterLock::take(&config.journal.path) {
            Ok(lock) => {
                let host = setup::host(config, Purpose::OneAtATime).await?;
                Ok(Self::Ourselves(Box::new(host), lock))
            }
            Err(SetupError::Locked { .. }) => Ok(Self::Daemon {
                client: reqwest::Client::new(),
                url: format!("http://{}", config.http.listen()),
                token: config
                    .http
                    .token()
                    .map(|secret| secret.read())
                    .transpose()
                    .map_err(SetupError::from)?,
            }),
            Err(error) => Err(error.into()),
        }
    }

    /// Releases one hold, and says what that changed.
    pub async fn release(&self, id: HoldId) -> Result<String, ReleaserError> {
        let changes = match self {
            Self::Ourselves(host, _) => host.release(id).await?.1.changes.clone(),
            Self::Daemon { client, url, token } => ask(client, url, token.as_ref(), id).await?,
        };
        let told: Vec<_> = changes.iter().map(ToString::to_string).collect();
        Ok(match told.as_slice() {
            [] => "nothing had to be changed".to_owned(),
            told => format!("{} ({})", count(told.len(), "change"), told.join(", ")),
        })
    }
}

async fn ask(
    client: &reqwest::Client,
    url: &str,
    token: Option<&secrecy::SecretString>,
    id: HoldId,
) -> Result<Vec<Change>, ReleaserError> {
    #[derive(Deserialize)]
    struct Released {
        changes: Vec<Change>,
    }
    #[derive(Deserialize)]
    struct Refused {
        error: String,
    }
    let unreachable = |source| ReleaserError::Unreachable {
        url: url.to_owned(),
        source,
    };
    let mut request = client.post(format!("{url}/holds/{id}/release")).timeout(PATIENCE);
    if let Some(token) = token {
        request = request.bearer_auth(token.expose_secret());
    }
    let response = request.send().await.map_err(unreachable)?;
    let status = response.status();
    if status.is_success() {
        let released: Released = response.json().await.map_err(unreachable)?;
        return Ok(released.changes);
    }
    let message = response
        .json()
        .await
        .map_or_else(|_| "no reason given".to_owned(), |refused: Refused| refused.error);
    Err(ReleaserError::Refused {
        url: url.to_owned(),
        status: status.as_u16(),
        message,
    })
}
