//! All that a journal keeps, to be read page by page and put into another.

use ipnet::IpNet;
use jiff::Timestamp;

use super::{
    Change, ChangeEnd, ChangeId, Delivery, DeliveryId, Hold, Journal, JournalError, KeptImage, OwnEntry, Pardon, Pause,
    Target,
};

/// One thing that a journal keeps. What can be known from others, such as what is unfinished, and leases are none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// A delivery.
    Delivery(Delivery),
    /// A hold, in force or ended.
    Hold {
        /// The hold.
        hold: Box<Hold>,
        /// The delivery that it began with.
        began_by: DeliveryId,
        /// Deliveries that asked for it, by which the same delivery again is known.
        deliveries: Vec<DeliveryId>,
    },
    /// A change that was begun.
    Change {
        /// Its number.
        id: ChangeId,
        /// Of which target.
        target: Target,
        /// What it does.
        change: Change,
        /// When it was begun.
        begun: Timestamp,
        /// When and how it ended. None if a crash left it.
        finished: Option<(Timestamp, ChangeEnd)>,
    },
    /// An entry of ours.
    Own(Target, OwnEntry),
    /// A before-image.
    Image(Target, KeptImage),
    /// What must stay reachable around a target.
    Spare(Target, IpNet),
    /// A pardon.
    Pardon(Pardon),
    /// The pause.
    Pause(Pause),
}

/// Some of the records of a journal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// The records.
    pub records: Vec<Record>,
    /// Where the next page begins. None if this is the last.
    pub next: Option<Place>,
}

/// Where a page begins; only the journal that gave it can read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place(pub(super) String);

/// How many records of each kind were copied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Copied {
    /// Deliveries.
    pub deliveries: usize,
    /// Holds.
    pub holds: usize,
    /// Changes.
    pub changes: usize,
    /// All the rest.
    pub others: usize,
}

/// Copies all of a journal into another, which should be empty: a record that is there already takes the place of what is there.
///
/// Every target is unfinished in the copy, so that it is looked at before anything is believed of it. A copy that broke off can be made again.
pub async fn copy(from: &dyn Journal, to: &dyn Journal) -> Result<Copied, JournalError> {
    let (mut copied, mut place) = (Copied::default(), None);
    loop {
        let page = from.records(place.as_ref()).await?;
        to.restore(&page.records).await?;
        for record in &page.records {
            *match record {
                Record::Delivery(_) => &mut copied.deliveries,
                Record::Hold { .. } => &mut copied.holds,
                Record::Change { .. } => &mut copied.changes,
                _ => &mut copied.others,
            } += 1;
        }
        place = page.next;
        if place.is_none() {
            return Ok(copied);
        }
    }
}

/// Whether a journal keeps nothing.
pub async fn is_empty(journal: &dyn Journal) -> Result<bool, JournalError> {
    let mut place = None;
    loop {
        let page = journal.records(place.as_ref()).await?;
        if !page.records.is_empty() {
            return Ok(false);
        }
        place = page.next;
        if place.is_none() {
            return Ok(true);
        }
    }
}
