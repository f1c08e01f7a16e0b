//! One write, and what its answer means.

use crate::{
    cloud::{AclId, Cloud, CloudError, Fault},
    hold::{Change, journal::ChangeEnd},
};

/// What came of a write.
#[derive(Debug)]
pub(super) enum Wrote {
    /// It is done, or was so already.
    Done,
    /// The ACL is not as it was read.
    Stale,
    /// The ACL takes no more entries.
    Full,
    /// It failed, or nobody knows.
    Failed(CloudError),
}

/// Makes a change, and says what came of it and what the journal is to remember.
pub(super) async fn write(cloud: &dyn Cloud, acl: &AclId, change: &Change) -> (Wrote, ChangeEnd) {
    let result = match change {
        Change::Create(entry) => cloud.create_entry(acl, entry).await,
        Change::Replace { new, .. } => cloud.replace_entry(acl, new).await,
        Change::Delete(entry) => cloud.delete_entry(acl, entry.direction, entry.number).await,
    };
    let Err(error) = result else {
        return (Wrote::Done, ChangeEnd::Done);
    };
    let message = error.to_string();
    match (&error.fault, change) {
        (Fault::NotFound { code, .. }, Change::Delete(_)) if is_entry_gone(code) => (Wrote::Done, ChangeEnd::Done),
        (Fault::NotFound { code, .. }, Change::Replace { .. }) if is_entry_gone(code) => {
            (Wrote::Stale, ChangeEnd::Refused(message))
        }
        // A client that tries again after a lost answer may meet its own write.
        (Fault::EntryExists { .. }, Change::Create(_)) => (Wrote::Stale, ChangeEnd::Unknown(message)),
        (Fault::EntryLimit { .. }, _) => (Wrote::Full, ChangeEnd::Refused(message)),
        (Fault::NotFound { .. } | Fault::Denied { .. } | Fault::Invalid { .. }, _) => {
            (Wrote::Failed(error), ChangeEnd::Refused(message))
        }
        // No answer, or one that may follow on an earlier try whose answer was lost: it may have been done.
        _ => (Wrote::Failed(error), ChangeEnd::Unknown(message)),
    }
}

fn is_entry_gone(code: &str) -> bool {
    code == "InvalidNetworkAclEntry.NotFound"
}
