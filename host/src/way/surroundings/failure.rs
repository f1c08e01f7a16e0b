//! Why surroundings can't be known, and whether they may be later.

use crate::{cloud::CloudError, fact::FactError, hold::JournalError, report::Failure, text::with_causes};

pub(super) fn never(message: String) -> Failure {
    Failure {
        message,
        passing: false,
    }
}

pub(super) fn of_fact(error: &FactError) -> Failure {
    Failure {
        message: error.to_string(),
        passing: matches!(error, FactError::Unavailable(_)),
    }
}

pub(super) fn of_journal(error: &JournalError) -> Failure {
    Failure {
        message: with_causes(error),
        passing: true,
    }
}

pub(super) fn of_cloud(error: &CloudError) -> Failure {
    Failure {
        message: with_causes(error),
        passing: error.is_passing(),
    }
}
