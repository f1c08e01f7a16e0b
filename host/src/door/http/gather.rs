//! Bodies: read whole before anything is done with them, and never more of them at once than there is room for.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::Response,
};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::answer::{later, refuse, too_long};

/// Room is given in pieces of so many bytes.
const PIECE: usize = 1024;

/// The room for bodies. Copies share it.
#[derive(Debug, Clone)]
pub(super) struct Room {
    pieces: Arc<Semaphore>,
    max_body: usize,
    timeout: Duration,
}

impl Room {
    /// Room for so many bytes in all, of which one body may have `max_body` and take so long to come.
    pub(super) fn new(bytes: usize, max_body: usize, timeout: Duration) -> Self {
        let pieces = bytes.max(max_body).div_ceil(PIECE).min(Semaphore::MAX_PERMITS);
        Self {
            pieces: Arc::new(Semaphore::new(pieces)),
            max_body,
            timeout,
        }
    }

    /// Reads a body. What came takes room as it comes, so that who dawdles holds no more than was sent.
    async fn read(&self, body: Body) -> Result<(Bytes, Option<OwnedSemaphorePermit>), Response> {
        let (mut read, mut taken) = (BytesMut::new(), None::<OwnedSemaphorePermit>);
        let mut chunks = body.into_data_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|_| refuse(StatusCode::BAD_REQUEST, "the request broke off before its end"))?;
            if read.len() + chunk.len() > self.max_body {
                return Err(too_long());
            }
            read.extend_from_slice(&chunk);
            let has = taken.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
            let lacks = read.len().div_ceil(PIECE).saturating_sub(has);
            let more = u32::try_from(lacks)
                .ok()
                .and_then(|lacks| Arc::clone(&self.pieces).try_acquire_many_owned(lacks).ok());
            match (more, &mut taken) {
                (None, _) => {
                    return Err(later(refuse(
                        StatusCode::SERVICE_UNAVAILABLE,
                        "too many requests are on their way at once: send it again later",
                    )));
                }
                (Some(more), Some(taken)) => taken.merge(more),
                (Some(more), taken @ None) => *taken = Some(more),
            }
        }
        Ok((read.freeze(), taken))
    }
}

/// Reads a request's body, and hands the request on with all of it.
pub(super) async fn gather(State(room): State<Room>, request: Request, next: Next) -> Response {
    // Who says that it is too long is told before it is sent: who is cut off while sending may never read why.
    let length = request.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > room.max_body) {
        return too_long();
    }
    let (parts, body) = request.into_parts();
    match tokio::time::timeout(room.timeout, room.read(body)).await {
        Ok(Ok((body, _taken))) => next.run(Request::from_parts(parts, Body::from(body))).await,
        Ok(Err(refusal)) => refusal,
        Err(_) => {
            let why = format!(
                "the request took longer than {:?}; send it again, twice does no harm",
                room.timeout
            );
            refuse(StatusCode::REQUEST_TIMEOUT, &why)
        }
    }
}
