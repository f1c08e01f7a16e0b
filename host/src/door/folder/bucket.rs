//! The folder door in S3: takes in the objects under a prefix of a bucket, which it only reads.
//!
//! What tells a delivery is made of the object's key and ETag and the line, so an object that is listed or read twice does no harm. Which objects had their turn is remembered for as long
//! as they are listed; a process that starts reads those again that are younger than `newer-than`. So that a bucket of years is not listed whole, the listing starts after the last key
//! that is too old, where keys have a date in them (`dated`).

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
use jiff::{SignedDuration, Timestamp, fmt::strtime};
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use super::{
    super::{
        Door, DoorError,
        admit::{next, sleep, waits},
    },
    FileLimits,
    format::Format,
    take_in::{Contents, Outcome, take_in},
};
use crate::{
    alert::Detector,
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

/// How the door is set up.
#[derive(Debug, Clone)]
pub struct BucketOptions {
    /// The bucket's name.
    pub bucket: String,
    /// How the keys begin.
    pub prefix: String,
    /// The bucket's region. None: the one that the process is in.
    pub region: Option<String>,
    /// How the keys go on, as a date that `strftime` makes.
    pub dated: Option<String>,
    /// Older objects are left alone.
    pub newer_than: SignedDuration,
    /// Whose alerts come. None: each is looked at.
    pub detector: Option<Detector>,
    /// How often it is looked at.
    pub every: Duration,
    /// How much is read of an object.
    pub limits: FileLimits,
}

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
            let page = self.list(start_after(&self.options, oldest), token, 1000).await?;
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
        let object = object_id(&self.options.bucket, found.key, found.etag);
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

/// An object that is to be read.
struct Found<'object> {
    key: &'object str,
    etag: &'object str,
    bytes: u64,
    format: Format,
}

impl<'object> Found<'object> {
    /// None if its key says no format, if it is too old, or if it is empty as the objects are that stand for folders.
    fn of(object: &'object Object, oldest: Timestamp) -> Option<Self> {
        let key = object.key.as_deref()?;
        let name = key.rsplit('/').next().unwrap_or(key);
        let changed = object.last_modified.as_ref()?.secs();
        let bytes = u64::try_from(object.size.unwrap_or_default()).ok()?;
        (changed >= oldest.as_second() && bytes > 0).then_some(())?;
        Some(Self {
            key,
            etag: object.e_tag.as_deref()?,
            bytes,
            format: Format::of(name)?,
        })
    }
}

/// Behind which key the listing starts: before all keys of the day on which the oldest objects may be that are read.
fn start_after(options: &BucketOptions, oldest: Timestamp) -> Option<String> {
    let dated = options.dated.as_deref()?;
    let day = strtime::format(dated, &oldest.to_zoned(jiff::tz::TimeZone::UTC)).ok()?;
    Some(format!("{}{day}", options.prefix))
}

/// What tells an object, as it is, from all others.
fn object_id(bucket: &str, key: &str, etag: &str) -> String {
    let mut digest = Sha256::new();
    for part in [bucket, key, etag] {
        digest.update(part.as_bytes());
        digest.update([0]);
    }
    digest
        .finalize()
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
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
mod tests {
    use super::*;

    fn options(dated: Option<&str>) -> BucketOptions {
        BucketOptions {
            bucket: "findings".to_owned(),
            prefix: "AWSLogs/111122223333/GuardDuty/eu-west-1/".to_owned(),
            region: None,
            dated: dated.map(str::to_owned),
            newer_than: SignedDuration::from_hours(48),
            detector: None,
            every: Duration::from_secs(60),
            limits: FileLimits {
                max_file: 1000,
                max_unpacked: 1000,
            },
        }
    }

    #[test]
    fn years_of_findings_are_not_listed_to_find_those_of_today() {
        let oldest: Timestamp = "2030-03-01T00:30:00Z".parse().unwrap();
        let after = start_after(&options(Some("%Y/%m/%d/")), oldest).unwrap();
        assert_eq!(after, "AWSLogs/111122223333/GuardDuty/eu-west-1/2030/03/01/");
        let of_that_day = "AWSLogs/111122223333/GuardDuty/eu-west-1/2030/03/01/0b1c.jsonl.gz";
        let of_the_day_before = "AWSLogs/111122223333/GuardDuty/eu-west-1/2030/02/28/ffff.jsonl.gz";
        assert!(of_that_day > after.as_str() && of_the_day_before < after.as_str());
        assert_eq!(start_after(&options(None), oldest), None);
    }

    #[test]
    fn an_object_that_was_written_anew_is_another() {
        let one = object_id("a", "b", "\"1\"");
        assert_eq!(one, object_id("a", "b", "\"1\""));
        for other in [
            object_id("a", "b", "\"2\""),
            object_id("a", "b\"", "1\""),
            object_id("ab", "", "\"1\""),
        ] {
            assert_ne!(one, other);
        }
    }
}
