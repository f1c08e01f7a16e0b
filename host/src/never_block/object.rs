//! A list in an object of S3.

use std::time::Duration;

use async_trait::async_trait;
use aws_config::{Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_s3::{
    Client,
    error::SdkError,
    operation::get_object::{GetObjectError, GetObjectOutput},
};
use tokio::sync::OnceCell;

use super::{
    file::MOST_BYTES,
    source::{Fetched, Source, SourceError},
};
use crate::{
    cloud::aws::{environment, fault},
    text::with_causes,
};

/// How long the call may take, all its tries together, and how long one try: until the object begins to come.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);
const TRY_TIMEOUT: Duration = Duration::from_secs(4);
/// How often the call is tried, the first time included.
const MAX_ATTEMPTS: u32 = 3;
/// How S3 answers that the object is the one that is known.
const NOT_MODIFIED: u16 = 304;
/// How S3 answers to a range of an object that has no byte.
const NOT_SATISFIABLE: u16 = 416;

/// An object of S3.
pub struct ObjectSource {
    bucket: String,
    key: String,
    region: Option<String>,
    /// How to reach S3. None: as the environment says, looked for with the first call.
    config: Option<SdkConfig>,
    client: OnceCell<Client>,
}

impl ObjectSource {
    /// The object of this key in this bucket; of the region that the process is in unless one is named. Nothing is called yet.
    pub fn new(bucket: String, key: String, region: Option<String>) -> Self {
        Self {
            bucket,
            key,
            region,
            config: None,
            client: OnceCell::new(),
        }
    }

    /// The same, reached with these credentials and end points.
    #[must_use]
    pub fn reached_by(self, config: SdkConfig) -> Self {
        Self {
            config: Some(config),
            ..self
        }
    }

    async fn client(&self) -> &Client {
        let make = async || {
            let timeouts = TimeoutConfig::builder()
                .operation_timeout(CALL_TIMEOUT)
                .operation_attempt_timeout(TRY_TIMEOUT)
                .build();
            let config = match &self.config {
                Some(config) => config.clone(),
                None => environment().await,
            };
            let mut builder = config
                .to_builder()
                .retry_config(RetryConfig::standard().with_max_attempts(MAX_ATTEMPTS))
                .timeout_config(timeouts);
            if let Some(region) = &self.region {
                builder = builder.region(Region::new(region.clone()));
            }
            Client::new(&builder.build())
        };
        self.client.get_or_init(make).await
    }

    async fn get(&self, known: Option<&str>) -> Result<GetObjectOutput, SdkError<GetObjectError>> {
        let call = self.client().await.get_object().bucket(&self.bucket).key(&self.key);
        let call = call.set_if_none_match(known.map(str::to_owned));
        // One byte more than is taken, to tell that there is more.
        call.range(format!("bytes=0-{MOST_BYTES}")).send().await
    }
}

#[async_trait]
impl Source for ObjectSource {
    async fn fetch(&self, known: Option<&str>) -> Result<Fetched, SourceError> {
        let answer = match self.get(known).await {
            Ok(answer) => answer,
            Err(error) => {
                return match error.raw_response().map(|response| response.status().as_u16()) {
                    Some(NOT_MODIFIED) if known.is_some() => Ok(Fetched::Unchanged),
                    Some(NOT_SATISFIABLE) => Ok(Fetched::Text {
                        bytes: Vec::new(),
                        mark: None,
                    }),
                    _ => Err(SourceError(fault(&error).to_string())),
                };
            }
        };
        let mark = answer.e_tag;
        let mut body = answer.body;
        let mut bytes = Vec::new();
        while let Some(piece) = body
            .try_next()
            .await
            .map_err(|error| SourceError(with_causes(&error)))?
        {
            bytes.extend_from_slice(&piece);
            if bytes.len() as u64 > MOST_BYTES {
                return Err(SourceError(format!("it has more than {MOST_BYTES} bytes")));
            }
        }
        Ok(Fetched::Text { bytes, mark })
    }
}
