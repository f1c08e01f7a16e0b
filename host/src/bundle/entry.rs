//! A file of the package.

use crate::digest::Digest;

/// A file as it lies in the package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    bytes: Vec<u8>,
    digest: Digest,
    is_program: bool,
}

impl Entry {
    /// A file that is read.
    pub(super) fn file(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self {
            digest: Digest::of(&bytes),
            bytes,
            is_program: false,
        }
    }

    /// A file that is started.
    pub(super) fn program(bytes: Vec<u8>) -> Self {
        Self {
            is_program: true,
            ..Self::file(bytes)
        }
    }

    /// What is in it.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The digest of what is in it.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Its permissions: the function runs as a user who neither owns nor may change it.
    pub(super) fn mode(&self) -> u32 {
        if self.is_program { 0o755 } else { 0o644 }
    }
}
