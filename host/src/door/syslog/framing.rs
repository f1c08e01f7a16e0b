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

    /// Whether a line, as far as it is there, is not too long.
    fn fits(&self, line: &[u8]) -> bool {
        message(line).len() <= self.max_message
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

/// A line without what some senders have before its line break, which is no part of the message.
fn message(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
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
                        Some(end) if self.fits(octets.get(..end).unwrap_or_default()) => {
                            self.within = Within::Nothing;
                            let line = octets.split_to(end);
                            octets.advance(1);
                            return Ok(Some(Frame::Message(message(&line).to_vec())));
                        }
                        None if self.fits(octets) => {
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
            Within::Line(_) if !octets.is_empty() => Ok(Some(Frame::Message(message(&octets.split()).to_vec()))),
            Within::Counted(_) => Err(FramingError::CutOff),
            Within::Nothing if !octets.is_empty() => Err(FramingError::CutOff),
            _ => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests;
