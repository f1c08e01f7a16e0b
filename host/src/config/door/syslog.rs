//! `[[door.syslog]]`: a port that takes syslog messages.

use std::net::SocketAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    alert::Detector,
    config::{checks::Checks, http::read_address, number::Bounded, path::Path, prefix::Prefix},
    duration::HumanDuration,
};

/// A port that takes syslog messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Syslog {
    /// The address and port.
    pub listen: SocketAddr,
    /// By what. Not empty.
    pub transports: Vec<Transport>,
    /// Who may send. Empty only if `listen` is loopback: then everybody on this machine.
    pub from: Vec<Prefix>,
    /// Whose alerts come.
    pub detector: Detector,
    /// Only messages of these programs; of all if it is empty. `*` stands for any text.
    pub apps: Vec<String>,
    /// The most bytes of a message.
    pub max_message: usize,
    /// The most TCP connections at once.
    pub connections: usize,
    /// How long a TCP connection may be silent.
    pub idle: HumanDuration,
}

/// By what syslog messages come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Transport {
    /// A datagram a message. What can't be journaled in time is lost, counted and told in the log.
    Udp,
    /// A stream with messages by RFC 6587: counted octets, or a line each. Who sends faster than the journal takes waits.
    Tcp,
}

/// A port that takes syslog messages (RFC 5424, and the older form), by UDP and by TCP. Syslog knows no authentication: who may send is said by address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "Syslog")]
pub(in crate::config) struct SyslogTable {
    /// The address and port to listen on.
    #[schemars(with = "String", example = "127.0.0.1:5514")]
    #[serde(deserialize_with = "read_address")]
    pub(in crate::config) listen: SocketAddr,
    /// `udp`, `tcp` or both.
    #[serde(default = "transports")]
    pub(in crate::config) transports: Vec<Transport>,
    /// The prefixes of those who may send. Required unless `listen` is loopback.
    #[serde(default)]
    pub(in crate::config) from: Vec<Prefix>,
    /// Whose alerts come.
    pub(in crate::config) detector: Detector,
    /// Only messages of programs with these names (APP-NAME); `*` stands for any text. All if it is empty. What others send is passed over.
    #[serde(default)]
    pub(in crate::config) apps: Vec<String>,
    /// The most bytes of a message. What is longer is left out and told in the log.
    #[serde(default = "max_message")]
    pub(in crate::config) max_message: Bounded<usize, 480, 1_048_576>,
    /// The most TCP connections at once. Who comes then waits.
    #[serde(default = "connections")]
    pub(in crate::config) connections: Bounded<usize, 1, 10_000>,
    /// How long a TCP connection may be silent before it is closed.
    #[serde(default = "idle")]
    pub(in crate::config) idle: HumanDuration,
}

fn transports() -> Vec<Transport> {
    vec![Transport::Udp, Transport::Tcp]
}

fn max_message() -> Bounded<usize, 480, 1_048_576> {
    Bounded::default_of(64 * 1024)
}

fn connections() -> Bounded<usize, 1, 10_000> {
    Bounded::default_of(64)
}

fn idle() -> HumanDuration {
    HumanDuration::from_secs(10 * 60)
}

impl SyslogTable {
    pub(super) fn check(self, here: &Path, checks: &mut Checks<'_>) -> Option<Syslog> {
        checks.positive(&here.join("idle"), self.idle);
        checks.detector(&here.join("detector"), self.detector);
        if self.transports.is_empty() {
            checks.fail(
                &here.join("transports"),
                format!("`{here}.transports` is empty, so nothing could come"),
                "write \"udp\", \"tcp\" or both",
            );
        }
        if self.from.is_empty() && !self.listen.ip().is_loopback() {
            checks.fail(
                &here.join("listen"),
                format!(
                    "`{here}` listens on {}, which can be reached from outside this machine, and syslog knows no authentication, so `from` is required",
                    self.listen
                ),
                "name the prefixes of those who may send, such as `from = [\"198.51.100.0/24\"]`, or listen on 127.0.0.1",
            );
        }
        Some(Syslog {
            listen: self.listen,
            transports: self.transports,
            from: self.from,
            detector: self.detector,
            apps: self.apps,
            max_message: self.max_message.get(),
            connections: self.connections.get(),
            idle: self.idle,
        })
    }
}
