//! A network interface of the simulated account.

use crate::cloud::{id::InstanceId, instance::Interface};

/// A network interface, and the instance that has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Card {
    pub(super) interface: Interface,
    /// The instance that it is attached to, and at which device index. None if it is detached.
    pub(super) attached: Option<(InstanceId, usize)>,
}

impl Card {
    /// The device index at which it is attached to this instance. None if it is not.
    pub(super) fn index_at(&self, instance: &InstanceId) -> Option<usize> {
        let (holder, index) = self.attached.as_ref()?;
        (holder == instance).then_some(*index)
    }
}
