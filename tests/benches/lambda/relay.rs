//! A relay before moto: it hands on every byte as it comes, and writes down how long each answer took.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// A relay on a loopback port. It stops when it is dropped.
pub(crate) struct Relay {
    address: SocketAddr,
    answers: Answers,
    server: JoinHandle<()>,
}

type Answers = Arc<Mutex<Vec<Answer>>>;

/// One answer.
#[derive(Debug, Clone, Copy)]
struct Answer {
    /// When the request came: its last bytes, or the connection for it. moto closes each connection, so its answers are never had without a new one.
    asked: Instant,
    /// When the last byte of the answer came from there.
    answered: Instant,
}

/// What was waited for.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Waited {
    /// How many answers.
    pub(crate) answers: usize,
    /// How long at least one of them was under way.
    pub(crate) time: Duration,
}

impl Relay {
    /// Starts a relay before this server.
    pub(crate) async fn start(server: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let answers = Answers::default();
        Ok(Self {
            address: listener.local_addr()?,
            answers: Arc::clone(&answers),
            server: tokio::spawn(accept(listener, server, answers)),
        })
    }

    /// Where it listens, for `AWS_ENDPOINT_URL`.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What was waited for since the last time that this was asked.
    pub(crate) fn waited(&self) -> Waited {
        let mut answers = std::mem::take(&mut *locked(&self.answers));
        answers.sort_unstable_by_key(|answer| answer.asked);
        let mut waited = Waited {
            answers: answers.len(),
            ..Waited::default()
        };
        let mut until: Option<Instant> = None;
        for Answer { asked, answered } in answers {
            // Several answers at the same time are waited for once.
            let from = until.map_or(asked, |until| until.max(asked));
            waited.time += answered.saturating_duration_since(from);
            until = Some(until.map_or(answered, |until| until.max(answered)));
        }
        waited
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn locked(answers: &Answers) -> MutexGuard<'_, Vec<Answer>> {
    answers.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(listener: TcpListener, server: SocketAddr, answers: Answers) {
    while let Ok((client, _)) = listener.accept().await {
        let answers = Arc::clone(&answers);
        tokio::spawn(async move {
            // A side that went away ends the connection for the other, as without a relay.
            let _ended = hand_on(client, server, &answers).await;
        });
    }
}

async fn hand_on(mut client: TcpStream, server: SocketAddr, answers: &Answers) -> io::Result<()> {
    let mut opened = Some(Instant::now());
    let mut server = TcpStream::connect(server).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (mut up, mut down) = (vec![0; 16_384], vec![0; 16_384]);
    let mut asked: Option<Instant> = None;
    let mut place: Option<usize> = None;
    loop {
        tokio::select! {
            read = client.read(&mut up) => {
                let length = read?;
                if length == 0 {
                    return Ok(());
                }
                (asked, place) = (opened.take().or_else(|| Some(Instant::now())), None);
                server.write_all(&up[..length]).await?;
            }
            read = server.read(&mut down) => {
                let length = read?;
                if length == 0 {
                    return Ok(());
                }
                note(answers, asked, &mut place);
                client.write_all(&down[..length]).await?;
            }
        }
    }
}

/// Writes down that bytes of an answer came: its first ones, or more of them.
fn note(answers: &Answers, asked: Option<Instant>, place: &mut Option<usize>) {
    let (Some(asked), answered) = (asked, Instant::now()) else {
        return;
    };
    let mut answers = locked(answers);
    match place.and_then(|place| answers.get_mut(place)) {
        Some(answer) if answer.asked == asked => answer.answered = answered,
        _ => {
            *place = Some(answers.len());
            answers.push(Answer { asked, answered });
        }
    }
}
