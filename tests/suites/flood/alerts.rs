//! What is sent: good alerts, and everything that can be wrong with a request.

use std::net::SocketAddr;

use quell_tests::recorded;
use serde_json::json;

use crate::connection::{self, TOKEN};

/// One request.
pub(crate) enum Sent {
    /// An alert that must be taken.
    Good(String),
    /// What must not be.
    Bad(Bad),
}

/// The requests of one connection: of three, two are good.
pub(crate) struct Alerts {
    number: usize,
    share: usize,
    next: usize,
}

impl Alerts {
    pub(crate) fn of(number: usize, share: usize) -> Self {
        Self { number, share, next: 0 }
    }
}

impl Iterator for Alerts {
    type Item = Sent;

    fn next(&mut self) -> Option<Sent> {
        let index = self.next;
        self.next += 1;
        if index >= self.share {
            return None;
        }
        let id = self.number * self.share + index;
        Some(match index % 3 {
            0 => Sent::Bad(Bad::ALL[(id / 3) % Bad::ALL.len()]),
            // The one attack of which something was observed.
            _ if id == 1 => Sent::Good(recorded::ATTACK.to_owned()),
            _ => Sent::Good(recorded::changed(recorded::ATTACK, &[("id", json!(1_000_000 + id))])),
        })
    }
}

/// What can be wrong with a request.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Bad {
    NoToken,
    NoJson,
    TooLong,
    NoHttp,
    TooManyHeaders,
    OtherAddress,
    BrokenChunks,
    BreaksOffInTheHead,
    BreaksOffInTheBody,
    NeverEnds,
    Dawdles,
}

impl Bad {
    const ALL: [Self; 11] = [
        Self::NoToken,
        Self::NoJson,
        Self::TooLong,
        Self::NoHttp,
        Self::TooManyHeaders,
        Self::OtherAddress,
        Self::BrokenChunks,
        Self::BreaksOffInTheHead,
        Self::BreaksOffInTheBody,
        Self::NeverEnds,
        Self::Dawdles,
    ];

    /// Sends it on a connection of its own, and gives the status of the answer. None if the door closes the connection without one.
    pub(crate) async fn send_to(self, address: SocketAddr) -> Option<u16> {
        let head = |more: &str| {
            format!(
                "POST /webhooks/flood HTTP/1.1\r\nHost: quell\r\nAuthorization: Bearer {TOKEN}\r\nConnection: close\r\n{more}\r\n"
            )
        };
        let (text, ends) = match self {
            Self::NoToken => (
                "POST /webhooks/flood HTTP/1.1\r\nHost: quell\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"
                    .to_owned(),
                false,
            ),
            Self::NoJson => (format!("{}{{\"id\": 1, ]", head("Content-Length: 11\r\n")), false),
            Self::TooLong => (head("Content-Length: 10485760\r\n"), false),
            Self::NoHttp => ("\u{16}\u{3}\u{1}\u{2}\0no HTTP at all\r\n\r\n".to_owned(), false),
            Self::TooManyHeaders => {
                let many: String = (0..200).map(|number| format!("X-{number}: 1\r\n")).collect();
                (head(&many), false)
            }
            Self::OtherAddress => (
                "POST /webhooks/other HTTP/1.1\r\nHost: quell\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"
                    .to_owned(),
                false,
            ),
            Self::BrokenChunks => (
                format!("{}zz\r\n{{}}\r\n", head("Transfer-Encoding: chunked\r\n")),
                false,
            ),
            Self::BreaksOffInTheHead => ("POST /webhooks/flood HTT".to_owned(), true),
            Self::BreaksOffInTheBody => (format!("{}{{\"id\":", head("Content-Length: 1000\r\n")), true),
            Self::NeverEnds => (format!("{}{{\"id\":", head("Content-Length: 1000\r\n")), false),
            Self::Dawdles => return connection::dawdle(address, &head("Content-Length: 1000\r\n")).await,
        };
        connection::say(address, text.as_bytes(), ends).await
    }
}
