//! Feedback: detectors are told what was done about their alerts.
//!
//! What is owed stands in the journal before the delivery is settled, and is told afterwards, by nobody who anybody waits for: [`way`](crate::way) takes it out
//! of the journal one by one. A [`DetectorService`] tells one detector; [`text`] says what.

mod error;
#[cfg(feature = "aws")]
mod security_hub;
mod stealthwatch;
mod subject;
pub mod text;

use std::{fmt, sync::Arc, time::Duration};

use async_trait::async_trait;

#[cfg(feature = "aws")]
pub use self::security_hub::SecurityHub;
pub use self::{error::FeedbackError, stealthwatch::StealthwatchAlerts};
use crate::{
    alert::Alert,
    hold::{Feedback, Subject},
};

/// Tells one detector what was done.
#[async_trait]
pub trait DetectorService: Send + Sync + fmt::Debug {
    /// Tells it. Where it was begun before ([`Feedback::attempts`] is more than 1) it may be there already; who would say it twice looks first.
    async fn tell(&self, feedback: &Feedback) -> Result<(), FeedbackError>;
}

/// The detectors that are told, and how often.
#[derive(Debug, Clone)]
pub struct Tellers {
    /// Stealthwatch Cloud.
    pub stealthwatch_cloud: Option<Teller>,
    /// Security Hub.
    pub security_hub: Option<Teller>,
    /// How long it is between two.
    pub pause: Duration,
}

/// A detector that is told.
#[derive(Debug, Clone)]
pub struct Teller {
    /// Who tells it.
    pub service: Arc<dyn DetectorService>,
    /// Whether it is told in the end that all is over.
    pub on_end: bool,
}

impl Tellers {
    /// What is told about an alert, and whether it is told in the end that all is over. None if its detector is told nothing.
    pub fn subject(&self, alert: &Alert) -> Option<(Subject, bool)> {
        let subject = subject::of(alert)?;
        let on_end = self.of(&subject)?.on_end;
        Some((subject, on_end))
    }

    /// Who tells the detector that this is kept by.
    pub fn of(&self, subject: &Subject) -> Option<&Teller> {
        match subject {
            Subject::Alert { .. } => self.stealthwatch_cloud.as_ref(),
            Subject::Finding { .. } | Subject::OcsfFinding { .. } => self.security_hub.as_ref(),
        }
    }
}
