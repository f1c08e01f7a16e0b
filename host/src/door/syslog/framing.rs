//! Framing: where one message ends and the next begins, in a stream by RFC 6587.
//!
//! A frame that begins with a digit has its octets counted before it; any other ends with a line break, or with a zero octet as some senders have it.

use bytes::{Buf, BytesMut};
use tokio_util::codec::Decoder;

/// The most digits of a count. More would be a message longer than any limit.
const MOST_DIGITS: usize = 9;

/// One frame of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// A message, as it was sent.
    Message(Vec<u8>),
    /// A message of more octets than may be, which was left out.
    TooLong,
}

/// What makes a stream unreadable from here on.
#[derive(Debug, thiserror::Error)]
pub enum FramingError {
    /// The connection broke.
    #[error(transparent)]
    Stream(#[from] std::io::Error),
    /// A count that is none.
    #[error("a frame begins with more than {MOST_DIGITS} digits: it is neither counted nor a line")]
    NoCount,
    /// The stream ended inside a counted message.
    #[error("the stream ended in the middle of a message")]
    CutOff,
}

/// Cuts a stream into its frames.
#[derive(Debug)]
pub struct Framing {
    /// The most octets of a message.
    max_message: usize,
    within: Within,
}

/// What the next octet belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    /// The begin of a frame.
    Nothing,
    /// A message of so many octets.
    Counted(usize),
    /// A line. So much of it is known to hold no line break.
    Line(usize),
    /// So many octets that are left out.
    LeftOut(usize),
    /// A line that is left out.
    LineLeftOut,
}

impl Framing {
    /// Of a stream whose messages may have so many octets each. What is longer is left out.
    pub fn new(max_message: usize) -> Self {
        Self {
            max_message,
            within: Within::Nothing,
        }
    }

    /// Reads the count before a message. None if it is not all there yet.
    fn begin(&self, octets: &mut BytesMut) -> Result<Option<Within>, FramingError> {
        while octets.first().is_some_and(|octet| matches!(octet, b'\n' | b'\r' | 0)) {
            octets.advance(1);
        }
        let Some(first) = octets.first() else {
            return Ok(None);
        };
        if !matches!(first, b'1'..=b'9') {
            return Ok(Some(Within::Line(0)));
        }
        let digits = octets.iter().take_while(|octet| octet.is_ascii_digit()).count();
        if digits > MOST_DIGITS {
            return Err(FramingError::NoCount);
        }
        match octets.get(digits) {
            None => Ok(None),
            Some(b' ') => {
                let count = octets.split_to(digits);
                octets.advance(1);
                let count = count
                    .iter()
                    .fold(0, |count, digit| count * 10 + usize::from(digit - b'0'));
                Ok(Some(Within::Counted(count)))
            }
            Some(_) => Ok(Some(Within::Line(0))),
        }
    }
}

fn is_end(octet: &u8) -> bool {
    matches!(octet, b'\n' | 0)
}

fn line(octets: &[u8]) -> Frame {
    Frame::Message(octets.strip_suffix(b"\r").unwrap_or(octets).to_vec())
}

impl Decoder for Framing {
    type Item = Frame;
    type Error = FramingError;

    fn decode(&mut self, octets: &mut BytesMut) -> Result<Option<Frame>, FramingError> {
        loop {
            match self.within {
                Within::Nothing => match self.begin(octets)? {
                    None => return Ok(None),
                    Some(within) => self.within = within,
                },
                Within::Counted(count) if count > self.max_message => {
                    self.within = Within::LeftOut(count);
                    return Ok(Some(Frame::TooLong));
                }
                Within::Counted(count) if octets.len() < count => return Ok(None),
                Within::Counted(count) => {
                    self.within = Within::Nothing;
                    return Ok(Some(Frame::Message(octets.split_to(count).to_vec())));
                }
                Within::Line(known) => {
                    let end = octets
                        .iter()
                        .skip(known)
                        .position(is_end)
                        .map(|position| known + position);
                    match end {
                        Some(end) if end <= self.max_message => {
                            self.within = Within::Nothing;
                            let whole = octets.split_to(end);
                            octets.advance(1);
                            return Ok(Some(line(&whole)));
                        }
                        None if octets.len() <= self.max_message => {
                            self.within = Within::Line(octets.len());
                            return Ok(None);
                        }
                        Some(_) | None => {
                            self.within = Within::LineLeftOut;
                            return Ok(Some(Frame::TooLong));
                        }
                    }
                }
                Within::LeftOut(0) => self.within = Within::Nothing,
                Within::LeftOut(left) => {
                    let now = left.min(octets.len());
                    octets.advance(now);
                    self.within = Within::LeftOut(left - now);
                    if now < left {
                        return Ok(None);
                    }
                }
                Within::LineLeftOut => match octets.iter().position(is_end) {
                    Some(end) => {
                        octets.advance(end + 1);
                        self.within = Within::Nothing;
                    }
                    None => {
                        octets.clear();
                        return Ok(None);
                    }
                },
            }
        }
    }

