//! A host's journal, of which all that is done about leases is written into the book.

use jiff::Timestamp;
use quell::hold::{ChangeId, Lease, Leasing, Owner, Target};
use quell_tests::around::{Answer, Around, WrappedJournal};

use crate::book::Book;

/// The journal of one host.
pub(crate) type WatchedJournal = WrappedJournal<Book>;

impl Around for Book {
    async fn lease(
        &self,
        target: &Target,
        owner: &Owner,
        now: Timestamp,
        call: impl Future<Output = Answer<Leasing>> + Send,
    ) -> Answer<Leasing> {
        let leasing = call.await;
        self.answered(target, owner, now, &leasing);
        leasing
    }

    async fn give_back(&self, lease: &Lease, call: impl Future<Output = Answer<()>> + Send) -> Answer<()> {
        self.gives_back(lease);
        call.await
    }

    async fn begin(
        &self,
        lease: &Lease,
        now: Timestamp,
        call: impl Future<Output = Answer<ChangeId>> + Send,
    ) -> Answer<ChangeId> {
        let place = self.begins(lease, now);
        let begun = call.await;
        if begun.is_ok() {
            self.took(place);
        }
        begun
    }
}
