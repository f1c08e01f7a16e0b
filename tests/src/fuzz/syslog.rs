//! A stream of syslog: how it is cut into messages, and what each says. The first byte says how long a message may be, the second where the network cuts the stream.

use bytes::BytesMut;
use jiff::Timestamp;
use quell::door::syslog::{
    framing::{Frame, Framing},
    message,
};
use tokio_util::codec::Decoder;

use super::told;

/// Reads the bytes as a stream.
pub fn run(bytes: &[u8]) {
    let [limit, cut, stream @ ..] = bytes else {
        return;
    };
    let limit = usize::from(*limit) * 4 + 1;
    let whole = frames(stream, limit, stream.len().max(1));
    let pieces = frames(stream, limit, usize::from(*cut % 17) + 1);
    assert_eq!(whole, pieces, "where the network cuts a stream is nothing that it says");
    for frame in whole.0 {
        if let Frame::Message(octets) = frame {
            assert!(octets.len() <= limit);
            let read = message::read(&octets, Timestamp::UNIX_EPOCH);
            let all: serde_json::Value = serde_json::from_str(&read.all).expect("it becomes JSON");
            assert!(all.get("message").is_some(), "{}", read.all);
            assert_eq!(read.message, read.message.trim());
        }
    }
}

/// The messages of a stream that comes in pieces of so many bytes, and what ended it.
fn frames(stream: &[u8], limit: usize, piece: usize) -> (Vec<Frame>, Option<String>) {
    let (mut framing, mut octets, mut frames) = (Framing::new(limit), BytesMut::new(), Vec::new());
    for piece in stream.chunks(piece) {
        octets.extend_from_slice(piece);
        loop {
            match framing.decode(&mut octets) {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(error) => return (frames, Some(told::error(&error))),
            }
        }
        assert!(
            octets.len() <= limit.max(10) + 1,
            "{} octets are kept, of {limit}",
            octets.len()
        );
    }
    loop {
        match framing.decode_eof(&mut octets) {
            Ok(Some(frame)) => frames.push(frame),
            Ok(None) => return (frames, None),
            Err(error) => return (frames, Some(told::error(&error))),
        }
    }
}
