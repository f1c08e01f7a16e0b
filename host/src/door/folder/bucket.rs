//! The folder door in S3: takes in the objects under a prefix of a bucket, which it only reads.
//!
//! What tells a delivery is made of the object's key and ETag and the line, so an object that is listed or read twice does no harm. Which objects had their turn is remembered for as long
//! as they are listed; a process that starts reads those again that are younger than `newer-than`. So that a bucket of years is not listed whole, the listing starts after the last key
//! that is too old, where keys have a date in them (`dated`).

mod found;
mod objects;
mod options;
mod seen;

use std::sync::Arc;

use async_trait::async_trait;
use aws_config::SdkConfig;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

pub use self::options::BucketOptions;
use self::{found::Found, objects::Objects, seen::Seen};
use super::{
    super::{
        Door, DoorError,
        admit::{next, sleep, waits},
    },
    take_in::{Contents, Outcome, take_in},
};
use crate::{alert::printable::printable, hold::DeliveryId, text::with_causes, way::Host};

/// What the journal calls it.
const KIND: &str = "s3";

/// The most pages of one listing, and how many objects each has, which is the most that S3 gives.
const MAX_PAGES: usize = 1000;
const OF_A_PAGE: i32 = 1000;

/// The folder door in S3.
#[derive(Debug)]
pub struct BucketDoor {
    objects: Objects,
    options: BucketOptions,
}

impl BucketDoor {
    /// A door to a bucket, which is reached with the credentials and the end points of `config`. Nothing is called yet: a bucket that is missing shows when it is served.
    pub fn open(config: &SdkConfig, options: BucketOptions) -> Self {
        Self {
            objects: Objects::new(config, &options),
            options,
        }
    }

    /// Takes in what is new. False: the door closes.
    async fn look(&self, seen: &mut Seen, host: &Host, stop: &CancellationToken) -> Result<bool, DoorError> {
        let oldest = Timestamp::now()
            .checked_sub(self.options.newer_than)
            .unwrap_or(Timestamp::MIN);
        seen.begin();
        let mut token = None;
        for _ in 0..MAX_PAGES {
            let start_after = self.options.start_after(oldest);
            let page = self.objects.list(start_after, token, OF_A_PAGE).await?;
            for object in page.objects {
                let Some(found) = Found::of(&object, oldest) else {
                    continue;
                };
                if !seen.had_its_turn(&found) {
                    match self.take_in(&found, host, stop).await {
                        Ok(Outcome::NotYet) => return Ok(false),
                        Ok(outcome) => self.tell(&found, &outcome),
                        Err(error) => {
                            tracing::error!("{}; tried again at the next look", with_causes(&error));
                            continue;
                        }
                    }
                }
                seen.note(&found);
            }
            token = page.next;
            if token.is_none() {
                seen.end();
                return Ok(true);
            }
            if stop.is_cancelled() {
                return Ok(false);
            }
        }
        seen.end();
        tracing::error!(
            "{} has more than {MAX_PAGES} pages of objects, and those behind are not read: say how its keys are `dated`, or make the `prefix` longer",
            self.place()
        );
        Ok(true)
    }

    fn tell(&self, found: &Found<'_>, outcome: &Outcome) {
        let (bucket, key) = (&self.options.bucket, printable(found.key));
        match outcome {
            Outcome::Done { taken } => tracing::info!(bucket, key, taken, "an object is done"),
            Outcome::Failed(reasons) => tracing::error!(bucket, key, "an object can't be read: {}", reasons.join("; ")),
            Outcome::NotYet => {}
        }
    }

    async fn take_in(&self, found: &Found<'_>, host: &Host, stop: &CancellationToken) -> Result<Outcome, DoorError> {
        let limit = self.options.limits.max_file;
        if found.bytes > limit {
            let why = format!("it has {} bytes, and at most {limit} are read (max-file)", found.bytes);
            return Ok(Outcome::Failed(vec![why]));
        }
        let contents = Contents {
            file: self.objects.fetch(found).await?,
            format: found.format,
            max_unpacked: self.options.limits.max_unpacked,
            detector: self.options.detector,
        };
        let object = found.id(&self.options.bucket);
        let id = |_, line, _: &[u8]| DeliveryId::given(KIND, &format!("{object}-{line}"));
        Ok(take_in(contents, KIND, id, host, stop).await)
    }
}

#[async_trait]
impl Door for BucketDoor {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn place(&self) -> String {
        self.objects.place()
    }

    async fn examine(&self) -> Result<String, DoorError> {
        let page = self.objects.list(None, None, 1).await?;
        Ok(match page.objects.first().and_then(|object| object.key.as_deref()) {
            Some(key) => format!("it can be listed, the first key is {}", printable(key)),
            None => "it can be listed, and nothing is in it".to_owned(),
        })
    }

    /// When it is told to stop it lets go of what is on its way: it is read again by who starts next.
    async fn serve(self: Box<Self>, host: Arc<Host>, stop: CancellationToken) {
        let mut seen = Seen::default();
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

#[cfg(test)]
mod tests;
