//! A secret that is fetched when it is needed and kept fresh.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use super::{
    SecretError,
    local::Stamp,
    memory::{Known, Memory},
    place::{Place, Remote},
};
use crate::{config::Secret, text::with_causes};

/// A secret's value at a moment. Its `Debug` shows nothing, and its memory is wiped.
pub type SharedSecret = Arc<SecretString>;

/// A secret that is fetched when it is first needed and kept fresh. Copies share what was fetched.
#[derive(Clone)]
pub struct LiveSecret(Arc<Inner>);

struct Inner {
    /// None if the value was given and is nowhere kept.
    place: Option<Place>,
    memory: Mutex<Memory>,
    /// One fetch at a time; who waits for it finds what it brought.
    fetching: tokio::sync::Mutex<()>,
}

/// Why a secret is looked at again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// Its file is another.
    Changed,
    /// It was had some time ago.
    Age,
    /// The service that it opens does not accept it.
    Refused,
}

impl LiveSecret {
    /// A secret that is given, and never changes.
    pub fn fixed(value: impl Into<String>) -> Self {
        let known = Known {
            value: Arc::new(SecretString::from(value.into())),
            stamp: None,
        };
        Self::new(
            None,
            Memory {
                known: Some(known),
                ..Memory::default()
            },
        )
    }

    /// A secret that can't be had.
    #[cfg(test)]
    pub(crate) fn lost() -> Self {
        Self::new(None, Memory::default())
    }

    /// A secret that is kept on this machine. It is read at once, so that one that is missing shows before anything starts.
    pub(super) fn local(secret: Secret) -> Result<Self, SecretError> {
        let place = Place {
            secret,
            remote: None,
            refresh: Duration::MAX,
        };
        let known = place.read()?;
        let memory = Memory {
            known,
            ..Memory::default()
        };
        Ok(Self::new(Some(place), memory))
    }

    /// A secret that is had over the network, when it is first needed.
    pub(super) fn remote(secret: Secret, remote: Arc<dyn Remote>, refresh: Duration) -> Self {
        let place = Place {
            secret,
            remote: Some(remote),
            refresh,
        };
        Self::new(Some(place), Memory::default())
    }

    fn new(place: Option<Place>, memory: Memory) -> Self {
        Self(Arc::new(Inner {
            place,
            memory: Mutex::new(memory),
            fetching: tokio::sync::Mutex::default(),
        }))
    }

    /// The value, if it was fetched already.
    pub fn known(&self) -> Option<SharedSecret> {
        Some(self.0.memory().known.as_ref()?.value.clone())
    }

    /// The value. Fetched if this is the first time; one that is old is given out and fetched again beside it, because nobody shall wait for that. A file is looked at each
    /// time.
    ///
    /// # Errors
    /// Only if it never could be had.
    pub async fn value(&self) -> Result<SharedSecret, SecretError> {
        let Some(place) = &self.0.place else {
            return self.known().ok_or_else(|| SecretError::NotSet(String::new()));
        };
        let known = self.0.memory().known.clone();
        match (known, &place.secret) {
            (Some(known), Secret::File(path)) if Stamp::now(path) != known.stamp => {
                self.look_again(&known.value, Cause::Changed).await;
                Ok(self.known().unwrap_or(known.value))
            }
            (Some(known), _) => {
                if self.is_old(place) {
                    let (this, value) = (self.clone(), known.value.clone());
                    tokio::spawn(async move { this.look_again(&value, Cause::Age).await });
                }
                Ok(known.value)
            }
            (None, _) => self.first(place).await,
        }
    }

    /// The service that the secret opens does not accept this value. Answers with another, if there is one by now.
    pub async fn refused(&self, used: &SharedSecret) -> Option<SharedSecret> {
        self.look_again(used, Cause::Refused).await
    }

    fn is_old(&self, place: &Place) -> bool {
        let look = self.0.memory().look;
        place.remote.is_some() && look.is_none_or(|look| look.is_older_than(place.refresh) && look.rest().is_zero())
    }

    async fn first(&self, place: &Place) -> Result<SharedSecret, SecretError> {
        let _one_at_a_time = self.0.fetching.lock().await;
        if let Some(value) = self.known() {
            return Ok(value);
        }
        if let Some((wait, why)) = self.0.memory().resting() {
            return Err(SecretError::Resting { why, wait });
        }
        match place.fetch().await {
            Ok(known) => {
                let value = known.value.clone();
                self.0.memory().found(known);
                Ok(value)
            }
            Err(error) => {
                tracing::error!(secret = %place.secret, "a secret can't be had: {}", with_causes(&error));
                self.0.memory().failed(&error);
                Err(error)
            }
        }
    }

    /// Another value than this one, if there is one. Looks for it unless somebody just did.
    async fn look_again(&self, used: &SharedSecret, cause: Cause) -> Option<SharedSecret> {
        let place = self.0.place.as_ref()?;
        let _one_at_a_time = self.0.fetching.lock().await;
        if let Some(other) = self.known().filter(|known| !is_same(known, used)) {
            return Some(other);
        }
        let rests = match cause {
            Cause::Changed => self.0.memory().resting().is_some(),
            Cause::Age | Cause::Refused => self.0.memory().look.is_some_and(|look| !look.rest().is_zero()),
        };
        if rests || matches!(place.secret, Secret::Env(_)) {
            return None;
        }
        match place.fetch().await {
            Ok(known) if is_same(&known.value, used) => {
                self.0.memory().found_the_same(known);
                None
            }
            Ok(known) => {
                tracing::info!(secret = %place.secret, "the secret was changed, and the new one is used from now on");
                let value = known.value.clone();
                self.0.memory().found(known);
                Some(value)
            }
            Err(error) => {
                tracing::error!(
                    secret = %place.secret,
                    "a secret can't be fetched again, and the last one that was had is used on: {}",
                    with_causes(&error)
                );
                self.0.memory().failed(&error);
                None
            }
        }
    }
}

impl Inner {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Shows where it is kept, and nothing of it.
impl fmt::Debug for LiveSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.0.place.as_ref().map(|place| &place.secret);
        formatter.debug_tuple("LiveSecret").field(&place).finish()
    }
}

fn is_same(one: &SecretString, other: &SecretString) -> bool {
    bool::from(one.expose_secret().as_bytes().ct_eq(other.expose_secret().as_bytes()))
}

#[cfg(test)]
mod tests;
