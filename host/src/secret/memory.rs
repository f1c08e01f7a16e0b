//! What is known of a secret, and how looking for it went.

use std::time::Duration;

use super::{SecretError, SharedSecret, local::Stamp, look::Look};
use crate::text::with_causes;

/// A value that was had.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) value: SharedSecret,
    /// Of the file that it was read from, if it was.
    pub(super) stamp: Option<Stamp>,
}

/// What is known of a secret, and how looking for it went.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) known: Option<Known>,
    pub(super) look: Option<Look>,
    /// What the last look came to, if it failed.
    pub(super) failed: Option<String>,
}

impl Memory {
    /// A look found another value than before.
    pub(super) fn found(&mut self, known: Known) {
        *self = Self {
            known: Some(known),
            look: Some(Look::fruitful()),
            failed: None,
        };
    }

    /// A look found the value that was known.
    pub(super) fn found_the_same(&mut self, known: Known) {
        *self = Self {
            known: Some(known),
            look: Some(Look::fruitless_after(self.look)),
            failed: None,
        };
    }

    /// A look found nothing.
    pub(super) fn failed(&mut self, error: &SecretError) {
        self.look = Some(Look::fruitless_after(self.look));
        self.failed = Some(with_causes(error));
    }

    /// How long it is left alone after a failure, and what that was.
    pub(super) fn resting(&self) -> Option<(Duration, String)> {
        let rest = self.look?.rest();
        (!rest.is_zero()).then_some((rest, self.failed.clone()?))
    }
}
