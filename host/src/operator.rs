//! Who carries a person's orders out: the daemon if one runs, we ourselves if none does, or the deployed function that the person names.
//!
//! Only one process may write for a journal. Who has the writer's lock is asked; if nobody has it we take it. Looks go the same way, because what a network ACL does
//! not show yet, and a whole simulated account, are in the memory of the daemon.

#[cfg(feature = "aws")]
mod function;
mod private;

use std::{env, sync::Arc, time::Duration};

use axum::http::StatusCode;
use bytes::Bytes;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

#[cfg(feature = "aws")]
pub use self::function::{Function, FunctionError};
use crate::{
    config::Config,
    door::{
        DoorError,
        http::{CARRIED_OUT_IN_PART, ORDER_TIMEOUT, TlsFiles},
    },
    exit::{Classified, Exit},
    hold::{HoldFilter, Journal, JournalError, Pardon},
    secret::{Secrets, SharedSecret},
    setup::{self, Purpose, SetupError},
    way::{
        Host,
        listing::Listing,
        order::{Done, Order, OrderError},
    },
};

/// How long the daemon may take: as long as its door gives it, and some more.
const PATIENCE: Duration = ORDER_TIMEOUT.saturating_add(Duration::from_secs(20));

/// The variable that holds the token which may act, where the configuration has only its hash.
const TOKEN: &str = "QUELL_TOKEN";

/// Why an order could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// We can't be set up.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// It could not be carried out here.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// The function does not do it.
    #[cfg(feature = "aws")]
    #[error(transparent)]
    Function(#[from] FunctionError),
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
    #[error("{message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Its own words.
        message: String,
    },
    /// The daemon's answer can't be read.
    #[error("the Quell at {url} answers what this one does not understand; are both of the same version?")]
    Strange {
        /// Where it was asked.
        url: String,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
}

impl From<JournalError> for OperatorError {
    fn from(error: JournalError) -> Self {
        SetupError::from(error).into()
    }
}

impl Classified for OperatorError {
    fn exit(&self) -> Exit {
        match self {
            Self::Setup(error) => error.exit(),
            Self::Order(error) => error.exit(),
            #[cfg(feature = "aws")]
            Self::Function(error) => error.exit(),
            Self::Refused { status: 404, .. } => Exit::NotFound,
            Self::Refused { status: 422, .. } => Exit::Usage,
            Self::Unreachable { .. } | Self::Refused { .. } | Self::Strange { .. } => Exit::Failed,
        }
    }
}

/// Whom a person asks.
pub enum Operator {
    /// The Quell of this configuration: the daemon that runs, or this process.
    Here(Box<Config>),
    /// A deployed function.
    #[cfg(feature = "aws")]
    Function(Function),
}

impl Operator {
    /// A deployed function, by its name or ARN.
    ///
    /// # Errors
    /// If this binary has no AWS side.
    pub fn function(name: &str) -> Result<Self, OperatorError> {
        #[cfg(feature = "aws")]
        let function = Ok(Self::Function(Function::named(name)));
        #[cfg(not(feature = "aws"))]
        let function = {
            tracing::debug!(name, "there is no function without AWS");
            Err(SetupError::WithoutAws.into())
        };
        function
    }

    /// Has an order carried out.
    pub async fn carry(&self, order: Order) -> Result<Done, OperatorError> {
        match self {
            Self::Here(config) => carry(config, order).await,
            #[cfg(feature = "aws")]
            Self::Function(function) => Ok(function.carry(order).await?),
        }
    }

    /// Lists holds. Who has no journal yet has none.
    pub async fn holds(&self, filter: &HoldFilter, now: Timestamp) -> Result<Listing, OperatorError> {
        match self {
            Self::Here(config) => match setup::journal::to_read(&config.journal).await? {
                Some(journal) => Ok(Listing::read(&*journal, filter, now).await?),
                None => Ok(Listing::default()),
            },
            #[cfg(feature = "aws")]
            Self::Function(function) => Ok(function.holds(filter.clone()).await?),
        }
    }

