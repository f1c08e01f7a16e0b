//! The journal's own recordings: its reports, with the alerts that came with the deliveries.

use std::path::Path;

use jiff::Timestamp;

use super::{Loaded, ReadError, Recording};
use crate::{
    hold::{Delivery, JournalError, SqliteJournal},
    report::Report,
};

/// How many deliveries are read at once: a journal may have more than fits into memory.
const PAGE: u32 = 500;

/// Loads what the journal at `path` can tell of the alerts that were received since a time and were worked on, oldest first.
///
/// # Errors
/// If the journal can't be read. A report that is no recording is told in its [`Loaded`].
pub async fn load_journal(path: &Path, since: Option<Timestamp>) -> Result<Vec<Loaded>, JournalError> {
    let journal = SqliteJournal::open_to_read(path)?;
    let since = since.unwrap_or(Timestamp::UNIX_EPOCH);
    let (mut loaded, mut after) = (Vec::new(), None);
    loop {
        let page = journal.worked_on(since, after, PAGE).await?;
        let Some((last, _)) = page.last() else {
            return Ok(loaded);
        };
        after = Some(*last);
        loaded.extend(page.into_iter().map(|(_, delivery)| Loaded {
            name: delivery.id.to_string(),
            path: path.to_owned(),
            recording: of_delivery(&delivery),
        }));
    }
}

/// The recording of a delivery.
fn of_delivery(delivery: &Delivery) -> Result<Recording, ReadError> {
    let mut report: Report = serde_json::from_str(&delivery.report).map_err(ReadError::NoReport)?;
    // The journal has the alert once: with the delivery.
    report.alert.raw.clone_from(&delivery.body);
    Ok(Recording::of(&report)?)
}
