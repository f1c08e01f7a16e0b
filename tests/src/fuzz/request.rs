//! A request as an input has it: method and path on the first line, a header on each line that follows, then an empty line and the body.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Request},
};

/// A request, of which everything can be looked at before it is sent.
pub(super) struct Sent<'input> {
    head: Request<()>,
    body: &'input [u8],
}

impl<'input> Sent<'input> {
    /// The request in these bytes, if they are one that a server would let through to a door.
    pub(super) fn read(bytes: &'input [u8]) -> Option<Self> {
        let (first, mut rest) = line(bytes);
        let (method, path) = std::str::from_utf8(first).ok()?.split_once(' ')?;
        let mut head = Request::builder().method(method).uri(path);
        while !rest.is_empty() {
            let (header, behind) = line(rest);
            rest = behind;
            if header.is_empty() {
                break;
            }
            let colon = header.iter().position(|byte| *byte == b':')?;
            head = head.header(&header[..colon], header[colon + 1..].trim_ascii());
        }
        Some(Self {
            head: head.body(()).ok()?,
            body: rest,
        })
    }

    /// Where it is sent to.
    pub(super) fn path(&self) -> &str {
        self.head.uri().path()
    }

    /// Its headers.
    pub(super) fn headers(&self) -> &HeaderMap<HeaderValue> {
        self.head.headers()
    }

    /// Its body.
    pub(super) fn body(&self) -> &'input [u8] {
        self.body
    }

    /// As a server hands it on.
    pub(super) fn request(self) -> Request<Body> {
        self.head.map(|()| Body::from(self.body.to_vec()))
    }
}

/// The first line, and what is behind it.
fn line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    (&bytes[..end], bytes.get(end + 1..).unwrap_or_default())
}
