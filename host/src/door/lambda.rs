//! The Lambda door: SNS invokes the function, each record of the event is one delivery.
//!
//! Lambda keeps and repeats an event that fails, and then hands it to the function's dead-letter queue or failure destination; so a record that fails fails the
//! invocation, after all its neighbours were worked on. A repeated event does no harm: what was done is in the journal.

mod record;

use std::sync::Arc;

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde::Serialize;
use serde_json::value::RawValue;

use self::record::{RecordReport, work_on};
use super::sns;
use crate::{config::JournalStore, report::summary::count, text::with_causes, way::Host};

/// What became of an event: the function's answer.
#[derive(Debug, Serialize)]
struct EventReport {
    /// One line a record, in their order.
    records: Vec<RecordReport>,
}

/// Takes events from the Lambda runtime until the environment is shut down.
pub async fn run(host: Arc<Host>, journal: &JournalStore) -> Result<(), lambda_runtime::Error> {
    if let JournalStore::File(_) = journal {
        tracing::warn!(
            "the journal lies in this function's own storage and does not last: holds are forgotten with the execution environment, and their \
             entries then stay until a person removes them"
        );
    }
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Box<RawValue>>| {
        let host = Arc::clone(&host);
        // In one piece with the runtime's own futures this one is deeper than the compiler can lay out.
        Box::pin(async move { handle(&host, event.payload.get().as_bytes()).await })
    }))
    .await
}

async fn handle(host: &Host, event: &[u8]) -> Result<EventReport, Diagnostic> {
    // A function has no timer: what ended since it last ran is taken back now.
    if let Err(error) = host.tend().await {
        tracing::error!("holds could not be looked after: {}", with_causes(&error));
    }
    let records = sns::read(event).map_err(|error| {
        tracing::error!("{}", with_causes(&error));
        Diagnostic {
            error_type: "UnreadableEvent".to_owned(),
            error_message: with_causes(&error),
        }
    })?;
    let mut reports = Vec::new();
    for record in records {
        reports.push(work_on(host, record).await);
    }
    let failed: Vec<_> = reports.iter().filter(|report| report.failed).collect();
    if failed.is_empty() {
        return Ok(EventReport { records: reports });
    }
    let told: Vec<_> = failed.iter().map(|report| report.summary.as_str()).collect();
    let others = if failed.len() < reports.len() {
        ", the others are done"
    } else {
        ""
    };
    Err(Diagnostic {
        error_type: "RecordsFailed".to_owned(),
        error_message: format!(
            "{} of {} failed{others}: {}",
            failed.len(),
            count(reports.len(), "record"),
            told.join("; ")
        ),
    })
}
