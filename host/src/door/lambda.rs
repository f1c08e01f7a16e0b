//! The Lambda door: what invokes the function is read as what it is, and worked on at once.
//!
//! - Alerts come by SNS, through a queue, or as an event of EventBridge. The configuration may say whose come from which topic or queue ([`super::invocation::sources`]). A record that fails is delivered again: Lambda repeats an event of SNS or EventBridge that failed, and a queue
//!   the records that the answer names. In the end they go to the dead letters of the function or of the queue, and the journal has the reason. A repetition does no harm: what was done is in
//!   the journal. So nothing is ever acknowledged that is not done, whether or not a schedule would come back to it.
//! - A schedule is the function's timer and worker ([`crate::way::tick`]).
//! - Web requests of a Function URL or of API Gateway go to the HTTP door's own routes.
//! - Commands are a person's, sent with `quell --lambda`.
//!
//! Nothing begins in the last seconds of an invocation, and what is under way then goes on in the journal.

mod answer;
mod record;
mod times;
mod web;

use std::sync::Arc;

use axum::{extract::Request, http::StatusCode};
use futures::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde::Serialize;
use serde_json::value::RawValue;
use tokio::{sync::Mutex, time::Instant};

pub use self::web::{MakeTerms, WebOptions};
use self::{
    answer::HttpAnswer,
    record::{Invocation, RecordReport},
    times::Times,
    web::Web,
};
use super::{
    http::Waits,
    invocation::{
        command::{self, Answer, Command, Refusal},
        event::{self, Event, EventError},
        sources::Sources,
        sqs::BatchAnswer,
    },
};
use crate::{
    clock::{Clock, GivenTime},
    cloud::Cause,
    config::JournalStore,
    exit::Exit,
    report::summary::count,
    text::with_causes,
    way::{
        Host,
        tick::{Ticked, Ticker},
    },
};

/// How many records of one event are worked on at the same time. A queue's batch has ten by default.
const RECORDS_AT_ONCE: usize = 10;
/// How often a function that gets alerts looks after what is due, schedule or not.
const LOOK_AFTER_EVERY: SignedDuration = SignedDuration::from_secs(30);

/// The function.
struct Function {
    host: Arc<Host>,
    clock: Arc<GivenTime>,
    sources: Sources,
    web: Web,
    ticker: Mutex<Ticker>,
    looked_after: Mutex<Option<Timestamp>>,
}

/// What the function answers.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Answered {
    Records { records: Vec<RecordReport> },
    Batch(BatchAnswer),
    Http(HttpAnswer),
    Command(Box<Answer>),
}

/// Takes events from the Lambda runtime until the environment is shut down. `clock` is the host's own, and is given each invocation's time.
pub async fn run(
    host: Arc<Host>,
    clock: Arc<GivenTime>,
    sources: Sources,
    web: WebOptions,
    journal: &JournalStore,
) -> Result<(), lambda_runtime::Error> {
    if let JournalStore::File(_) = journal {
        tracing::warn!(
            "the journal lies in this function's own storage and does not last: holds are forgotten with the execution environment, and their \
             entries then stay until a person removes them; keep it in a table (journal.table)"
        );
    }
    let function = Arc::new(Function {
        host,
        clock,
        sources,
        web: Web::new(web),
        ticker: Mutex::default(),
        looked_after: Mutex::default(),
    });
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Box<RawValue>>| {
        let function = Arc::clone(&function);
        // In one piece with the runtime's own futures this one is deeper than the compiler can lay out.
        Box::pin(async move { function.handle(event.payload.get(), event.context.deadline).await })
    }))
    .await
}

impl Function {
    /// Handles an event. `deadline` is when Lambda ends the invocation, in milliseconds since 1970.
    async fn handle(&self, event: &str, deadline: u64) -> Result<Answered, Diagnostic> {
        let now = self.clock.now();
        let deadline = i64::try_from(deadline)
            .ok()
            .and_then(|at| Timestamp::from_millisecond(at).ok());
        let times = Times::until(deadline.unwrap_or(now), now);
        self.clock.give(times.begin);
        let invocation = Invocation {
            host: &self.host,
            sources: &self.sources,
            clock: &*self.clock,
            answer_by: Instant::now() + times.answer,
        };
        match event::read(event).map_err(|error| unreadable(&error))? {
            Event::Sns(records) => {
                let work = records.into_iter().map(|record| invocation.sns(record));
                all_done(self.all(work, invocation.answer_by).await)
            }
            Event::Alert(alert) => {
                let work = [alert].into_iter().map(|alert| invocation.alert(alert));
                all_done(self.all(work, invocation.answer_by).await)
            }
            Event::Sqs(records) => {
                let work = records.into_iter().map(|record| invocation.sqs(record));
                let reports = self.all(work, invocation.answer_by).await;
                let failed = reports.into_iter().filter(|report| report.failed);
                Ok(Answered::Batch(failed.filter_map(|report| report.message_id).collect()))
            }
            Event::Tick => Ok(Answered::Command(Box::new(self.tick(invocation.answer_by).await))),
            Event::Command(command) => {
                let answer = self.command(command, invocation.answer_by).await;
                Ok(Answered::Command(Box::new(answer)))
            }
            Event::Http(Ok(request)) => Ok(Answered::Http(self.http(request, invocation).await)),
            Event::Http(Err(error)) => {
                let why = with_causes(&error);
                Ok(Answered::Http(HttpAnswer::refusal(StatusCode::BAD_REQUEST, &why)))
            }
        }
    }

