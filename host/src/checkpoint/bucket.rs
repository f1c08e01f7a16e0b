//! Checkpoints in a bucket of S3, an object each.

use std::time::Duration;

use async_trait::async_trait;
use aws_config::{Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_s3::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    primitives::{ByteStream, DateTime},
    types::{ChecksumAlgorithm, EncodingType, ObjectLockMode},
};
use jiff::{SignedDuration, Timestamp};

use super::{Shelf, ShelfError};
use crate::{
    alert::printable::printable,
    cloud::aws::{fault, listed_key},
};

/// How long one call may take, all its tries together, and how long one try.
const CALL_TIMEOUT: Duration = Duration::from_secs(15);
const TRY_TIMEOUT: Duration = Duration::from_secs(5);
/// How often a call is tried, the first time included.
const MAX_ATTEMPTS: u32 = 3;

/// A bucket that checkpoints are put into.
#[derive(Debug)]
pub struct CheckpointBucket {
    s3: Client,
    bucket: String,
    prefix: String,
    retain: Option<SignedDuration>,
}

impl CheckpointBucket {
    /// A bucket, which is reached with the credentials and the end points of `config`. Nothing is called yet.
    pub fn new(
        config: &SdkConfig,
        region: Option<&str>,
        bucket: &str,
        prefix: &str,
        retain: Option<SignedDuration>,
    ) -> Self {
        let timeouts = TimeoutConfig::builder()
            .operation_timeout(CALL_TIMEOUT)
            .operation_attempt_timeout(TRY_TIMEOUT)
            .build();
        let mut builder = config
            .to_builder()
            .retry_config(RetryConfig::standard().with_max_attempts(MAX_ATTEMPTS))
            .timeout_config(timeouts);
        if let Some(region) = region {
            builder = builder.region(Region::new(region.to_owned()));
        }
        Self {
            s3: Client::new(&builder.build()),
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
            retain,
        }
    }

    /// All checkpoints with this bucket's prefix, a line each, the oldest first.
    ///
    /// # Errors
    /// If the bucket can't be listed or an object can't be read.
    pub async fn read_all(&self) -> Result<Vec<String>, ShelfError> {
        let mut lines = Vec::new();
        let mut token = None;
        loop {
            let call = self.s3.list_objects_v2().bucket(&self.bucket).prefix(&self.prefix);
            let call = call.encoding_type(EncodingType::Url);
            let listed = call.set_continuation_token(token).send().await;
            let listed = listed.map_err(|error| self.failed(&self.prefix, &error))?;
            for key in listed.contents().iter().filter_map(|object| object.key()) {
                let key = listed_key(key, listed.encoding_type());
                let got = self.s3.get_object().bucket(&self.bucket).key(&key).send().await;
                let body = got.map_err(|error| self.failed(&key, &error))?.body.collect().await;
                let body = body.map_err(|error| ShelfError::Bucket {
                    place: self.place(&key),
                    source: crate::cloud::Fault::Unreachable {
                        message: error.to_string(),
                    },
                })?;
                let text = String::from_utf8_lossy(&body.into_bytes()).into_owned();
                lines.extend(text.lines().map(str::to_owned));
            }
            token = listed.next_continuation_token;
            if token.is_none() {
                return Ok(lines);
            }
        }
    }

    fn place(&self, key: &str) -> String {
        format!("s3://{}/{}", self.bucket, printable(key))
    }

    fn failed<E>(&self, key: &str, error: &SdkError<E>) -> ShelfError
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        ShelfError::Bucket {
            place: self.place(key),
            source: fault(error),
        }
    }
}

#[async_trait]
impl Shelf for CheckpointBucket {
    async fn newest(&self) -> Option<Timestamp> {
        None
    }

    /// On the condition that there is no object of this slot: of several functions the first is enough.
    async fn put(&self, slot: Timestamp, line: &str) -> Result<(), ShelfError> {
        let key = format!("{}{slot:.0}.json", self.prefix);
        let mut call = self
            .s3
            .put_object()
            .bucket(&self.bucket)
            .key(&key)
            .if_none_match("*")
            .content_type("application/json")
            // S3 wants a checksum where an object is locked.
            .checksum_algorithm(ChecksumAlgorithm::Sha256)
            .body(ByteStream::from(line.as_bytes().to_vec()));
        if let Some(retain) = self.retain {
            let until = Timestamp::now().saturating_add(retain).unwrap_or(Timestamp::MAX);
            call = call
                .object_lock_mode(ObjectLockMode::Compliance)
                .object_lock_retain_until_date(DateTime::from_secs(until.as_second()));
        }
        match call.send().await {
            Ok(_) => Ok(()),
            // Another was quicker, or the answer to an earlier try was lost.
            Err(SdkError::ServiceError(error)) if error.err().code() == Some("PreconditionFailed") => Ok(()),
            Err(error) => Err(self.failed(&key, &error)),
        }
    }
}
