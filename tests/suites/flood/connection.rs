//! Connections to the door, as little HTTP as a sender needs.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// What the webhook asks for.
pub(crate) const TOKEN: &str = "a-token-that-nobody-guesses";

/// Longer than any answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A sender of good alerts, which keeps its connection for as long as the door does.
pub(crate) struct Connection {
    address: SocketAddr,
    stream: Option<TcpStream>,
}

impl Connection {
    pub(crate) fn to(address: SocketAddr) -> Self {
        Self { address, stream: None }
    }

    /// Posts an alert, and gives the status and the delivery in `Location`. None if the connection breaks off: then nobody knows whether it was taken.
    pub(crate) async fn post(&mut self, body: &str) -> Option<(u16, String)> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => TcpStream::connect(self.address).await.ok()?,
        };
        let request = format!(
            "POST /webhooks/flood HTTP/1.1\r\nHost: quell\r\nAuthorization: Bearer {TOKEN}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.ok()?;
        let answer = tokio::time::timeout(PATIENCE, whole(&mut stream))
            .await
            .expect("an answer comes")?;
        self.stream = Some(stream);
        let id = header(&answer, "location").and_then(|place| place.strip_prefix("/deliveries/"));
        Some((status(&answer)?, id.unwrap_or_default().to_owned()))
    }
}

/// Says this on a connection of its own, perhaps ends it there, and gives the status of the answer.
pub(crate) async fn say(address: SocketAddr, text: &[u8], ends: bool) -> Option<u16> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    stream.write_all(text).await.ok()?;
    if ends {
        stream.shutdown().await.ok()?;
    }
    answered(stream).await
}

/// Sends a byte of a body from time to time, until the door has had enough.
pub(crate) async fn dawdle(address: SocketAddr, head: &str) -> Option<u16> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    stream.write_all(head.as_bytes()).await.ok()?;
    for _ in 0..4 {
        let _ = stream.write_all(b" ").await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    answered(stream).await
}

/// The status of what comes until the door closes the connection.
async fn answered(mut stream: TcpStream) -> Option<u16> {
    let mut answer = Vec::new();
    let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    let _ = read.expect("the door closes the connection");
    status(&String::from_utf8_lossy(&answer))
}

/// An answer with its body, of which the length is in the head.
async fn whole(stream: &mut TcpStream) -> Option<String> {
    let mut answer = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk).await {
            Ok(read) if read > 0 => answer.extend_from_slice(&chunk[..read]),
            _ => return None,
        }
        let text = String::from_utf8_lossy(&answer);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length: usize = header(head, "content-length")?.parse().ok()?;
            if body.len() >= length {
                return Some(text.into_owned());
            }
        }
    }
}

fn status(answer: &str) -> Option<u16> {
    answer.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()
}

fn header<'answer>(answer: &'answer str, name: &str) -> Option<&'answer str> {
    answer.lines().find_map(|line| {
        let (found, value) = line.split_once(": ")?;
        found.eq_ignore_ascii_case(name).then_some(value.trim())
    })
}
