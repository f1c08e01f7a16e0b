//! Doors: the ways in for alerts. A door knows how alerts travel, and nothing of detectors.
//!
//! Those that the daemon opens implement [`Door`]: a new one is a file here, its section in `config/door/`, and a line in `setup/doors.rs`. Lambda calls the function, so its door is
//! no such.

mod admit;
mod error;
pub mod folder;
pub mod http;
pub mod invocation;
#[cfg(feature = "aws")]
pub mod lambda;
pub mod message;
pub mod sns;
#[cfg(feature = "aws")]
pub mod sqs;
pub mod syslog;

use std::sync::Arc;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

pub use self::error::DoorError;
use crate::way::Host;

/// A door of the daemon, open: its port is taken, and who knocks waits until it is served.
#[async_trait]
pub trait Door: Send + Sync {
    /// What stands in the journal of what came through it, such as `http`.
    fn kind(&self) -> &'static str;

    /// Where it is, for people: an address, a queue, a folder.
    fn place(&self) -> String;

    /// Looks whether anybody can come in, and changes nothing.
    ///
    /// # Errors
    /// What is wrong, with the remedy. The daemon opens it all the same, and what comes later is let in.
    async fn examine(&self) -> Result<String, DoorError>;

    /// Lets alerts in until it is told to stop. Then what has begun may end, within the door's own bounds.
    async fn serve(self: Box<Self>, host: Arc<Host>, stop: CancellationToken);
}
