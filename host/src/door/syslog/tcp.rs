//! Messages over TCP: a stream of frames. A connection's next message is read when the journal has the one before, so who sends faster waits.

use std::{sync::Arc, time::Duration};

use futures::StreamExt;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
};
use tokio_util::{codec::FramedRead, sync::CancellationToken};

use super::{
    GRACE,
    desk::Desk,
    framing::{Frame, Framing},
};

/// How long to wait when the system has no more connections to give, so that those who are in can leave.
const OUT_OF_CONNECTIONS: Duration = Duration::from_secs(1);

/// Takes connections, so many at a time, each for as long as it is not silent for longer than `idle`.
pub(super) async fn run(
    listener: TcpListener,
    (most, idle): (usize, Duration),
    desk: Arc<Desk>,
    stop: CancellationToken,
) {
    let places = Arc::new(Semaphore::new(most));
    let mut connections = JoinSet::new();
    loop {
        // Who comes when all places are taken waits outside.
        let accepted = tokio::select! {
            accepted = async {
                let place = Arc::clone(&places).acquire_owned().await;
                (place, listener.accept().await)
            } => accepted,
            () = stop.cancelled() => break,
        };
        while connections.try_join_next().is_some() {}
        match accepted {
            (Ok(place), Ok((stream, sender))) => {
                if desk.lets_in(sender.ip()) {
                    let (desk, stop) = (Arc::clone(&desk), stop.clone());
                    connections.spawn(async move {
                        serve(stream, idle, &desk, &stop).await;
                        drop(place);
                    });
                }
            }
            (_, accepted) => {
                let why = accepted.err().map_or_else(String::new, |error| error.to_string());
                tracing::warn!("a syslog connection could not be taken: {why}");
                tokio::time::sleep(OUT_OF_CONNECTIONS).await;
            }
        }
    }
    let all_ended = async { while connections.join_next().await.is_some() {} };
    // What was not taken yet is in the sender's hands; a well-made one sends it again to who listens next.
    let _out_of_patience = tokio::time::timeout(GRACE, all_ended).await;
}

async fn serve(stream: TcpStream, idle: Duration, desk: &Desk, stop: &CancellationToken) {
    let mut frames = FramedRead::new(stream, Framing::new(desk.max_message));
    loop {
        let next = tokio::select! {
            next = tokio::time::timeout(idle, frames.next()) => next,
            () = stop.cancelled() => return,
        };
        match next {
            Ok(Some(Ok(Frame::Message(octets)))) => {
                if !desk.take_in(&octets, stop).await {
                    return;
                }
            }
            Ok(Some(Ok(Frame::TooLong))) => desk.told.too_long.one_more(),
            Ok(Some(Err(error))) => {
                tracing::warn!("a syslog connection is closed: {error}");
                return;
            }
            // Its end, or silence.
            Ok(None) | Err(_) => return,
        }
    }
}