    /// A last line needs no line break.
    fn decode_eof(&mut self, octets: &mut BytesMut) -> Result<Option<Frame>, FramingError> {
        if let Some(frame) = self.decode(octets)? {
            return Ok(Some(frame));
        }
        match self.within {
            Within::Line(_) if !octets.is_empty() => Ok(Some(line(&octets.split()))),
            Within::Counted(_) => Err(FramingError::CutOff),
            Within::Nothing if !octets.is_empty() => Err(FramingError::CutOff),
            _ => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MAX: usize = 40;

    /// The frames of a stream that comes in these pieces, and what is wrong with it in the end.
    fn frames(pieces: &[&[u8]]) -> (Vec<Frame>, Option<String>) {
        let (mut framing, mut octets, mut frames) = (Framing::new(MAX), BytesMut::new(), Vec::new());
        let mut pieces = pieces.iter();
        loop {
            let piece = pieces.next();
            octets.extend_from_slice(piece.copied().unwrap_or_default());
            loop {
                let next = match piece {
                    Some(_) => framing.decode(&mut octets),
                    None => framing.decode_eof(&mut octets),
                };
                match next {
                    Ok(Some(frame)) => frames.push(frame),
                    Ok(None) => break,
                    Err(error) => return (frames, Some(error.to_string())),
                }
            }
            assert!(octets.len() <= MAX + 1, "{} octets are kept", octets.len());
            if piece.is_none() {
                return (frames, None);
            }
        }
    }

    fn told(stream: &[u8]) -> String {
        let (frames, error) = frames(&[stream]);
        let told = frames.iter().map(|frame| match frame {
            Frame::Message(message) => format!("{:?}", String::from_utf8_lossy(message)),
            Frame::TooLong => "too long".to_owned(),
        });
        told.chain(error).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn counted_messages_may_hold_line_breaks_and_lines_may_not() {
        assert_eq!(told(b"11 <13>1 a\nb c10 <13>1 - - "), r#""<13>1 a\nb c", "<13>1 - - ""#);
        assert_eq!(told(b"12 <13>1 a\nb c 3 <1>"), r#""<13>1 a\nb c ", "<1>""#);
        assert_eq!(
            told(b"<13>1 a\n<14>1 b\r\n\n<15>1 c\0<16>1 d"),
            r#""<13>1 a", "<14>1 b", "<15>1 c", "<16>1 d""#
        );
        assert_eq!(told(b"5 <13>1\n<13>1 a\n5 <14>1"), r#""<13>1", "<13>1 a", "<14>1""#);
    }

    #[test]
    fn what_is_too_long_is_left_out_and_the_next_message_is_not() {
        let long = "x".repeat(MAX + 1);
        assert_eq!(
            told(format!("{} {long}5 <13>1", long.len()).as_bytes()),
            r#"too long, "<13>1""#
        );
        assert_eq!(
            told(format!("<13>{long}\n<13>1 a\n").as_bytes()),
            r#"too long, "<13>1 a""#
        );
    }

    #[test]
    fn a_stream_that_is_no_syslog_ends_with_a_reason() {
        assert_eq!(
            told(b"99999999999999999999 x"),
            "a frame begins with more than 9 digits: it is neither counted nor a line"
        );
        assert_eq!(told(b"9 <13>1"), "the stream ended in the middle of a message");
        assert_eq!(told(b"12"), "the stream ended in the middle of a message");
        assert_eq!(told(b"1x\n"), r#""1x""#);
    }

    proptest! {
        #[test]
        fn no_octets_make_it_panic_or_keep_more_than_a_message(pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..=MAX), 0..8)) {
            // Every octet that is pushed at a time counts once.
            let mut framing = Framing::new(MAX);
            let mut octets = BytesMut::new();
            'pieces: for piece in &pieces {
                octets.extend_from_slice(piece);
                loop {
                    match framing.decode(&mut octets) {
                        Ok(Some(_)) => {}
                        Ok(None) => break,
                        Err(_) => break 'pieces,
                    }
                }
                prop_assert!(octets.len() <= MAX);
            }
        }

        #[test]
        fn messages_come_out_as_they_went_in_however_the_network_cuts_them(
            messages in prop::collection::vec(("<[0-9]{1,3}>[a-z {}\n]{0,30}", any::<bool>()), 0..8),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        ) {
            let mut stream = Vec::new();
            let mut expected = Vec::new();
            for (message, is_counted) in &messages {
                if *is_counted {
                    stream.extend(format!("{} {message}", message.len()).into_bytes());
                    expected.push(Frame::Message(message.clone().into_bytes()));
                } else {
                    let line = message.replace('\n', " ");
                    stream.extend(format!("{line}\n").into_bytes());
                    expected.push(Frame::Message(line.into_bytes()));
                }
            }
            let mut places: Vec<_> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
            places.sort_unstable();
            let mut pieces: Vec<&[u8]> = Vec::new();
            let mut begin = 0;
            for place in places {
                pieces.push(&stream[begin..place]);
                begin = place;
            }
            pieces.push(&stream[begin..]);
            let mut framing = Framing::new(MAX);
            let (mut octets, mut frames) = (BytesMut::new(), Vec::new());
            for piece in pieces {
                octets.extend_from_slice(piece);
                while let Some(frame) = framing.decode(&mut octets).unwrap() {
                    frames.push(frame);
                }
            }
            prop_assert_eq!(frames, expected);
        }
    }
}
