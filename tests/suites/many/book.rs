//! The book of leases: what each host did about them, in the order in which the hosts knew it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use quell::{
    clock::Clock,
    hold::{JournalError, Lease, Leasing, Owner, Target},
};

/// Something that was done about leases. Times are those of the suite's clock, in whole milliseconds, as the table has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    /// Somebody asked for a lease at this time and has it, anew or renewed, until that.
    Granted {
        target: Target,
        owner: Owner,
        now: Timestamp,
        until: Timestamp,
    },
    /// Somebody asked for a lease at this time and was told that another has it until that.
    Refused {
        target: Target,
        now: Timestamp,
        owner: Owner,
        until: Timestamp,
    },
    /// Somebody asked for a lease, and the journal failed.
    Unanswered { target: Target },
    /// Somebody begins to give a lease back. From now on another may have it, whether or not there is an answer.
    GivesBack { target: Target, owner: Owner },
    /// Somebody wants to begin a change, under a lease that is his own at this time as far as he knows.
    Begins {
        target: Target,
        owner: Owner,
        now: Timestamp,
        /// Whether the journal took it, so that the change is made.
        is_taken: bool,
    },
    /// A host has died. It does nothing any more, and gives nothing back.
    Died { owner: Owner, at: Timestamp },
    /// The schedule begins to look after all targets that are unfinished.
    TickBegan { at: Timestamp },
    /// It could look after each of them.
    TickEnded { at: Timestamp },
}

/// What was done so far. All hosts write into it.
pub(crate) struct Book {
    clock: Arc<dyn Clock>,
    events: Mutex<Vec<Event>>,
}

/// Where something stands in the book.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place(usize);

impl Book {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            events: Mutex::default(),
        }
    }

    fn locked(&self) -> MutexGuard<'_, Vec<Event>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, event: Event) -> Place {
        let mut events = self.locked();
        events.push(event);
        Place(events.len() - 1)
    }

    /// All of it.
    pub(crate) fn events(&self) -> Vec<Event> {
        self.locked().clone()
    }

    /// Notes what came of asking for a lease. After the answer: who has it knows so from then on.
    pub(crate) fn answered(
        &self,
        target: &Target,
        owner: &Owner,
        now: Timestamp,
        leasing: &Result<Leasing, JournalError>,
    ) {
        let (target, now) = (target.clone(), whole(now));
        self.note(match leasing {
            Ok(Leasing::Ours(lease)) => Event::Granted {
                target,
                owner: owner.clone(),
                now,
                until: whole(lease.until),
            },
            Ok(Leasing::Theirs { owner, until }) => Event::Refused {
                target,
                now,
                owner: owner.clone(),
                until: whole(*until),
            },
            Err(_) => Event::Unanswered { target },
        });
    }

    /// Notes that somebody gives a lease back. Before the table is asked to: another may have it before there is an answer.
    pub(crate) fn gives_back(&self, lease: &Lease) {
        self.note(Event::GivesBack {
            target: lease.target.clone(),
            owner: lease.owner.clone(),
        });
    }

    /// Notes that somebody wants to begin a change. Before the table is asked to: what he has then is what he knows of.
    pub(crate) fn begins(&self, lease: &Lease, now: Timestamp) -> Place {
        self.note(Event::Begins {
            target: lease.target.clone(),
            owner: lease.owner.clone(),
            now: whole(now),
            is_taken: false,
        })
    }

    /// Notes that the journal took the change that somebody wanted to begin.
    pub(crate) fn took(&self, place: Place) {
        if let Some(Event::Begins { is_taken, .. }) = self.locked().get_mut(place.0) {
            *is_taken = true;
        }
    }

    /// Notes that a host has died.
    pub(crate) fn died(&self, owner: Owner) {
        let at = whole(self.clock.now());
        self.note(Event::Died { owner, at });
    }

    /// Notes that the schedule begins to look after what is unfinished.
    pub(crate) fn tick_began(&self) {
        let at = whole(self.clock.now());
        self.note(Event::TickBegan { at });
    }

    /// Notes that the schedule has looked after all that was unfinished.
    pub(crate) fn tick_ended(&self) {
        let at = whole(self.clock.now());
        self.note(Event::TickEnded { at });
    }
}

/// A time as the table has it. By less than a millisecond nobody is too early there.
fn whole(time: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(time.as_millisecond()).unwrap_or(time)
}