    /// Works on records, some at a time, and looks after what is due meanwhile: not every function has a schedule.
    async fn all(
        &self,
        work: impl IntoIterator<Item = impl Future<Output = RecordReport>>,
        answer_by: Instant,
    ) -> Vec<RecordReport> {
        let work = stream::iter(work).buffered(RECORDS_AT_ONCE).collect();
        let (reports, ()) = tokio::join!(work, self.look_after(answer_by));
        self.host.tell_detectors_in_time().await;
        reports
    }

    /// Looks after what is due, unless that was done a moment ago. It is cut off when the answer must be given: alerts that are done must not be delivered again because something else hangs.
    async fn look_after(&self, answer_by: Instant) {
        if tokio::time::timeout_at(answer_by, self.tend()).await.is_err() {
            tracing::warn!("the invocation's time is up while holds are looked after; the next goes on");
        }
    }

    async fn tend(&self) {
        let mut looked_after = self.looked_after.lock().await;
        let now = self.clock.now();
        if looked_after.is_some_and(|before| now.duration_since(before) < LOOK_AFTER_EVERY) {
            return;
        }
        *looked_after = Some(now);
        if let Err(error) = Cause::Timer.scope(self.host.tend()).await {
            tracing::error!("holds could not be looked after: {}", with_causes(&error));
        }
    }

    async fn tick(&self, answer_by: Instant) -> Answer {
        let tick = async { self.ticker.lock().await.tick(&self.host).await };
        let ticked = tokio::time::timeout_at(answer_by, tick).await;
        let ticked = ticked.unwrap_or_else(|_| Ticked {
            failed: vec!["the invocation's time is up while something is under way; the next tick goes on".to_owned()],
            ..Ticked::default()
        });
        tracing::info!(
            tended = ticked.tended,
            worked = ticked.worked,
            repaired = ticked.repaired,
            complete = ticked.complete,
            "ticked"
        );
        Answer::Ticked(ticked)
    }

    async fn command(&self, command: Command, answer_by: Instant) -> Answer {
        let clock = &*self.clock;
        let answer = async {
            match command {
                Command::Tick => self.tick(answer_by).await,
                Command::Order(order) => {
                    // In a task of its own: an order that is cut off would be carried out by half.
                    let host = Arc::clone(&self.host);
                    let carried = tokio::spawn(async move { Cause::Command.scope(command::carry(&host, order)).await });
                    carried
                        .await
                        .unwrap_or_else(|error| Refusal::of(Exit::Failed, error.to_string()))
                }
                Command::Holds(filter) => command::holds(&self.host, &filter, clock).await,
                Command::Pardons => command::pardons(&self.host, clock).await,
            }
        };
        let answered = tokio::time::timeout_at(answer_by, answer).await;
        answered.unwrap_or_else(|_| {
            let why =
                "the invocation's time is up, and the order goes on with the next; `quell holds` shows how far it is";
            Refusal::of(Exit::Failed, why.to_owned())
        })
    }

    /// Lets a request through the HTTP door, and works on the alert that it brought.
    async fn http(&self, request: Request, invocation: Invocation<'_>) -> HttpAnswer {
        let response = match self.web.answer(&self.host, request, invocation.answer_by).await {
            Ok(response) => response,
            Err(refusal) => return refusal,
        };
        if let Some(Waits(ids)) = response.extensions().get().cloned()
            && !ids.is_empty()
        {
            // Who sent them may read what came of each at the address in `Location`.
            let work = stream::iter(&ids).map(|id| invocation.admitted(id));
            let work = work.buffered(RECORDS_AT_ONCE).collect::<()>();
            tokio::join!(work, self.look_after(invocation.answer_by));
        }
        HttpAnswer::of(response).await
    }
}

fn unreadable(error: &EventError) -> Diagnostic {
    tracing::error!("{}", with_causes(error));
    Diagnostic {
        error_type: "UnreadableEvent".to_owned(),
        error_message: with_causes(error),
    }
}

/// The answer to records of which each that failed fails the event, so that Lambda repeats it.
fn all_done(reports: Vec<RecordReport>) -> Result<Answered, Diagnostic> {
    let failed: Vec<_> = reports.iter().filter(|report| report.failed).collect();
    if failed.is_empty() {
        return Ok(Answered::Records { records: reports });
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
