//! Notes which addresses an alert names, for the routes that demand that another detector, or an older alert, named them as well.

use std::{collections::BTreeSet, net::IpAddr};

use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;

use super::{
    Host,
    rewrite::{Rewrite, rewrite},
};
use crate::{
    alert::{Alert, Remote},
    fact::{Answer, Facts, Question, Sightings},
    hold::{JournalError, Note, NoteKind},
};

/// How many addresses of one alert are noted, so that an alert which names very many does not fill the journal.
const MOST_ADDRESSES: usize = 100;
/// How many are noted at the same time.
const AT_ONCE: usize = 16;

impl Host {
    /// Notes which addresses an alert names that came at `arrival`, by its observations: however often it is tried, that is when it named them. Where they can't be had there is nothing to note: what
    /// is not noted is no evidence.
    pub(super) async fn sight(
        &self,
        alert: &Alert,
        facts: &dyn Facts,
        arrival: Timestamp,
        now: Timestamp,
    ) -> Result<(), JournalError> {
        if alert.test || alert.resolved {
            return Ok(());
        }
        let Ok(Answer::Observations(observations)) = facts.ask(&Question::Observations).await else {
            return Ok(());
        };
        let mut addresses = BTreeSet::new();
        for observation in &observations {
            addresses.extend(Remote::of(alert.detector, observation).addresses);
        }
        if addresses.len() > MOST_ADDRESSES {
            tracing::warn!(
                alert = alert.id,
                "the alert names {} addresses; that it did is noted of {MOST_ADDRESSES} of them",
                addresses.len()
            );
        }
        let noted = addresses.into_iter().take(MOST_ADDRESSES);
        let detector = alert.detector.name();
        let noted = stream::iter(noted.map(|address| self.sight_one(address, detector, arrival, now)));
        noted.buffer_unordered(AT_ONCE).try_collect().await
    }

    async fn sight_one(
        &self,
        address: IpAddr,
        detector: &str,
        arrival: Timestamp,
        now: Timestamp,
    ) -> Result<(), JournalError> {
        let (journal, kind) = (&*self.parts.journal, NoteKind::Sighting);
        let name = address.to_string();
        let noted = rewrite::<_, JournalError>(journal, kind, &name, "note who named an address", |known| {
            let mut sightings = known.as_ref().map(read).transpose()?.unwrap_or_default();
            sightings.add(detector, arrival);
            let note = known.unwrap_or_else(|| Note::new(kind, &name));
            let text = serde_json::to_string(&sightings).unwrap_or_default();
            Ok(Rewrite::Write(note.saying(text, now), ()))
        });
        match noted.await {
            // So many note it at this moment that it is noted.
            Err(JournalError::Contended { .. }) => Ok(()),
            noted => noted,
        }
    }
}

/// What a note says of an address.
pub(super) fn read(note: &Note) -> Result<Sightings, JournalError> {
    serde_json::from_str(&note.text).map_err(|_| JournalError::Unreadable {
        what: "sightings of an address",
        text: note.text.chars().take(200).collect(),
    })
}
