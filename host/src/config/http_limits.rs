//! `[http.limits]`: what is too much for the HTTP door.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{checks::Checks, number::Bounded, path::Path};
use crate::duration::HumanDuration;

/// What is too much for the HTTP door, and too slow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct HttpLimits {
    /// The most connections at once. Who comes then waits.
    pub connections: Bounded<usize, 1, 65_536>,
    /// The most connections at once from one address, or from one /64 of IPv6. Who comes then is turned away. A proxy in front of Quell is one address.
    pub connections_per_address: Bounded<usize, 1, 65_536>,
    /// How many requests a minute may come from one address. More are answered with 429. Not counted, if it is not given.
    pub requests_per_minute: Option<Bounded<u32, 1, 1_000_000>>,
    /// The most bytes of a request's line and headers.
    pub max_head: Bounded<usize, 8192, 1_048_576>,
    /// The most headers of a request.
    pub max_headers: Bounded<usize, 8, 1024>,
    /// The most bytes of all bodies that are on their way.
    pub max_bodies: Bounded<usize, 1_048_576, 4_294_967_296>,
    /// How long the handshake of TLS may take.
    pub handshake_timeout: HumanDuration,
    /// How long the line and the headers of a request may take. A connection may be idle for so long.
    pub head_timeout: HumanDuration,
    /// How long a request's body and the answer may take together.
    pub request_timeout: HumanDuration,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            connections: Bounded::default_of(1024),
            connections_per_address: Bounded::default_of(256),
            requests_per_minute: None,
            max_head: Bounded::default_of(16 * 1024),
            max_headers: Bounded::default_of(64),
            max_bodies: Bounded::default_of(64 * 1024 * 1024),
            handshake_timeout: HumanDuration::from_secs(10),
            head_timeout: HumanDuration::from_secs(10),
            request_timeout: HumanDuration::from_secs(10),
        }
    }
}

impl HttpLimits {
    pub(super) fn check(&self, here: &Path, checks: &mut Checks<'_>) {
        checks.positive(&here.join("handshake-timeout"), self.handshake_timeout);
        checks.positive(&here.join("head-timeout"), self.head_timeout);
        checks.positive(&here.join("request-timeout"), self.request_timeout);
    }
}
