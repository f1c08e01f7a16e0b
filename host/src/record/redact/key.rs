//! The key of a redaction.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// Makes what stands for something out of it. Who has not the key can neither find the thing by trying nor make its stand-in. With the same key
/// equal things have equal stand-ins, in all recordings.
#[derive(Clone)]
pub struct Key(Hmac<Sha256>);

/// No key can be had.
#[derive(Debug, thiserror::Error)]
#[error("this machine gives no random numbers for a key: name one that is kept")]
pub struct NoKey(#[source] getrandom::Error);

impl Key {
    /// A key that is kept somewhere: any text or bytes, of at least 32 random bytes if it shall be worth anything.
    pub fn of(secret: &[u8]) -> Self {
        // Hashed first, so that any length is right.
        let mut block = [0; 64];
        let digest = Sha256::digest(secret);
        block
            .iter_mut()
            .zip(digest)
            .for_each(|(byte, of_digest)| *byte = of_digest);
        Self(Hmac::new(&block.into()))
    }

    /// A key that nobody knows, and that is gone with this process.
    ///
    /// # Errors
    /// If this machine gives no random numbers.
    pub fn random() -> Result<Self, NoKey> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(NoKey)?;
        Ok(Self::of(&bytes))
    }

    /// 32 bytes for a thing of some kind.
    pub(super) fn bytes(&self, kind: &str, thing: &[u8]) -> [u8; 32] {
        let mut mac = self.0.clone();
        // The length keeps a kind and a thing from being another kind and thing.
        mac.update(&kind.len().to_be_bytes());
        mac.update(kind.as_bytes());
        mac.update(thing);
        mac.finalize().into_bytes().into()
    }
}

/// Shows nothing of it.
impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Key")
    }
}
