//! One list, with what was read of it.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    format::{Format, Listed},
    source::{Fetched, Source},
};
use crate::{duration::HumanDuration, guard::NeverBlock};

/// How long a read may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// How soon a list that could not be read is read again, unless it is read more often anyway.
const AGAIN: Duration = Duration::from_secs(15);

/// What a list is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListTerms {
    /// Its name.
    pub name: String,
    /// Where it stands, for people.
    pub place: String,
    /// How it is written.
    pub format: Format,
    /// How often it is read.
    pub every: HumanDuration,
    /// How old what was read may be before nothing is blocked any more.
    pub max_age: HumanDuration,
    /// Whether nothing may stand in it.
    pub may_be_empty: bool,
}

/// One list.
pub struct List {
    terms: ListTerms,
    source: Box<dyn Source>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    read: Option<Read>,
    tried: Option<Timestamp>,
    failure: Option<String>,
}

/// What was fetched that may be other than what is known.
struct News {
    listed: Vec<Listed>,
    mark: Option<String>,
}

/// What was read last.
struct Read {
    entries: Arc<[NeverBlock]>,
    mark: Option<String>,
    at: Timestamp,
}

/// How a list stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ListStanding {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub place: String,
    /// How many entries it has, those that ended among them.
    pub entries: usize,
    /// When it was read. None if it never was.
    pub read: Option<Timestamp>,
    /// How old what was read may be.
    pub max_age: HumanDuration,
    /// Why the last read failed.
    pub failure: Option<String>,
    /// Why nothing is blocked because of it.
    pub unknown: Option<String>,
}

impl List {
    /// A list that was not read yet.
    pub fn new(terms: ListTerms, source: impl Source + 'static) -> Self {
        Self {
            terms,
            source: Box::new(source),
            state: Mutex::default(),
        }
    }

    /// What it is.
    pub fn terms(&self) -> &ListTerms {
        &self.terms
    }

    /// What was read of it last.
    pub(super) fn entries(&self) -> Arc<[NeverBlock]> {
        self.state()
            .read
            .as_ref()
            .map_or_else(Arc::default, |read| Arc::clone(&read.entries))
    }

    /// Whether it is to be read.
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        let state = self.state();
        let pause = match &state.failure {
            Some(_) => self.terms.every.0.min(AGAIN),
            None => self.terms.every.0,
        };
        // A clock that was set back must not leave it unread.
        let is_recent = |tried: Timestamp| (SignedDuration::ZERO..signed(pause)).contains(&now.duration_since(tried));
        !state.tried.is_some_and(is_recent)
    }

    /// Lets it be read at the next look, if that costs nothing.
    pub(super) fn hasten(&self) {
        if self.source.is_near() {
            self.state().tried = None;
        }
    }

    /// Reads it.
    pub(super) async fn read(&self, now: Timestamp) {
        let known = self.state().read.as_ref().and_then(|read| read.mark.clone());
        let fetched = tokio::time::timeout(PATIENCE, self.source.fetch(known.as_deref())).await;
        let read = match fetched {
            Err(_) => Err(format!("it did not come within {PATIENCE:?}")),
            Ok(Err(error)) => Err(error.to_string()),
            Ok(Ok(Fetched::Unchanged)) => Ok(None),
            Ok(Ok(Fetched::Prefixes(listed))) => Ok(Some(News { listed, mark: None })),
            Ok(Ok(Fetched::Text { bytes, mark })) => {
                let listed = self.terms.format.read(&bytes, self.terms.may_be_empty);
                listed
                    .map(|listed| Some(News { listed, mark }))
                    .map_err(|error| error.to_string())
            }
        };
        self.note(read, now);
    }

    fn note(&self, read: Result<Option<News>, String>, now: Timestamp) {
        let mut state = self.state();
        state.tried = Some(now);
        let read = match read {
            Ok(read) => read,
            Err(why) => {
                if state.failure.as_ref() != Some(&why) {
                    tracing::error!(
                        "the never-block list {self} can't be read: {why}; {}",
                        self.meanwhile(&state)
                    );
                }
                state.failure = Some(why);
                return;
            }
        };
        if state.failure.take().is_some() {
            tracing::info!("the never-block list {self} can be read again");
        }
        let Some(News { listed, mark }) = read else {
            if let Some(read) = &mut state.read {
                read.at = now;
            }
            return;
        };
        let entries: Vec<_> = listed.into_iter().map(|listed| self.entry(listed)).collect();
        let is_other = state.read.as_ref().is_none_or(|read| *read.entries != *entries);
        if is_other {
            tracing::info!(entries = entries.len(), "the never-block list {self} is read");
        }
        state.read = Some(Read {
            entries: entries.into(),
            mark,
            at: now,
        });
    }

    fn entry(&self, listed: Listed) -> NeverBlock {
        NeverBlock {
            prefix: listed.prefix,
            reason: listed.reason,
            until: listed.until,
            list: Some(self.terms.name.clone()),
        }
    }

    fn meanwhile(&self, state: &State) -> String {
        match &state.read {
            Some(read) => format!(
                "what it had at {:.0} goes on for {} (max-age)",
                read.at, self.terms.max_age
            ),
            None => "nothing is blocked before it can be read".to_owned(),
        }
    }

    /// Why nobody knows what stands in it, with the remedy. None if it is known.
    pub(super) fn unknown(&self, now: Timestamp) -> Option<String> {
        let state = self.state();
        let failure = state.failure.as_deref().unwrap_or("it was not read yet");
        let remedy = "put it right, and it is read again by itself";
        match &state.read {
            None => Some(format!(
                "nothing is blocked while the never-block list {self} can't be read: {failure}; {remedy}"
            )),
            Some(read) if now.duration_since(read.at) > signed(self.terms.max_age.0) => Some(format!(
                "nothing is blocked, because the never-block list {self} was read last at {:.0}, and what was read may be {} old (max-age): {failure}; {remedy}",
                read.at, self.terms.max_age
            )),
            Some(_) => None,
        }
    }

    /// How it stands.
    pub fn standing(&self, now: Timestamp) -> ListStanding {
        let unknown = self.unknown(now);
        let state = self.state();
        ListStanding {
            name: self.terms.name.clone(),
            place: self.terms.place.clone(),
            entries: state.read.as_ref().map_or(0, |read| read.entries.len()),
            read: state.read.as_ref().map(|read| read.at),
            max_age: self.terms.max_age,
            failure: state.failure.clone(),
            unknown,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for List {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({})", self.terms.name, self.terms.place)
    }
}

fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}
