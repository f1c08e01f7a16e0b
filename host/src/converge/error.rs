//! What can go wrong while converging.

use crate::{
    cloud::CloudError,
    hold::{Change, JournalError, Target},
};

/// A network ACL could not be brought to what its holds say. The holds stay in the journal, and the next converge goes on.
#[derive(Debug, thiserror::Error)]
pub enum ConvergeError {
    /// The ACL is in an account or region that is not configured. It was when its holds were put in force.
    #[error(
        "network ACL {target} is in an account or region that is not configured: put it back into [[aws.account]], \
         or remove Quell's entries there by hand; its holds stay"
    )]
    NotConfigured {
        /// The ACL.
        target: Target,
    },
    /// The ACL can't be read.
    #[error("can't read network ACL {target}")]
    Read {
        /// The ACL.
        target: Target,
        /// What the cloud says.
        #[source]
        source: CloudError,
    },
    /// A change failed. Those before it are made and journalled.
    #[error("can't make the change `{change}` at network ACL {target}")]
    Change {
        /// The ACL.
        target: Target,
        /// The change.
        change: Change,
        /// What the cloud says.
        #[source]
        source: CloudError,
    },
    /// The ACL keeps changing under our hands.
    #[error(
        "network ACL {target} is still not as planned after many rounds: somebody else is changing it; \
         the holds stay and are tried again"
    )]
    Unsteady {
        /// The ACL.
        target: Target,
    },
    /// The journal failed.
    #[error("the journal failed while converging {target}")]
    Journal {
        /// The ACL.
        target: Target,
        /// What the journal says.
        #[source]
        source: JournalError,
    },
}

impl ConvergeError {
    /// Whether the next converge may go better, with nothing changed but time.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Read { source, .. } | Self::Change { source, .. } => source.is_passing(),
            Self::Unsteady { .. } | Self::Journal { .. } => true,
            Self::NotConfigured { .. } => false,
        }
    }
}
