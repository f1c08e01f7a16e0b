//! The lease that a run stands on: taken in turn, and renewed while it lasts.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use jiff::{SignedDuration, Timestamp};

use super::{
    super::{ConvergeError, surveyor::journal_error},
    Driver, Run,
};
use crate::hold::{Lease, Leasing, Target};

/// How long a lease lasts. Longer than any one call to AWS, so that it can't end while a change is under way.
const LEASE: SignedDuration = SignedDuration::from_mins(2);
/// A lease with less left than this is renewed before the next change.
const RENEW: SignedDuration = SignedDuration::from_mins(1);
/// How long a lease outlives the time that this process is given: as long as a call may still be done that was sent in the last moment. Nothing of ours comes after that.
const AFTERWARDS: SignedDuration = SignedDuration::from_secs(10);
/// How long a run waits for another process's lease, in all. A run mostly takes less than a second; what it does not see of our holds is then for us to do.
const PATIENCE: Duration = Duration::from_secs(5);
/// The wait before the lease is asked for again, at first; it doubles from one to the next, up to the longest, and is longer by chance, so that those who met do not meet again.
const FIRST_ASK: Duration = Duration::from_millis(50);
const LONGEST_ASK: Duration = Duration::from_secs(1);

impl Driver {
    /// The lease on a target, as soon as those who have it are done, or soon after.
    pub(super) async fn lease_in_turn(&self, target: &Target) -> Result<Lease, ConvergeError> {
        let waits = ExponentialBuilder::new()
            .with_min_delay(FIRST_ASK)
            .with_max_delay(LONGEST_ASK)
            .without_max_times()
            .with_total_delay(Some(PATIENCE))
            .with_jitter();
        let mut waits = waits.build();
        loop {
            let leased = self.lease(target).await;
            match (&leased, waits.next()) {
                (Err(ConvergeError::Busy { .. }), Some(wait)) => self.clock().sleep(wait).await,
                _ => return leased,
            }
        }
    }

    async fn lease(&self, target: &Target) -> Result<Lease, ConvergeError> {
        let now = self.clock().now();
        let leasing = self
            .journal()
            .lease(target, &self.owner, now, self.lease_end(now))
            .await;
        match leasing.map_err(|source| journal_error(target, source))? {
            Leasing::Ours(lease) => Ok(lease),
            Leasing::Theirs { owner, until } => Err(ConvergeError::Busy {
                target: target.clone(),
                owner,
                until,
            }),
        }
    }

    /// Takes the lease of a run anew, if it ends soon.
    pub(super) async fn renew(&self, run: &mut Run<'_>) -> Result<(), ConvergeError> {
        let now = self.clock().now();
        if run.lease.until.duration_since(now) < RENEW && run.lease.until < self.lease_end(now) {
            run.lease = self.lease(run.target).await?;
        }
        Ok(())
    }

    /// When a lease ends that is taken now: where this process is ended from outside, soon after that, so that no other waits long for it.
    fn lease_end(&self, now: Timestamp) -> Timestamp {
        let end = now.saturating_add(LEASE).unwrap_or(Timestamp::MAX);
        let given = self
            .clock()
            .deadline()
            .and_then(|deadline| deadline.checked_add(AFTERWARDS).ok());
        given.map_or(end, |given| given.min(end))
    }
}
