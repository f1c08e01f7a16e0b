//! Amazon EC2 behind the cloud trait.

mod answered;
mod api;
mod balancing;
mod clients;
mod convert;
mod dated;
mod fault;
mod find;
mod group;
mod http;
mod interface;
mod listed_key;
mod machine;
mod own_address;
mod quota;
mod role;
mod scaling;
mod trial;
mod vpc;

use std::{fmt, time::Duration};

use aws_config::{AppName, BehaviorVersion, Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_ec2::config::IdentityCache;
use tokio::sync::OnceCell;

use self::clients::Clients;
pub(crate) use self::dated::Dated;
pub(crate) use self::fault::fault;
pub(crate) use self::listed_key::listed_key;
pub use self::role::Role;
use self::role::RoleSessions;
use super::{
    call::Call,
    error::{CloudError, Fault},
    place::CloudPlace,
};

/// How often a call is tried, the first time included. The SDK waits between tries, longer each time, at random.
const MAX_ATTEMPTS: u32 = 4;

/// How many pages of one listing are read. What Quell asks for fits into one; more is a server that never ends.
const MAX_PAGES: usize = 20;

/// How to reach EC2.
#[derive(Debug, Clone)]
pub struct Ec2Options {
    /// Which account and region. The account is believed, not asked for: an alert for another is refused before anything is called.
    pub place: CloudPlace,
    /// The role that is assumed there. None if the credentials at hand are of that account.
    pub role: Option<Role>,
    /// The longest that one call may take, all its tries together. One try may take a third of it.
    pub call_timeout: Duration,
}

/// One account in one region of Amazon EC2.
///
/// A write whose answer was lost is tried again, so that [`Fault::EntryExists`] and [`Fault::NotFound`] may be the echo of our own write.
pub struct Ec2Cloud {
    clients: Clients,
    place: CloudPlace,
}

/// The credentials and the end points that AWS's usual chain finds: the environment, the profile, the container or the instance.
/// `AWS_ENDPOINT_URL` works. Nothing is called yet: missing credentials show with the first call. It is looked for once in a process, so that all that is
/// made of it shares one HTTP client, its connections and its roots of trust.
pub async fn environment() -> SdkConfig {
    static ENVIRONMENT: OnceCell<SdkConfig> = OnceCell::const_new();
    let find = || {
        aws_config::defaults(BehaviorVersion::latest())
            .http_client(http::client())
            .load()
    };
    ENVIRONMENT.get_or_init(find).await.clone()
}

impl Ec2Cloud {
    /// Reaches EC2 in its place with the credentials and the end points of `config`. Nothing is called yet.
    pub fn with(config: &SdkConfig, options: &Ec2Options) -> Self {
        let timeouts = TimeoutConfig::builder()
            .operation_timeout(options.call_timeout)
            .operation_attempt_timeout(options.call_timeout / 3)
            .build();
        let mut builder = config
            .to_builder()
            .region(Region::new(options.place.region.clone()))
            .retry_config(RetryConfig::standard().with_max_attempts(MAX_ATTEMPTS))
            .timeout_config(timeouts);
        // CloudTrail shows it with each write, so that the owner of an ACL sees who was there.
        builder.set_app_name(AppName::new("quell").ok());
        let mut config = builder.build();
        if let Some(role) = &options.role {
            let sessions = RoleSessions::new(&config, role.clone());
            config = config
                .into_builder()
                .credentials_provider(SharedCredentialsProvider::new(sessions))
                // The SDK would keep one session for all. The sessions remember theirs by cause.
                .identity_cache(IdentityCache::no_cache())
                .build();
        }
        Self {
            clients: Clients::new(config),
            place: options.place.clone(),
        }
    }
}

impl fmt::Debug for Ec2Cloud {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Ec2Cloud")
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

fn too_many_pages(call: Call) -> CloudError {
    let fault = Fault::Other {
        code: "unreadable".to_owned(),
        message: format!("the answer has more than {MAX_PAGES} pages"),
    };
    CloudError::new(call.name(), fault)
}

#[cfg(test)]
mod tests;
