//! What can go wrong while converging.

use std::sync::Arc;

use jiff::Timestamp;

use crate::{
    cloud::CloudError,
    hold::{Change, JournalError, Owner, Target},
};

/// A target could not be brought to what its holds say. The holds stay in the journal, and the next converge goes on.
///
/// All who waited for one converge get the same error, so it can be cloned.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ConvergeError {
    /// The account or region is not configured any more.
    #[error(
        "{target} is in an account or region that is not configured ([[aws.account]]): its holds stay, and nothing is changed there"
    )]
    NotConfigured {
        /// The target.
        target: Target,
    },
    /// Another process has the target's lease.
    #[error("{target} is being changed by {owner}, at most until {until:.0}; tried again then")]
    Busy {
        /// The target.
        target: Target,
        /// Who has the lease.
        owner: Owner,
        /// When it ends unless it is renewed.
        until: Timestamp,
    },
    /// The target can't be read.
    #[error("can't read {} {target}", target.resource.kind())]
    Read {
        /// The target.
        target: Target,
        /// What the cloud says.
        #[source]
        source: Arc<CloudError>,
    },
    /// The target has no room that could be told of, because it is gone.
    #[error("{} {target} is gone: EC2 knows none of this id in this account and region", target.resource.kind())]
    Gone {
        /// The target.
        target: Target,
    },
    /// A change failed. Those before it are made and journalled.
    #[error("can't make the change `{change}` at {} {target}", target.resource.kind())]
    Change {
        /// The target.
        target: Target,
        /// The change.
        change: Box<Change>,
        /// What the cloud says.
        #[source]
        source: Arc<CloudError>,
    },
    /// The target keeps changing under our hands.
    #[error(
        "{target} is still not as planned after many rounds: somebody else is changing it; \
         the holds stay and are tried again"
    )]
    Unsteady {
        /// The target.
        target: Target,
    },
    /// The time that this process is given is up.
    #[error("no time is left for {target}: what was changed there is in the journal, and the next run goes on")]
    OutOfTime {
        /// The target.
        target: Target,
    },
    /// The journal failed.
    #[error("the journal failed while converging {target}")]
    Journal {
        /// The target.
        target: Target,
        /// What the journal says.
        #[source]
        source: Arc<JournalError>,
    },
    /// The task that worked on it broke off.
    #[error("the work on {target} broke off: {why}; the journal has what was done")]
    BrokeOff {
        /// The target.
        target: Target,
        /// What the runtime says.
        why: String,
    },
}

impl ConvergeError {
    /// Whether the next converge may go better, with nothing changed but time.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Read { source, .. } | Self::Change { source, .. } => source.is_passing(),
            Self::NotConfigured { .. } | Self::Gone { .. } => false,
            Self::Busy { .. }
            | Self::Unsteady { .. }
            | Self::OutOfTime { .. }
            | Self::Journal { .. }
            | Self::BrokeOff { .. } => true,
        }
    }
}
