//! Secrets that are kept in AWS: in Secrets Manager or in Parameter Store.

use std::time::Duration;

use async_trait::async_trait;
use aws_config::{Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use secrecy::SecretString;
use tokio::sync::OnceCell;

use super::{SecretError, place::Remote, text::secret_of};
use crate::{
    cloud::{
        Fault,
        aws::{environment, fault},
    },
    config::Secret,
};

/// How often a fetch is tried, the first time included. The SDK waits between tries, longer each time, at random.
const MAX_ATTEMPTS: u32 = 3;

/// Secrets Manager and Parameter Store, by the credentials at hand.
pub(super) struct Amazon {
    environment: OnceCell<SdkConfig>,
    region: Option<String>,
    timeout: Duration,
}

impl Amazon {
    /// Nothing is called yet. The region is for what does not name its own.
    pub(super) fn new(region: Option<String>, timeout: Duration) -> Self {
        Self {
            environment: OnceCell::new(),
            region,
            timeout,
        }
    }

    /// How to reach the region of a secret.
    async fn config_for(&self, place: &Secret) -> SdkConfig {
        let environment = self.environment.get_or_init(environment).await;
        let timeouts = TimeoutConfig::builder()
            .operation_timeout(self.timeout)
            .operation_attempt_timeout(self.timeout.mul_f64(0.6))
            .build();
        let mut builder = environment
            .to_builder()
            .retry_config(RetryConfig::standard().with_max_attempts(MAX_ATTEMPTS))
            .timeout_config(timeouts);
        if let Some(region) = place.region().or(self.region.as_deref()) {
            builder.set_region(Region::new(region.to_owned()));
        }
        builder.build()
    }
}

#[async_trait]
impl Remote for Amazon {
    async fn fetch(&self, place: &Secret) -> Result<SecretString, SecretError> {
        let config = self.config_for(place).await;
        let bytes = match place {
            Secret::SecretsManager { id, .. } => from_secrets_manager(&config, id).await,
            Secret::ParameterStore(name) => from_parameter_store(&config, name).await,
            Secret::Env(_) | Secret::File(_) => Ok(None),
        };
        match bytes {
            Ok(Some(bytes)) => secret_of(bytes, place),
            Ok(None) => Err(SecretError::Empty(place.clone())),
            Err(fault) => Err(error(place, &fault)),
        }
    }
}

async fn from_secrets_manager(config: &SdkConfig, id: &str) -> Result<Option<Vec<u8>>, Fault> {
    let client = aws_sdk_secretsmanager::Client::new(config);
    let answer = client.get_secret_value().secret_id(id).send().await;
    let mut answer = answer.map_err(|error| fault(&error))?;
    let text = answer.secret_string.take().map(String::into_bytes);
    Ok(text.or_else(|| Some(answer.secret_binary.take()?.into_inner())))
}

async fn from_parameter_store(config: &SdkConfig, name: &str) -> Result<Option<Vec<u8>>, Fault> {
    let client = aws_sdk_ssm::Client::new(config);
    let answer = client.get_parameter().name(name).with_decryption(true).send().await;
    let answer = answer.map_err(|error| fault(&error))?;
    Ok(answer
        .parameter
        .and_then(|parameter| parameter.value)
        .map(String::into_bytes))
}

/// What a failure means for whoever has to mend it.
fn error(place: &Secret, fault: &Fault) -> SecretError {
    let remedy = match fault {
        Fault::Denied { .. } => "`quell doctor --permissions` prints a policy that allows it",
        Fault::NotFound { .. } => "check its name and its region (`region` in [secrets], or its whole ARN)",
        Fault::Invalid { code, .. } if code == "ParameterNotFound" => {
            "check its name and its region (`region` in [secrets], or its whole ARN)"
        }
        Fault::Invalid { .. } => "check where the configuration says that it is kept",
        _ => {
            return SecretError::Unreachable {
                secret: place.clone(),
                why: fault.to_string(),
            };
        }
    };
    SecretError::Refused {
        secret: place.clone(),
        why: fault.to_string(),
        remedy,
    }
}
