//! Many attackers of one server, each alert about one of them.

use async_trait::async_trait;
use quell::fact::{FactError, Observation, ObservationSource};
use quell_tests::recorded;
use serde_json::json;

/// So many attackers. They come from networks of the range for benchmarks (RFC 2544), several from each, as real ones do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attackers(pub(crate) u32);

impl Attackers {
    /// The alert with this number, as the detector sends it.
    pub(crate) fn alert(self, number: u32) -> String {
        recorded::changed(recorded::ATTACK, &[("id", json!(number))])
    }

    /// Who the alert with this number is about. Who is early comes back.
    fn address(self, number: u32) -> String {
        let attacker = number % self.0;
        // The step shares no factor with the number of networks, so that neighbours in time are none in address.
        let (network, host) = (attacker * 97 % 256, attacker / 16 * 7 % 254 + 1);
        format!("198.18.{network}.{host}")
    }
}

#[async_trait]
impl ObservationSource for Attackers {
    async fn observations(&self, alert_id: &str) -> Result<Vec<Observation>, FactError> {
        let number = alert_id.parse().map_err(|_| FactError::NotKnown(alert_id.to_owned()))?;
        let raw = json!({
            "observation_name": "Multiple Access Failures",
            "connected_ip": self.address(number),
            "failed_attempts": 20 + number % 500,
        });
        Ok(vec![Observation {
            id: format!("{number}-1"),
            kind: "Multiple Access Failures".to_owned(),
            time: None,
            raw: raw.to_string(),
        }])
    }
}
