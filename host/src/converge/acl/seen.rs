//! Seen network ACLs: how full each was when it was last converged, for who asks often and must not cost a call to AWS.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use super::Capacity;
use crate::hold::Target;

/// One a network ACL that this process converged.
#[derive(Default)]
pub(in crate::converge) struct SeenAcls(Mutex<BTreeMap<Target, Capacity>>);

impl SeenAcls {
    /// Remembers how full one is.
    pub(in crate::converge) fn see(&self, capacity: Capacity) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(capacity.target.clone(), capacity);
    }

    /// Forgets one that is gone.
    pub(in crate::converge) fn forget(&self, target: &Target) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(target);
    }

    /// All that were seen, by target.
    pub(in crate::converge) fn all(&self) -> Vec<Capacity> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.values().cloned().collect()
    }
}
