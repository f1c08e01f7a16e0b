//! Which deliveries are being worked on. Only one process writes the file, so that it alone has to know; what a crash interrupts is free at once.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;

use super::super::{Delivery, DeliveryId};

/// The deliveries that are being worked on, each with the time until which nobody else may begin.
#[derive(Debug, Default)]
pub(super) struct Claims(Mutex<HashMap<DeliveryId, Timestamp>>);

impl Claims {
    /// Claims a delivery. If another has it: until when.
    pub(super) fn claim(&self, id: &DeliveryId, now: Timestamp, until: Timestamp) -> Result<(), Timestamp> {
        let mut claims = self.claims();
        claims.retain(|_, until| *until > now);
        match claims.get(id) {
            Some(theirs) => Err(*theirs),
            None => {
                claims.insert(id.clone(), until);
                Ok(())
            }
        }
    }

    /// Gives a delivery back.
    pub(super) fn give_back(&self, id: &DeliveryId) {
        self.claims().remove(id);
    }

    /// Gives all back.
    pub(super) fn clear(&self) {
        self.claims().clear();
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.claims().len()
    }

    /// Those of some deliveries that nobody has at a time.
    pub(super) fn without(&self, now: Timestamp, mut deliveries: Vec<Delivery>) -> Vec<Delivery> {
        let claims = self.claims();
        deliveries.retain(|delivery| claims.get(&delivery.id).is_none_or(|until| *until <= now));
        deliveries
    }

    fn claims(&self) -> MutexGuard<'_, HashMap<DeliveryId, Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
