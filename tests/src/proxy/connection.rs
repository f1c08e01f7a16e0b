//! One connection, one request: forwarded, troubled, answered.

use std::{io, sync::Arc};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::{
    Request, StatusCode,
    body::Incoming,
    header::{CONTENT_LENGTH, HOST, HeaderName, HeaderValue},
    http::request::Parts,
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Mutex,
};

use super::{
    AwsRequest, Passed, Shared,
    answer::{Answer, ec2_error_text, failure, refusal, with_status},
    pieces::Piece,
    trouble::{Kind, Moment},
};
use crate::fault::Befalls;

/// Why a connection is closed without an answer.
#[derive(Debug, thiserror::Error)]
enum NoAnswer {
    #[error("the answer is lost, as it was asked for")]
    Lost,
    #[error("the request can't be read")]
    Request(#[from] hyper::Error),
    #[error("what is behind the proxy does not answer")]
    Behind(#[from] reqwest::Error),
}

pub(super) async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, Arc::clone(&shared)));
        }
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let victim = Mutex::new(None);
    let service = service_fn(|request| answer(&shared, request, &victim));
    // One request a connection, so that the end of it says that the whole answer is on its way.
    let connection = http1::Builder::new()
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    // That an answer is lost is one of the troubles.
    let _ = connection.await;
    if let Some(process) = victim.into_inner() {
        kill(process);
    }
}

/// The header in which AWS says the number of a request.
const NUMBER: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// What EC2 answered, or would have if it had been asked.
struct True {
    status: StatusCode,
    body: Bytes,
    /// The request's number.
    number: Option<HeaderValue>,
}

async fn answer(shared: &Shared, request: Request<Incoming>, victim: &Mutex<Option<Pid>>) -> Result<Answer, NoAnswer> {
    let (mut head, body) = request.into_parts();
    let mut body = body.collect().await?.to_bytes();
    let request = AwsRequest::read(&head.headers, &body);
    let (trouble, place) = shared.note(&request, &body);
    let trouble = match trouble {
        None => shared.weather().await,
        trouble => trouble,
    };
    // Whether an answer is in pieces shows when it is there.
    if let Some(kind) = trouble.as_ref().filter(|kind| **kind != Kind::InPieces) {
        shared.befell(place, kind);
    }
    if let Some(Kind::Kill(process, Moment::BeforeItIsDone)) = trouble {
        kill(process);
        return Err(NoAnswer::Lost);
    }
    if let Some(refusal) = refusal(trouble.as_ref(), &request) {
        shared.answered(place, refusal.status());
        return Ok(refusal);
    }
    let piece = match trouble {
        Some(Kind::InPieces) => Piece::of(&request, &body),
        _ => None,
    };
    if let Some(piece) = &piece {
        body = piece.asked();
        head.headers.remove(CONTENT_LENGTH);
    }
    let yesterday = (trouble == Some(Kind::Yesterday))
        .then(|| shared.yesterday(&body))
        .flatten();
    let mut answer = match yesterday {
        Some(body) => True {
            status: StatusCode::OK,
            body,
            number: None,
        },
        None => shared.forward(&head, &request, body, place).await?,
    };
    if let Some(cut) = piece.and_then(|piece| piece.cut(answer.status, &answer.body)) {
        answer.body = cut;
        shared.befell(place, &Kind::InPieces);
    }
    match trouble {
        Some(Kind::Kill(process, Moment::BeforeTheAnswer)) => {
            kill(process);
            return Err(NoAnswer::Lost);
        }
        Some(Kind::Lost) => return Err(NoAnswer::Lost),
        Some(Kind::Kill(process, _)) => *victim.lock().await = Some(process),
        Some(Kind::Late(wait)) => tokio::time::sleep(wait).await,
        Some(Kind::Fails) => {
            let failure = failure(&request);
            shared.answered(place, failure.status());
            return Ok(failure);
        }
        _ => {}
    }
    shared.answered(place, answer.status);
    let mut told = with_status(answer.status, answer.body);
    told.headers_mut().extend(answer.number.map(|number| (NUMBER, number)));
    Ok(told)
}

impl Shared {
    /// Writes a request down, and says what befalls it and where it stands.
    fn note(&self, request: &AwsRequest, body: &Bytes) -> (Option<Kind>, usize) {
        let mut state = self.state();
        let mishap = state
            .mishaps
            .as_mut()
            .and_then(|mishaps| mishaps.befalls(request, body));
        let is_done = mishap.as_ref().is_none_or(Kind::is_done);
        let due: Vec<_> = match is_done {
            // Every trouble counts every request that comes so far.
            true => state
                .troubles
                .iter_mut()
                .map(|trouble| trouble.befalls(request))
                .collect(),
            false => Vec::new(),
        };
        state.passed.push(Passed {
            request: request.clone(),
            befell: None,
            done: None,
            answered: None,
        });
        (due.into_iter().flatten().next().or(mishap), state.passed.len() - 1)
    }

    /// What the weather does to a request.
    async fn weather(&self) -> Option<Kind> {
        let weather = Arc::clone(&self.state().weather);
        match weather.next().await {
            Befalls::Nothing => None,
            Befalls::Refusal => Some(Kind::Throttled),
            Befalls::Loss => Some(Kind::Lost),
        }
    }

    fn befell(&self, place: usize, kind: &Kind) {
        if let Some(passed) = self.state().passed.get_mut(place) {
            passed.befell = Some(kind.clone());
        }
    }

    fn answered(&self, place: usize, status: StatusCode) {
        if let Some(passed) = self.state().passed.get_mut(place) {
            passed.answered = Some(status.as_u16());
        }
    }

    fn yesterday(&self, body: &Bytes) -> Option<Bytes> {
        self.state().yesterday.get(&key(body)).cloned()
    }

    async fn forward(&self, head: &Parts, request: &AwsRequest, body: Bytes, place: usize) -> Result<True, NoAnswer> {
        let mut headers = head.headers.clone();
        headers.remove(HOST);
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
        let sent = self
            .client
            .request(head.method.clone(), format!("{}{path}", self.behind));
        let answer = sent.headers(headers).body(body.clone()).send().await?;
        let number = answer.headers().get(&NUMBER).cloned();
        let (mut status, mut text) = (answer.status(), answer.bytes().await?);
        // moto breaks down where AWS says that there is no such entry.
        if request.is_of_an_entry() && status == StatusCode::INTERNAL_SERVER_ERROR {
            status = StatusCode::BAD_REQUEST;
            text = ec2_error_text("InvalidNetworkAclEntry.NotFound", "There is no such entry.");
        }
        let mut state = self.state();
        if let Some(passed) = state.passed.get_mut(place) {
            passed.done = Some(status.as_u16());
        }
        if request.is_acl_read() && status.is_success() {
            state.seen.insert(key(&body), text.clone());
            // What is asked for the first time while yesterday lasts is as old as that question.
            state.yesterday.entry(key(&body)).or_insert_with(|| text.clone());
        }
        Ok(True {
            status,
            body: text,
            number,
        })
    }
}

fn key(body: &Bytes) -> String {
    String::from_utf8_lossy(body).into_owned()
}

/// Ends a process as a crash does, and waits until it is dead, so that nothing which comes after is its own.
fn kill(process: Pid) {
    // It may have ended by itself. Then there is nothing to wait for either.
    if kill_process(process, Signal::KILL).is_ok() {
        let wait = || waitid(WaitId::Pid(process), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
        while wait().is_err_and(|error| error.kind() == io::ErrorKind::Interrupted) {}
    }
}
