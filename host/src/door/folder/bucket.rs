//! The folder door in S3: takes in the objects under a prefix of a bucket, which it only reads.
//!
//! What tells a delivery is made of the object's key and ETag and the line, so an object that is listed or read twice does no harm. Which objects had their turn is remembered for as long
//! as they are listed; a process that starts reads those again that are younger than `newer-than`. So that a bucket of years is not listed whole, the listing starts after the last key
//! that is too old, where keys have a date in them (`dated`).

mod found;
mod options;

use std::{
    collections::HashMap,
    error::Error,
    fs::File,
    io::{self, Seek, SeekFrom, Write},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use aws_config::{Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_s3::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    types::Object,
};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use self::found::Found;
pub use self::options::BucketOptions;
use super::{
    super::{
        Door, DoorError,
        admit::{next, sleep, waits},
    },
    take_in::{Contents, Outcome, take_in},
};
use crate::{
    cloud::{Fault, aws::fault},
    hold::DeliveryId,
    text::with_causes,
    way::Host,
};

/// What the journal calls it.
const KIND: &str = "s3";

/// The most pages of one listing, of 1000 objects each.
const MAX_PAGES: usize = 1000;
/// How long a call may take, all its tries together, and how long one try. Of an object that is until it begins to come.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);
const TRY_TIMEOUT: Duration = Duration::from_secs(10);
/// How long an object that comes may pause.
const PAUSE: Duration = Duration::from_secs(30);
/// How often a call is tried, the first time included.
const MAX_ATTEMPTS: u32 = 4;

/// The folder door in S3.
#[derive(Debug)]
pub struct BucketDoor {
    s3: Client,
    options: BucketOptions,
}

/// The ETags of objects that had their turn, by key.
type Seen = HashMap<String, String>;

impl BucketDoor {
    /// A door to a bucket, which is reached with the credentials and the end points of `config`. Nothing is called yet: a bucket that is missing shows when it is served.
    pub fn open(config: &SdkConfig, options: BucketOptions) -> Self {
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
            options,
        }
    }

    /// Takes in what is new. False: the door closes.
    async fn look(&self, seen: &mut Seen, host: &Host, stop: &CancellationToken) -> Result<bool, DoorError> {
        let oldest = Timestamp::now()
            .checked_sub(self.options.newer_than)
            .unwrap_or(Timestamp::MIN);
        let mut listed = Seen::new();
        let mut token = None;
        for _ in 0..MAX_PAGES {
            let page = self.list(self.options.start_after(oldest), token, 1000).await?;
            for object in page.objects {
                let Some(found) = Found::of(&object, oldest) else {
                    continue;
                };
                if seen.get(found.key) != Some(&found.etag.to_owned()) {
                    match self.take_in(&found, host, stop).await {
                        Ok(Outcome::NotYet) => return Ok(false),
                        Ok(outcome) => self.tell(&found, &outcome),
                        Err(error) => {
                            tracing::error!("{}; tried again at the next look", with_causes(&error));
                            continue;
                        }
                    }
                    seen.insert(found.key.to_owned(), found.etag.to_owned());
                }
                listed.insert(found.key.to_owned(), found.etag.to_owned());
            }
            token = page.next;
            if token.is_none() {
                *seen = listed;
                return Ok(true);
            }
            if stop.is_cancelled() {
                return Ok(false);
            }
        }
        tracing::error!(
            "{} has more than {MAX_PAGES} pages of objects, and those behind are not read: say how its keys are `dated`, or make the `prefix` longer",
            self.place()
        );
        Ok(true)
    }

    fn tell(&self, found: &Found<'_>, outcome: &Outcome) {
        let (bucket, key) = (&self.options.bucket, found.key);
        match outcome {
            Outcome::Done { taken } => tracing::info!(bucket, key, taken, "an object is done"),
            Outcome::Failed(reasons) => tracing::error!(bucket, key, "an object can't be read: {}", reasons.join("; ")),
            Outcome::NotYet => {}
        }
    }

    async fn list(&self, start_after: Option<String>, token: Option<String>, most: i32) -> Result<Page, DoorError> {
        let call = self.s3.list_objects_v2().bucket(&self.options.bucket);
        let listed = call
            .prefix(&self.options.prefix)
            .set_start_after(start_after)
            .set_continuation_token(token)
            .max_keys(most)
            .send()
            .await
            .map_err(|error| failed("list", self.place(), &error))?;
        Ok(Page {
            objects: listed.contents.unwrap_or_default(),
            next: listed.next_continuation_token,
        })
    }

    async fn take_in(&self, found: &Found<'_>, host: &Host, stop: &CancellationToken) -> Result<Outcome, DoorError> {
        let limit = self.options.limits.max_file;
        if found.bytes > limit {
            let why = format!("it has {} bytes, and at most {limit} are read (max-file)", found.bytes);
            return Ok(Outcome::Failed(vec![why]));
        }
        let contents = Contents {
            file: self.fetch(found).await?,
            format: found.format,
            max_unpacked: self.options.limits.max_unpacked,
            detector: self.options.detector,
        };
        let object = found.id(&self.options.bucket);
        let id = |line, _: &[u8]| DeliveryId::given(KIND, &format!("{object}-{line}"));
        Ok(take_in(contents, KIND, id, host, stop).await)
    }

    /// An object, in a file that has no name.
    async fn fetch(&self, found: &Found<'_>) -> Result<File, DoorError> {
        let place = format!("s3://{}/{}", self.options.bucket, found.key);
        let call = self.s3.get_object().bucket(&self.options.bucket).key(found.key);
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

#[async_trait]
impl Door for BucketDoor {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn place(&self) -> String {
        format!("s3://{}/{}", self.options.bucket, self.options.prefix)
    }

    async fn examine(&self) -> Result<String, DoorError> {
        let page = self.list(None, None, 1).await?;
        Ok(match page.objects.first().and_then(|object| object.key.as_deref()) {
            Some(key) => format!("it can be listed, the first key is {key}"),
            None => "it can be listed, and nothing is in it".to_owned(),
        })
    }

    /// When it is told to stop it lets go of what is on its way: it is read again by who starts next.
    async fn serve(self: Box<Self>, host: Arc<Host>, stop: CancellationToken) {
        let mut seen = Seen::new();
        let mut waits = waits();
        while !stop.is_cancelled() {
            let looked = tokio::select! {
                looked = self.look(&mut seen, &host, &stop) => looked,
                () = stop.cancelled() => return,
            };
            let wait = match looked {
                Ok(true) => {
                    waits = self::waits();
                    self.options.every
                }
                Ok(false) => return,
                Err(error) => {
                    let wait = next(&mut waits).max(self.options.every);
                    tracing::error!("{}; asked again in {wait:.0?}", with_causes(&error));
                    wait
                }
            };
            sleep(wait, &stop).await;
        }
    }
}

/// One page of a listing.
struct Page {
    objects: Vec<Object>,
    next: Option<String>,
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

#[cfg(test)]
mod tests;
