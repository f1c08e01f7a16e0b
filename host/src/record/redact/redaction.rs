//! What is redacted, with a key that may have to be fetched first.

use secrecy::ExposeSecret;

use super::{Key, Kind, Redactor};
use crate::secret::{LiveSecret, SecretError};

/// What is redacted, and where the key for it is.
#[derive(Debug, Clone)]
pub struct Redaction {
    /// What is redacted by its form.
    pub kinds: Vec<Kind>,
    /// What is redacted by its key in the detector's JSON.
    pub fields: Vec<String>,
    /// Where the key is.
    pub key: RedactionKey,
}

/// Where the key of a redaction is.
#[derive(Debug, Clone)]
pub enum RedactionKey {
    /// Made for this process alone.
    OfThisProcess(Key),
    /// Kept, and had when it is needed.
    Kept(LiveSecret),
}

impl Redaction {
    /// What redacts, with the key as it is now.
    ///
    /// # Errors
    /// If the key can't be had.
    pub async fn redactor(&self) -> Result<Redactor, SecretError> {
        let key = match &self.key {
            RedactionKey::OfThisProcess(key) => key.clone(),
            RedactionKey::Kept(secret) => Key::of(secret.value().await?.expose_secret().as_bytes()),
        };
        Ok(Redactor::new(key, &self.kinds, &self.fields))
    }
}
