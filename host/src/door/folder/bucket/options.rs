//! How the folder door in S3 is set up.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, fmt::strtime};

use super::super::FileLimits;
use crate::alert::Detector;

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

impl BucketOptions {
    /// Behind which key the listing starts: before all keys of the day on which the oldest objects may be that are read. None: with the first.
    pub(super) fn start_after(&self, oldest: Timestamp) -> Option<String> {
        let dated = self.dated.as_deref()?;
        let day = strtime::format(dated, &oldest.to_zoned(jiff::tz::TimeZone::UTC)).ok()?;
        Some(format!("{}{day}", self.prefix))
    }
}
