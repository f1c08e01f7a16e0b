//! The journal's own recordings: its reports, with the alerts that came with the deliveries.

use jiff::Timestamp;

use super::{Loaded, ReadError, Recording};
use crate::{
    hold::{Delivery, Journal, JournalError, archive::Record},
    report::Report,
};

/// Loads what a journal can tell of the alerts that were received since a time and were worked on, oldest first.
///
/// # Errors
/// If the journal can't be read. A report that is no recording is told in its [`Loaded`].
pub async fn load_journal(journal: &dyn Journal, since: Option<Timestamp>) -> Result<Vec<Loaded>, JournalError> {
    let since = since.unwrap_or(Timestamp::MIN);
    let (mut loaded, mut place) = (Vec::new(), None);
    loop {
        let page = journal.records(place.as_ref()).await?;
        for record in page.records {
            match record {
                Record::Delivery(delivery) if delivery.received >= since && !delivery.report.is_empty() => {
                    loaded.push((delivery.received, of_delivery(&delivery), delivery.id));
                }
                _ => {}
            }
        }
        place = page.next;
        if place.is_none() {
            break;
        }
    }
    loaded.sort_by_key(|(received, ..)| *received);
    let loaded = loaded.into_iter().map(|(_, recording, id)| Loaded {
        name: id.to_string(),
        path: id.to_string().into(),
        recording,
    });
    Ok(loaded.collect())
}

/// The recording of a delivery.
fn of_delivery(delivery: &Delivery) -> Result<Recording, ReadError> {
    let mut report: Report = serde_json::from_str(&delivery.report).map_err(ReadError::NoReport)?;
    // The journal has the alert once: with the delivery.
    report.alert.raw.clone_from(&delivery.body);
    Ok(Recording::of(&report)?)
}
