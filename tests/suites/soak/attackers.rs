//! Who attacks what and when, made up from a seed.

use async_trait::async_trait;
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use quell::fact::{FactError, Observation, ObservationSource};
use quell_tests::{
    recorded,
    stand::{ACCOUNT, SECOND_ACCOUNT},
};
use serde_json::json;

/// How many addresses attack. Few of them make most of the attacks, as it is.
const ATTACKERS: u32 = 900;

/// An alert that will come.
#[derive(Debug, Clone)]
pub(crate) struct Coming {
    pub(crate) at: Timestamp,
    /// Tells one delivery from another.
    pub(crate) delivery: usize,
    pub(crate) body: String,
}

/// So many alerts between two times, the first one last: half of them at any time, half of them in storms.
pub(crate) fn alerts(rng: &mut Rng, many: usize, begin: Timestamp, lasts: SignedDuration) -> Vec<Coming> {
    let seconds = lasts.as_secs();
    let storms: Vec<_> = (0..(seconds / 86_400 * 3).max(1))
        .map(|_| rng.i64(0..seconds - 60))
        .collect();
    let mut alerts = Vec::new();
    for delivery in 0..many {
        let second = match rng.bool() {
            true => rng.i64(0..seconds),
            false => storms[rng.usize(0..storms.len())] + rng.i64(0..60),
        };
        alerts.push(Coming {
            at: begin + SignedDuration::from_secs(second),
            delivery,
            // Some alerts come again.
            body: alert(rng.usize(0..=delivery).max(delivery.saturating_sub(500))),
        });
    }
    alerts.sort_by_key(|alert| std::cmp::Reverse((alert.at, alert.delivery)));
    alerts
}

fn alert(id: usize) -> String {
    let mut rng = Rng::with_seed(id as u64);
    let (instance, address) = match rng.u8(0..10) {
        0..6 => ("i-0abc1234def567890", "10.0.1.10"),
        _ => ("i-0fed9876cba543210", "10.0.2.20"),
    };
    let account = if rng.u8(0..10) < 7 { ACCOUNT } else { SECOND_ACCOUNT };
    let changes = [
        ("id", json!(id)),
        (
            "type",
            json!(if is_scan(id) {
                "Inbound Port Scanner"
            } else {
                "Excessive Access Attempts (External)"
            }),
        ),
        ("priority", json!([10, 20, 30][rng.usize(0..3)])),
        ("resolved", json!(rng.u8(0..50) == 0)),
        ("ips_when_created", json!([address])),
        ("source_name", json!(instance)),
        (
            "source_info",
            json!({
                "name": instance,
                "ips": [address],
                "hostnames": [],
                "created": "2025-06-05T19:02:24.864412+00:00",
                "namespace": format!("awsv2:{account}:eu-west-1:vpc-0a1b2c3d4e5f60718"),
            }),
        ),
    ];
    recorded::changed(recorded::ATTACK, &changes)
}

fn is_scan(alert: usize) -> bool {
    alert.is_multiple_of(4)
}

/// The detector's API, which makes observations up from the alert's id: the same for the same.
pub(crate) struct MadeUp;

#[async_trait]
impl ObservationSource for MadeUp {
    async fn observations(&self, alert_id: &str) -> Result<Vec<Observation>, FactError> {
        let alert: usize = alert_id.parse().map_err(|_| FactError::NotKnown(alert_id.to_owned()))?;
        let mut rng = Rng::with_seed(alert as u64 + 1_000_000_007);
        let many = rng.usize(1..6);
        let observation = |number| {
            let remote = remote(&mut rng);
            let raw = if is_scan(alert) {
                json!({ "scanner_ip": remote })
            } else {
                json!({ "connected_ip": remote, "failed_attempts": rng.u32(1..400) })
            };
            Observation {
                id: format!("{alert}-{number}"),
                kind: String::new(),
                time: None,
                raw: raw.to_string(),
            }
        };
        Ok((0..many).map(observation).collect())
    }
}

/// An address; now and then one that must never be blocked.
fn remote(rng: &mut Rng) -> String {
    let attacker = (f64::from(ATTACKERS) * rng.f64().powi(2)) as u32;
    match attacker % 9 {
        _ if rng.u8(0..60) == 0 => "10.0.1.10".to_owned(),
        0..4 => format!("203.0.113.{}", attacker % 256),
        // Far from each other: no rule has two of them.
        4..6 => format!("192.0.2.{}", attacker % 256),
        _ => format!("2001:db8:{:x}::{:x}", 0x1000 + attacker * 53, attacker % 5),
    }
}
