//! An object that was listed.

use aws_sdk_s3::types::Object;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::super::format::Format;

/// An object that is to be read.
pub(super) struct Found<'object> {
    pub(super) key: &'object str,
    pub(super) etag: &'object str,
    pub(super) bytes: u64,
    pub(super) format: Format,
}

impl<'object> Found<'object> {
    /// None if its key says no format, if it is too old, or if it is empty as the objects are that stand for folders.
    pub(super) fn of(object: &'object Object, oldest: Timestamp) -> Option<Self> {
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

    /// What tells it, as it is in this bucket, from all others.
    pub(super) fn id(&self, bucket: &str) -> String {
        let mut digest = Sha256::new();
        for part in [bucket, self.key, self.etag] {
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
}
