//! What time an answer of AWS was given at.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_ec2::{
    config::{ConfigBag, Intercept, RuntimeComponents, interceptors::BeforeDeserializationInterceptorContextRef},
    error::BoxError,
};
use jiff::{SignedDuration, Timestamp};

/// Reads the time that an answer was given at, by the clock of who gave it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Dated(Arc<Mutex<Option<SignedDuration>>>);

impl Dated {
    /// How far this machine's clock was ahead when the answer came. None if it told no time.
    pub(crate) fn ahead(&self) -> Option<SignedDuration> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Intercept for Dated {
    fn name(&self) -> &'static str {
        "Dated"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date");
        if let Some(date) = date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok()) {
            let ahead = Timestamp::now().duration_since(date.timestamp());
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(ahead);
        }
        Ok(())
    }
}
