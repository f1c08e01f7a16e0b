//! All that a journal keeps, to be read page by page and put into another.

use std::collections::BTreeMap;

use ipnet::IpNet;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::{
    Change, ChangeEnd, ChangeId, Delivery, DeliveryId, DeliveryState, Feedback, Hold, Journal, JournalError, KeptImage,
    Note, OwnEntry, Pardon, Pause, Target,
    ledger::{ChainState, Link},
};
use crate::cloud::RequestId;

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
        /// AWS's number of the request, if an answer came.
        request: Option<RequestId>,
    },
    /// An entry of ours.
    Own(Target, OwnEntry),
    /// A before-image.
    Image(Target, KeptImage),
    /// What must stay reachable around a target.
    Spare(Target, IpNet),
    /// What a detector is to be told, or was.
    Feedback(Feedback),
    /// What the host remembers beside them.
    Note(Note),
    /// A pardon.
    Pardon(Pardon),
    /// The pause.
    Pause(Pause),
    /// How far a chain of the ledger goes.
    Chain(ChainState),
    /// A link of it.
    Link(Link),
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

/// How many records of each kind there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counted {
    /// Deliveries.
    pub deliveries: usize,
    /// Holds, those that ended among them.
    pub holds: usize,
    /// Changes.
    pub changes: usize,
    /// Entries of ours, before-images, prefixes that must stay reachable, notes, pardons, and the pause.
    pub others: usize,
    /// Links of the ledger, and its chains.
    pub ledger: usize,
}

impl Counted {
    fn add(&mut self, record: &Record) {
        *match record {
            Record::Delivery(_) => &mut self.deliveries,
            Record::Hold { .. } => &mut self.holds,
            Record::Change { .. } => &mut self.changes,
            Record::Chain(_) | Record::Link(_) => &mut self.ledger,
            _ => &mut self.others,
        } += 1;
    }

    /// All together.
    pub fn all(&self) -> usize {
        self.deliveries + self.holds + self.changes + self.others + self.ledger
    }
}

/// What each record of a journal is and says, as digests: two journals that have the same keep the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory {
    /// By what it is, what it says.
    records: BTreeMap<Digest, Digest>,
    /// How many of each kind there are.
    pub counted: Counted,
}

/// Enough of a SHA-256 that two records never have the same.
type Digest = [u8; 16];

impl Inventory {
    /// Of all that a journal keeps.
    pub async fn of(journal: &dyn Journal) -> Result<Self, JournalError> {
        let (mut inventory, mut place) = (Self::default(), None);
        loop {
            let page = journal.records(place.as_ref()).await?;
            for record in page.records {
                inventory.counted.add(&record);
                let record = record.comparable();
                let says = digest(&format!("{record:?}"));
                inventory.records.insert(digest(&record.identity()), says);
            }
            place = page.next;
            if place.is_none() {
                return Ok(inventory);
            }
        }
    }

    /// How many records another knows nothing of.
    pub fn unknown_to(&self, other: &Self) -> usize {
        self.records
            .keys()
            .filter(|is| !other.records.contains_key(*is))
            .count()
    }

    /// How many records another does not have, or has in other words.
    pub fn missing_in(&self, other: &Self) -> usize {
        let missing = self
            .records
            .iter()
            .filter(|(is, says)| other.records.get(*is) != Some(says));
        missing.count()
    }
}

fn digest(text: &str) -> Digest {
    let mut digest = Digest::default();
    for (to, from) in digest.iter_mut().zip(Sha256::digest(text.as_bytes())) {
        *to = from;
    }
    digest
}

impl Record {
    /// What it is, in one line that no other record has.
    fn identity(&self) -> String {
        match self {
            Self::Delivery(delivery) => format!("delivery {}", delivery.id),
            Self::Hold { hold, .. } => format!("hold {}", hold.id),
            Self::Change { id, .. } => format!("change {}", id.0),
            Self::Own(target, own) => format!("own {target} {:?}", own.entry),
            Self::Image(target, kept) => format!("image {target} {}", kept.image.part()),
            Self::Spare(target, prefix) => format!("spare {target} {prefix}"),
            Self::Feedback(feedback) => format!("feedback {}", feedback.id),
            Self::Note(note) => format!("note {} {}", note.kind, note.name),
            Self::Pardon(pardon) => format!("pardon {}", pardon.prefix),
            Self::Pause(_) => "pause".to_owned(),
            Self::Chain(state) => format!("chain {}", state.chain),
            Self::Link(link) => format!("link {} of {}", link.number, link.chain),
        }
    }

    /// The same as every kind of journal has it: a file keeps milliseconds, and a table only so many deliveries of a hold, in the order in which they came.
    fn comparable(mut self) -> Self {
        match &mut self {
            Self::Delivery(delivery) => {
                cut(&mut delivery.received);
                if let DeliveryState::Waiting { not_before } = &mut delivery.state {
                    cut(not_before);
                }
            }
            Self::Hold { hold, deliveries, .. } => {
                deliveries.clear();
                cut(&mut hold.since);
                hold.until.iter_mut().for_each(cut);
                hold.ended.iter_mut().for_each(|ended| cut(&mut ended.at));
            }
            Self::Change { begun, finished, .. } => {
                cut(begun);
                finished.iter_mut().for_each(|(at, _)| cut(at));
            }
            Self::Own(_, own) => cut(&mut own.written),
            Self::Image(_, kept) => cut(&mut kept.written),
            // Both keep it whole.
            Self::Spare(..) | Self::Feedback(_) | Self::Chain(_) | Self::Link(_) => {}
            Self::Note(note) => cut(&mut note.over),
            Self::Pardon(pardon) => {
                cut(&mut pardon.since);
                cut(&mut pardon.until);
            }
            Self::Pause(pause) => cut(&mut pause.since),
        }
        self
    }
}

/// Leaves a time's milliseconds.
fn cut(time: &mut Timestamp) {
    *time = super::ledger::to_the_millisecond(*time);
}

/// Copies all of a journal into another: a record that is there already takes the place of what is there. `progress` is told how many were copied so far.
///
/// Every target is unfinished in the copy, so that it is looked at before anything is believed of it. A copy that broke off can be made again.
pub async fn copy(
    from: &dyn Journal,
    to: &dyn Journal,
    mut progress: impl FnMut(Counted),
) -> Result<Counted, JournalError> {
    let (mut copied, mut place) = (Counted::default(), None);
    loop {
        let page = from.records(place.as_ref()).await?;
        to.restore(&page.records).await?;
        for record in &page.records {
            copied.add(record);
        }
        progress(copied);
        place = page.next;
        if place.is_none() {
            return Ok(copied);
        }
    }
}
