//! Taking a whole file in.

use std::{fs::File, io};

use tokio::{
    sync::mpsc,
    task::{self, JoinHandle},
};
use tokio_util::sync::CancellationToken;

use super::{
    super::admit::{Admitted, Incoming, admit},
    documents::{Document, Documents},
    format::Format,
};
use crate::{
    alert::{self, Detector},
    hold::DeliveryId,
    text::with_causes,
    way::Host,
};

/// How many documents are read ahead.
const AHEAD: usize = 4;
/// How many reasons are told of one file.
const MOST_REASONS: usize = 20;

/// A file, and how it is to be read.
pub(super) struct Contents {
    pub(super) file: File,
    pub(super) format: Format,
    pub(super) max_unpacked: u64,
    pub(super) detector: Option<Detector>,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// All that is in it is in the journal.
    Done {
        /// How many documents that were.
        taken: u64,
    },
    /// All of it that can be read is in the journal, and this is why not all can. Not empty.
    Failed(Vec<String>),
    /// The door closes before all of it was taken in.
    NotYet,
}

/// Takes in all documents of a file, one after the other, as fast as the journal takes them. `id` tells one from the others.
pub(super) async fn take_in(
    contents: Contents,
    door: &str,
    id: impl Fn(Detector, u64, &[u8]) -> DeliveryId,
    host: &Host,
    stop: &CancellationToken,
) -> Outcome {
    let of_all = contents.detector;
    let (mut documents, reading) = read(contents);
    let mut taken = 0;
    let mut reasons = Vec::new();
    let mut unread = 0_usize;
    while let Some(document) = documents.recv().await {
        if stop.is_cancelled() {
            return Outcome::NotYet;
        }
        let Document { line, body } = match document {
            Ok(document) => document,
            Err(error) => {
                reasons.push(format!("it can't be read to its end: {error}"));
                break;
            }
        };
        let detector = of_all.unwrap_or_else(|| alert::recognise(&body));
        let incoming = Incoming {
            detector: Some(detector),
            id: &id(detector, line, &body),
            body: &body,
        };
        match admit(host, door, incoming, stop).await {
            Admitted::Taken => taken += 1,
            Admitted::Unreadable(error) => {
                unread += 1;
                if unread <= MOST_REASONS {
                    reasons.push(format!("line {line}: {}", with_causes(&error)));
                }
            }
            Admitted::NotYet => return Outcome::NotYet,
        }
    }
    // A reader that broke off did not come to the end either.
    if let Err(error) = reading.await {
        reasons.push(format!("it can't be read to its end: {error}"));
    }
    if unread > MOST_REASONS {
        reasons.push(format!("and {} more", unread - MOST_REASONS));
    }
    if reasons.is_empty() {
        Outcome::Done { taken }
    } else {
        Outcome::Failed(reasons)
    }
}

/// Reads on a thread of its own, which ends when nobody listens any more.
fn read(contents: Contents) -> (mpsc::Receiver<io::Result<Document>>, JoinHandle<()>) {
    let (sender, receiver) = mpsc::channel(AHEAD);
    let reading = task::spawn_blocking(move || {
        for document in Documents::of(contents.file, contents.format, contents.max_unpacked) {
            if sender.blocking_send(document).is_err() {
                break;
            }
        }
    });
    (receiver, reading)
}
