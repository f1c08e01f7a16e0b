//! Messages of SNS, SQS and EventBridge, out of their envelopes.

use quell::{
    door::{
        message::{self, Envelope, Message},
        sns,
    },
    hold::DeliveryId,
};

use super::told;

/// Opens the bytes as a message, and reads them as an event of SNS.
pub fn run(bytes: &[u8]) {
    match sns::read(bytes) {
        Ok(records) => {
            for error in records.iter().filter_map(|record| record.as_ref().err()) {
                told::error(error);
            }
        }
        Err(error) => {
            told::error(&error);
        }
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let queued = DeliveryId::given("sqs", "059f36b4-87a3-44ab-83d2-661975830a7d");
    match message::open(text, queued.clone()) {
        Message::End(at) => assert_eq!(message::open(&message::end(at), queued), Message::End(at)),
        Message::Alert(carried) => {
            assert!(carried.id.to_string().len() <= 256);
            match carried.envelope {
                // What has no envelope is an alert byte for byte, and is known by the id that the queue gave it.
                Envelope::None => {
                    assert_eq!(carried.body, text);
                    assert_eq!(carried.id, queued);
                }
                // An event is the same delivery by whichever way it comes.
                Envelope::EventBridge => {
                    let Message::Alert(again) = message::open(&carried.body, queued) else {
                        panic!("the body of an event is an end")
                    };
                    assert_eq!((again.id, again.envelope), (carried.id, Envelope::EventBridge));
                }
                Envelope::Sns => {}
            }
        }
    }
}
