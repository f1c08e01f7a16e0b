//! A secret that is fetched when it is needed and kept fresh.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use super::{
    SecretError,
    local::{self, Stamp},
    look::Look,
};
use crate::{config::Secret, text::with_causes};

/// A secret's value at a moment. Its `Debug` shows nothing, and its memory is wiped.
pub type SharedSecret = Arc<SecretString>;

/// Where a secret is had from over the network.
#[async_trait]
pub(super) trait Remote: Send + Sync {
    /// Fetches it.
    async fn fetch(&self, place: &Secret) -> Result<SecretString, SecretError>;
}

/// A secret that is fetched when it is first needed and kept fresh. Copies share what was fetched.
#[derive(Clone)]
pub struct LiveSecret(Arc<Inner>);

struct Inner {
    /// None if the value was given and is nowhere kept.
    place: Option<Place>,
    state: Mutex<State>,
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

struct Place {
    secret: Secret,
    remote: Option<Arc<dyn Remote>>,
    refresh: Duration,
}

#[derive(Default)]
struct State {
    known: Option<Known>,
    look: Option<Look>,
    /// What the last look came to, if it failed.
    failed: Option<String>,
}

#[derive(Clone)]
struct Known {
    value: SharedSecret,
    stamp: Option<Stamp>,
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
            State {
                known: Some(known),
                ..State::default()
            },
        )
    }

    /// A secret that can't be had.
    #[cfg(test)]
    pub(crate) fn lost() -> Self {
        Self::new(None, State::default())
    }

    /// A secret that is kept on this machine. It is read at once, so that one that is missing shows before anything starts.
    pub(super) fn local(secret: Secret) -> Result<Self, SecretError> {
        let place = Place {
            secret,
            remote: None,
            refresh: Duration::MAX,
        };
        let known = place.read()?;
        let state = State {
            known,
            ..State::default()
        };
        Ok(Self::new(Some(place), state))
    }

    /// A secret that is had over the network, when it is first needed.
    pub(super) fn remote(secret: Secret, remote: Arc<dyn Remote>, refresh: Duration) -> Self {
        let place = Place {
            secret,
            remote: Some(remote),
            refresh,
        };
        Self::new(Some(place), State::default())
    }

    fn new(place: Option<Place>, state: State) -> Self {
        Self(Arc::new(Inner {
            place,
            state: Mutex::new(state),
            fetching: tokio::sync::Mutex::default(),
        }))
    }

    /// The value, if it was fetched already.
    pub fn known(&self) -> Option<SharedSecret> {
        Some(self.0.state().known.as_ref()?.value.clone())
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
        let known = self.0.state().known.clone();
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
        let look = self.0.state().look;
        place.remote.is_some() && look.is_none_or(|look| look.is_older_than(place.refresh) && look.rest().is_zero())
    }

    async fn first(&self, place: &Place) -> Result<SharedSecret, SecretError> {
        let _one_at_a_time = self.0.fetching.lock().await;
        if let Some(value) = self.known() {
            return Ok(value);
        }
        if let Some((wait, why)) = self.0.state().resting() {
            return Err(SecretError::Resting { why, wait });
        }
        match place.fetch().await {
            Ok(known) => {
                let value = known.value.clone();
                self.0.state().found(known);
                Ok(value)
            }
            Err(error) => {
                tracing::error!(secret = %place.secret, "a secret can't be had: {}", with_causes(&error));
                self.0.state().failed(&error);
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
            Cause::Changed => self.0.state().resting().is_some(),
            Cause::Age | Cause::Refused => self.0.state().look.is_some_and(|look| !look.rest().is_zero()),
        };
        if rests || matches!(place.secret, Secret::Env(_)) {
            return None;
        }
        match place.fetch().await {
            Ok(known) if is_same(&known.value, used) => {
                self.0.state().found_the_same(known);
                None
            }
            Ok(known) => {
                tracing::info!(secret = %place.secret, "the secret was changed, and the new one is used from now on");
                let value = known.value.clone();
                self.0.state().found(known);
                Some(value)
            }
            Err(error) => {
                tracing::error!(
                    secret = %place.secret,
                    "a secret can't be fetched again, and the last one that was had is used on: {}",
                    with_causes(&error)
                );
                self.0.state().failed(&error);
                None
            }
        }
    }
}

impl Place {
    async fn fetch(&self) -> Result<Known, SecretError> {
        match &self.remote {
            Some(remote) => Ok(Known {
                value: Arc::new(remote.fetch(&self.secret).await?),
                stamp: None,
            }),
            None => self.read()?.ok_or_else(|| SecretError::WithoutAws(self.secret.clone())),
        }
    }

    /// What is kept on this machine. None if it is kept elsewhere.
    fn read(&self) -> Result<Option<Known>, SecretError> {
        let (value, stamp) = match &self.secret {
            Secret::Env(name) => (local::read_variable(name, &self.secret)?, None),
            Secret::File(path) => {
                let (value, stamp) = local::read_file(path, &self.secret)?;
                (value, Some(stamp))
            }
            Secret::SecretsManager { .. } | Secret::ParameterStore(_) => return Ok(None),
        };
        let value = Arc::new(value);
        Ok(Some(Known { value, stamp }))
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn found(&mut self, known: Known) {
        *self = Self {
            known: Some(known),
            look: Some(Look::fruitful()),
            failed: None,
        };
    }

    fn found_the_same(&mut self, known: Known) {
        *self = Self {
            known: Some(known),
            look: Some(Look::fruitless_after(self.look)),
            failed: None,
        };
    }

    fn failed(&mut self, error: &SecretError) {
        self.look = Some(Look::fruitless_after(self.look));
        self.failed = Some(with_causes(error));
    }

    /// How long it is left alone after a failure, and what that was.
    fn resting(&self) -> Option<(Duration, String)> {
        let rest = self.look?.rest();
        (!rest.is_zero()).then_some((rest, self.failed.clone()?))
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
