//! The objects under a prefix of a bucket, as S3 lists and gives them.

use std::{
    error::Error,
    fs::File,
    io::{self, Seek, SeekFrom, Write},
    time::Duration,
};

use aws_config::{Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_s3::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    types::{EncodingType, Object},
};

use super::{super::super::DoorError, BucketOptions, found::Found};
use crate::{
    alert::printable::printable,
    cloud::{
        Fault,
        aws::{fault, listed_key},
    },
    text::with_causes,
};

/// How long a call may take, all its tries together, and how long one try. Of an object that is until it begins to come.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);
const TRY_TIMEOUT: Duration = Duration::from_secs(10);
/// How long an object that comes may pause.
const PAUSE: Duration = Duration::from_secs(30);
/// How often a call is tried, the first time included.
const MAX_ATTEMPTS: u32 = 4;

/// The objects under a prefix of a bucket.
#[derive(Debug)]
pub(super) struct Objects {
    s3: Client,
    bucket: String,
    prefix: String,
}

/// One page of a listing.
pub(super) struct Page {
    pub(super) objects: Vec<Object>,
    /// By what the next page is asked for. None: this is the last.
    pub(super) next: Option<String>,
}

impl Objects {
    /// Nothing is called yet.
    pub(super) fn new(config: &SdkConfig, options: &BucketOptions) -> Self {
        let timeouts = TimeoutConfig::builder()
            .operation_timeout(CALL_TIMEOUT)
            .operation_attempt_timeout(TRY_TIMEOUT)
            .build();
        let mut builder = config
            .to_builder()
            .retry_config(RetryConfig::standard().with_max_attempts(MAX_ATTEMPTS))
            .timeout_config(timeouts);
        if let Some(region) = &options.region {
            builder = builder.region(Region::new(region.clone()));
        }
        Self {
            s3: Client::new(&builder.build()),
            bucket: options.bucket.clone(),
            prefix: options.prefix.clone(),
        }
    }

    /// Where they are, for people.
    pub(super) fn place(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.prefix)
    }

    /// Lists so many at most, in the order of their keys.
    pub(super) async fn list(
        &self,
        start_after: Option<String>,
        token: Option<String>,
        most: i32,
    ) -> Result<Page, DoorError> {
        let call = self.s3.list_objects_v2().bucket(&self.bucket);
        let listed = call
            .prefix(&self.prefix)
            .set_start_after(start_after)
            .set_continuation_token(token)
            .max_keys(most)
            .encoding_type(EncodingType::Url)
            .send()
            .await
            .map_err(|error| failed("list", self.place(), &error))?;
        let encoding = listed.encoding_type;
        let mut objects = listed.contents.unwrap_or_default();
        for object in &mut objects {
            object.key = object.key.take().map(|key| listed_key(&key, encoding.as_ref()));
        }
        Ok(Page {
            objects,
            next: listed.next_continuation_token,
        })
    }

    /// An object as it was listed, in a file that has no name.
    pub(super) async fn fetch(&self, found: &Found<'_>) -> Result<File, DoorError> {
        let place = format!("s3://{}/{}", self.bucket, printable(found.key));
        let call = self.s3.get_object().bucket(&self.bucket).key(found.key);
        let answer = call
            .if_match(found.etag)
            .send()
            .await
            .map_err(|error| failed("read", place.clone(), &error))?;
        let broken = |message: String| DoorError::Bucket {
            doing: "read",
            place: place.clone(),
            source: Fault::Unreachable { message },
        };
        let on_disk = |error: io::Error| broken(format!("it can't be kept on this machine: {error}"));
        let mut file = tempfile::tempfile().map_err(on_disk)?;
        let mut body = answer.body;
        let mut left = found.bytes;
        loop {
            let piece = tokio::time::timeout(PAUSE, body.try_next()).await;
            let piece = piece.map_err(|_| broken(format!("nothing came for {PAUSE:?}")))?;
            let Some(piece) = piece.map_err(|error| broken(with_causes(&error)))? else {
                break;
            };
            left = left
                .checked_sub(piece.len() as u64)
                .ok_or_else(|| broken("more came than was listed".to_owned()))?;
            file.write_all(&piece).map_err(on_disk)?;
        }
        file.seek(SeekFrom::Start(0)).map_err(on_disk)?;
        Ok(file)
    }
}

fn failed<E>(doing: &'static str, place: String, error: &SdkError<E>) -> DoorError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    DoorError::Bucket {
        doing,
        place,
        source: fault(error),
    }
}