    /// Lists the pardons in force.
    pub async fn pardons(&self, now: Timestamp) -> Result<Vec<Pardon>, OperatorError> {
        match self {
            Self::Here(config) => match setup::journal::to_read(&config.journal).await? {
                Some(journal) => Ok(journal.pardons(now).await?),
                None => Ok(Vec::new()),
            },
            #[cfg(feature = "aws")]
            Self::Function(function) => Ok(function.pardons().await?),
        }
    }
}

async fn carry(config: &Config, order: Order) -> Result<Done, OperatorError> {
    if !order.may_begin_a_journal() && setup::journal::to_read(&config.journal).await?.is_none() {
        // Nobody works here, and nothing is in force.
        let host = host(config, &order, setup::journal::nothing()?).await?;
        return Ok(host.carry_order(order).await?);
    }
    match setup::journal::to_write(&config.journal).await {
        Ok((journal, _writer)) => {
            let journal = match setup::journal::to_read(&config.journal).await? {
                Some(readable) if order.is_look() => readable,
                _ => journal,
            };
            Ok(host(config, &order, journal).await?.carry_order(order).await?)
        }
        Err(SetupError::Locked { .. }) => Daemon::of(config).await?.carry(&order).await,
        Err(error) => Err(error.into()),
    }
}

async fn host(config: &Config, order: &Order, journal: Arc<dyn Journal>) -> Result<Host, SetupError> {
    let purpose = match order {
        Order::Plugins {} => Purpose::Plugins,
        _ => Purpose::Orders,
    };
    setup::host_with(config, purpose, journal).await
}

/// The daemon that runs.
struct Daemon {
    url: String,
    token: Option<SharedSecret>,
    tls: Option<TlsFiles>,
}

impl Daemon {
    async fn of(config: &Config) -> Result<Self, SetupError> {
        let token = match config.http.token() {
            _ if !config.http.tokens.act.is_empty() => {
                env::var(TOKEN).ok().map(|token| Arc::new(SecretString::from(token)))
            }
            Some(secret) => Some(Secrets::new(&config.secrets).live(secret)?.value().await?),
            None => None,
        };
        let scheme = if config.http.tls.is_some() { "https" } else { "http" };
        Ok(Self {
            url: format!("{scheme}://{}", config.http.listen()),
            token,
            tls: config.http.tls.clone(),
        })
    }

    async fn carry(&self, order: &Order) -> Result<Done, OperatorError> {
        let client = self.client()?;
        let (status, body) = self
            .ask(&client, order)
            .await
            .map_err(|source| OperatorError::Unreachable {
                url: self.url.clone(),
                source,
            })?;
        if status.is_success() || status == CARRIED_OUT_IN_PART {
            return serde_json::from_slice(&body).map_err(|source| OperatorError::Strange {
                url: self.url.clone(),
                source,
            });
        }
        #[derive(Deserialize)]
        struct Refused {
            error: String,
        }
        let refused = serde_json::from_slice(&body).map(|refused: Refused| refused.error);
        Err(OperatorError::Refused {
            status: status.as_u16(),
            message: refused.unwrap_or_else(|_| format!("the Quell at {} answers {status}", self.url)),
        })
    }

    fn client(&self) -> Result<reqwest::Client, SetupError> {
        // It is on this machine, or where the configuration says: never behind a proxy.
        let mut client = reqwest::Client::builder().no_proxy().timeout(PATIENCE);
        if let Some(files) = &self.tls {
            client = client.tls_backend_preconfigured(private::with(files).map_err(DoorError::Tls)?);
        }
        Ok(client.build().map_err(DoorError::Client)?)
    }

    async fn ask(&self, client: &reqwest::Client, order: &Order) -> reqwest::Result<(StatusCode, Bytes)> {
        let mut request = client.post(format!("{}/orders", self.url)).json(order);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token.expose_secret());
        }
        let response = request.send().await?;
        Ok((response.status(), response.bytes().await?))
    }
}
