//! What invokes a Lambda function.

use quell::door::invocation::event::{self, Event};

use super::{envelope, told};

/// Reads the bytes as an event.
pub fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    match event::read(text) {
        Err(error) => {
            told::error(&error);
        }
        Ok(Event::Sns(records)) => {
            for record in records.iter().flatten() {
                envelope::run(record.message.as_bytes());
            }
        }
        Ok(Event::Sqs(records)) => {
            for record in &records {
                envelope::run(record.body.as_bytes());
            }
        }
        Ok(Event::Alert(carried)) => assert!(text.contains("detail-type"), "{carried:?}"),
        Ok(Event::Http(Ok(request))) => {
            // A path that a router can look at; a stranger's request is never taken for another kind of event.
            assert!(
                request.uri().path().starts_with('/') || request.uri().path() == "*",
                "{}",
                request.uri()
            );
            assert!(text.contains("requestContext"));
        }
        Ok(Event::Http(Err(error))) => {
            told::error(&error);
        }
        Ok(Event::Tick) => {}
        Ok(Event::Command(_)) => assert!(text.contains("quell") || text.contains('\\')),
    }
}
