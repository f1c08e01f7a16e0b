//! The SQS door: asks a queue for messages, and deletes each as soon as the journal has what is in it.
//!
//! The journal is the queue that alerts are worked on from, so a message is only kept back here until it is in there: while `work.queue` is full or the journal fails it stays hidden in
//! SQS and is tried again, and no receive is counted for that. What can't be read is in the journal as failed, and stays in SQS until it was received so often that it goes to the dead
//! letters. A message that was taken in and could not be deleted comes again, and is known then.

mod letter;
mod queue;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use aws_config::SdkConfig;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use self::queue::Queue;
use super::{
    Door, DoorError,
    admit::{next, sleep, waits},
};
use crate::{alert::Detector, text::with_causes, way::Host};

/// What the journal calls it.
const KIND: &str = "sqs";

/// How long messages that are under way may still take when the door closes. Those that don't end come again.
const GRACE: Duration = Duration::from_secs(10);

/// How the door is set up.
#[derive(Debug, Clone)]
pub struct SqsOptions {
    /// The queue's URL.
    pub queue: String,
    /// Its region. None: the one that the process is in.
    pub region: Option<String>,
    /// Whose alerts come. None: each message is looked at.
    pub detector: Option<Detector>,
    /// How many messages are worked on at the same time.
    pub at_once: usize,
    /// How long a message is hidden from others at a time, in whole seconds. That is extended while it is worked on; who dies leaves it hidden for so long.
    pub hidden: Duration,
    /// Where Quell puts what can't be read. None if that is the queue's own affair.
    pub dead_letters: Option<DeadLetters>,
}

/// Where Quell puts what can't be read.
#[derive(Debug, Clone)]
pub struct DeadLetters {
    /// The queue's URL.
    pub queue: String,
    /// How often a message must have been received before.
    pub after: u32,
}

/// The SQS door.
#[derive(Debug)]
pub struct SqsDoor {
    queue: Queue,
    options: SqsOptions,
}

impl SqsDoor {
    /// A door to a queue, which is reached with the credentials and the end points of `config`. Nothing is called yet: a queue that is missing shows when it is served.
    pub fn open(config: &SdkConfig, options: SqsOptions) -> Self {
        Self {
            queue: Queue::new(config, &options.queue, options.region.as_deref()),
            options,
        }
    }

    /// What became of the queue and its dead letters, for people.
    async fn look(&self) -> Result<String, DoorError> {
        let seen = self.queue.look().await?;
        let dead = match (&self.options.dead_letters, seen.max_receive_count) {
            (None, Some(times)) => format!("what can't be read goes to its dead letters after {times} receives"),
            (None, None) => {
                "it has no redrive policy, so what can't be read comes again until the queue forgets it; give it one, or name `dead-letters`".to_owned()
            }
            (Some(dead), Some(times)) if times <= dead.after => format!(
                "its own redrive policy takes a message away after {times} receives, before `after` = {} is reached: make `after` smaller",
                dead.after
            ),
            (Some(dead), _) => format!("what can't be read goes to {} after {} receives", dead.queue, dead.after),
        };
        Ok(format!("{} wait in it; {dead}", seen.waiting))
    }
}

#[async_trait]
impl Door for SqsDoor {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn place(&self) -> String {
        self.options.queue.clone()
    }

    async fn examine(&self) -> Result<String, DoorError> {
        self.look().await
    }

    /// When it is told to stop it asks for no more; messages that are under way get ten seconds, and what is not in the journal then is given back to the queue.
    async fn serve(self: Box<Self>, host: Arc<Host>, stop: CancellationToken) {
        let door: Arc<Self> = self.into();
        let queue = door.place();
        tokio::select! {
            () = stop.cancelled() => return,
            seen = door.look() => match seen {
                Ok(seen) => tracing::info!(queue, "{seen}"),
                Err(error) => tracing::error!(queue, "{}; asked again", with_causes(&error)),
            }
        }
        let mut crew = JoinSet::new();
        let mut waits = waits();
        while !stop.is_cancelled() {
            while let Some(ended) = crew.try_join_next() {
                told(&queue, ended);
            }
            let free = door.options.at_once.saturating_sub(crew.len());
            if free == 0 {
                tokio::select! {
                    ended = crew.join_next() => ended.into_iter().for_each(|ended| told(&queue, ended)),
                    () = stop.cancelled() => {}
                }
                continue;
            }
            let received = tokio::select! {
                received = door.queue.receive(free, door.options.hidden) => received,
                () = stop.cancelled() => break,
            };
            match received {
                Ok(letters) => {
                    waits = self::waits();
                    for letter in letters {
                        crew.spawn(letter.take_in(Arc::clone(&door), Arc::clone(&host), stop.clone()));
                    }
                }
                Err(error) => {
                    let wait = next(&mut waits);
                    tracing::error!(queue, "{}; asked again in {wait:.0?}", with_causes(&error));
                    sleep(wait, &stop).await;
                }
            }
        }
        let all_ended = async {
            while let Some(ended) = crew.join_next().await {
                told(&queue, ended);
            }
        };
        if tokio::time::timeout(GRACE, all_ended).await.is_err() {
            tracing::warn!(
                queue,
                "{} messages did not end within {GRACE:?}; they come again",
                crew.len()
            );
        }
    }
}

fn told(queue: &str, ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(queue, "work on a message broke off: {error}; it comes again");
    }
}
