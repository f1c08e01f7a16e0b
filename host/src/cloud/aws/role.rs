//! A role in another account, assumed in one session for each cause.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use aws_config::SdkConfig;
use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, error::CredentialsError, future},
};
use aws_sdk_sts::Client;
use jiff::{SignedDuration, Timestamp};

use super::fault::fault;
use crate::{
    clock::SystemClock,
    cloud::{
        cause::Cause,
        error::Fault,
        remembered::{Good, Remembered},
    },
};

/// How long a session lasts, in seconds: the shortest that STS grants. The work on an alert takes seconds, and the timer asks again.
const SESSION: i32 = 900;
/// How long before its end a session is given up, so that no call that begins with it meets its end.
const MARGIN: SignedDuration = SignedDuration::from_mins(2);
/// How many sessions are remembered.
const MOST: usize = 1000;

/// A role that is assumed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// The role's ARN.
    pub arn: String,
    /// What the role's trust policy asks for as `sts:ExternalId`.
    pub external_id: Option<String>,
}

/// A role that could not be assumed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the role {role} can't be assumed for the session {session}")]
pub(super) struct NotAssumed {
    role: String,
    session: String,
    #[source]
    fault: Fault,
}

impl NotAssumed {
    /// What this makes of the call that needed the role: the same kind of fault, which names the role.
    pub(super) fn fault_of_call(&self) -> Fault {
        let mut fault = self.fault.clone();
        let remedy = match &fault {
            Fault::Denied { code, .. } if code == "AccessDenied" => {
                "; its trust policy must name these credentials, and the external-id if it asks for one"
            }
            _ => "",
        };
        let (Fault::NotFound { message, .. }
        | Fault::EntryExists { message }
        | Fault::EntryLimit { message }
        | Fault::Duplicate { message, .. }
        | Fault::WrongState { message, .. }
        | Fault::Denied { message, .. }
        | Fault::Throttled { message, .. }
        | Fault::Unreachable { message }
        | Fault::Invalid { message, .. }
        | Fault::Other { message, .. }) = &mut fault;
        *message = format!("{self}: {message}{remedy}");
        fault
    }
}

/// Credentials of a role: those of the session for the [`Cause`] of the task that makes a call.
pub(super) struct RoleSessions {
    config: SdkConfig,
    sts: OnceLock<Client>,
    role: Role,
    sessions: Remembered<String, Credentials, NotAssumed>,
}

impl RoleSessions {
    /// Assumes `role` with the credentials of `config`, in its region.
    pub(super) fn new(config: &SdkConfig, role: Role) -> Self {
        Self {
            config: config.clone(),
            sts: OnceLock::new(),
            role,
            // Their end is told by Amazon's clock, so no other than this machine's will do.
            sessions: Remembered::new(Arc::new(SystemClock), MOST),
        }
    }

    async fn current(&self) -> Result<Credentials, NotAssumed> {
        let name = Cause::current().session_name();
        let sts = self.sts.get_or_init(|| Client::new(&self.config));
        let ask = || assume(sts.clone(), self.role.clone(), name.clone());
        self.sessions.get(&name, ask).await
    }
}

impl ProvideCredentials for RoleSessions {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let session = self.current().await;
            session.map_err(CredentialsError::provider_error)
        })
    }
}

impl fmt::Debug for RoleSessions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RoleSessions")
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

async fn assume(sts: Client, role: Role, session: String) -> Result<Good<Credentials>, NotAssumed> {
    let assumed = sts
        .assume_role()
        .role_arn(&role.arn)
        .role_session_name(&session)
        .set_external_id(role.external_id)
        .duration_seconds(SESSION)
        .send()
        .await;
    let not_assumed = |fault| NotAssumed {
        role: role.arn.clone(),
        session: session.clone(),
        fault,
    };
    let answer = assumed.map_err(|error| not_assumed(fault(&error)))?;
    let given = answer.credentials.ok_or_else(|| {
        not_assumed(Fault::Other {
            code: "unreadable".to_owned(),
            message: "the answer has no credentials".to_owned(),
        })
    })?;
    let end = Timestamp::from_second(given.expiration.secs()).unwrap_or(Timestamp::MIN);
    let credentials = Credentials::new(
        given.access_key_id,
        given.secret_access_key,
        Some(given.session_token),
        Some(end.into()),
        "AssumeRole",
    );
    Ok((credentials, end.saturating_sub(MARGIN).unwrap_or(Timestamp::MIN)))
}
