//! The attack of many: 300 addresses, where they are, and the alerts that tell of them.

use std::{collections::BTreeMap, net::IpAddr};

use ipnet::IpNet;
use serde_json::{Value, json};

use super::{DemoError, recorded::Recorded};

/// How many addresses attack.
pub(super) const ATTACKERS: usize = 300;
/// How many of them one alert tells of: the default plugin asks for at most 20 blocks an alert.
pub(super) const AN_ALERT: usize = 20;
/// How many alerts tell of the attack.
pub(super) const ALERTS: usize = ATTACKERS.div_ceil(AN_ALERT);
/// The id of the first alert.
const FIRST_ALERT: usize = 7001;
/// The failed attempts that each address makes at least: enough for the plugin to be as sure as it can be.
const ATTEMPTS: usize = 160;

/// Attackers that are near each other, evenly spread over a prefix, as bots in rented networks and hosts that change their address
/// are.
pub(super) struct Cluster {
    /// Where.
    pub(super) prefix: &'static str,
    /// How many.
    pub(super) attackers: u128,
    /// What they are like, for the story.
    pub(super) what: &'static str,
}

/// All of them.
pub(super) const CLUSTERS: [Cluster; 8] = [
    cluster("203.0.113.0/25", 90, "a rented network, almost whole"),
    cluster("203.0.113.128/26", 50, "the network next to it"),
    cluster("198.51.100.64/26", 40, "another one"),
    cluster("198.51.100.128/25", 40, "homes, here and there"),
    cluster("192.0.2.0/24", 50, "homes, here and there"),
    cluster("2001:db8:bad:1::/64", 18, "one host that changes its address"),
    cluster("2001:db8:bad:2::/64", 9, "another one"),
    cluster("2001:db8:bad:100::/56", 3, "three hosts"),
];

const fn cluster(prefix: &'static str, attackers: u128, what: &'static str) -> Cluster {
    Cluster {
        prefix,
        attackers,
        what,
    }
}

impl Cluster {
    fn addresses(&self) -> Result<Vec<IpAddr>, DemoError> {
        let prefix: IpNet = self
            .prefix
            .parse()
            .map_err(|_| DemoError::NotSo("every cluster of the attack has a prefix"))?;
        let size = 1 << (prefix.max_prefix_len() - prefix.prefix_len());
        let spread = (0..self.attackers).map(|nth| nth * size / self.attackers + 1);
        Ok(spread.map(|offset| nth_address(prefix.network(), offset)).collect())
    }
}

/// The address so many behind `first`.
fn nth_address(first: IpAddr, offset: u128) -> IpAddr {
    match first {
        IpAddr::V4(first) => {
            let offset = u32::try_from(offset).unwrap_or_default();
            IpAddr::V4(first.to_bits().wrapping_add(offset).into())
        }
        IpAddr::V6(first) => IpAddr::V6(first.to_bits().wrapping_add(offset).into()),
    }
}

/// The alerts that tell of an attack at one instance.
pub(super) struct Attack {
    /// As the detector sends them.
    pub(super) alerts: Vec<String>,
    /// What the detector's API has on them, by alert id.
    pub(super) observations: BTreeMap<String, Vec<Value>>,
}

impl Attack {
    /// The attack at `instance`, which has `addresses`: recorded alerts, but for who attacks whom.
    pub(super) fn on(instance: &str, addresses: [&str; 2]) -> Result<Self, DemoError> {
        let mut attack = Self {
            alerts: Vec::new(),
            observations: BTreeMap::new(),
        };
        let attackers: Vec<Vec<IpAddr>> = CLUSTERS.iter().map(Cluster::addresses).collect::<Result<_, _>>()?;
        let attackers = attackers.concat();
        for nth in 0..ALERTS {
            let id = FIRST_ALERT + nth;
            let mut alert: Value = serde_json::from_str(Recorded::ATTACK.alert).map_err(DemoError::Recorded)?;
            alert["id"] = id.into();
            alert["source_name"] = instance.into();
            alert["source_info"]["name"] = instance.into();
            alert["source_info"]["ips"] = json!(addresses);
            alert["source_info"]["namespace"] = "awsv2:111122223333:eu-west-1".into();
            alert["source_info"]["hostnames"] = json!([]);
            alert["ips_when_created"] = json!(addresses);
            attack.alerts.push(alert.to_string());
            let told = attackers.iter().enumerate().skip(nth * AN_ALERT).take(AN_ALERT);
            let observations = told.map(|(at, attacker)| observation(at, *attacker)).collect();
            attack.observations.insert(id.to_string(), observations);
        }
        Ok(attack)
    }
}

/// What the detector saw of the attacker with this number.
fn observation(at: usize, attacker: IpAddr) -> Value {
    json!({
        "connected_ip": attacker,
        "creation_time": "2026-01-14T20:10:00Z",
        "end_time": "2026-01-14T20:10:00Z",
        "failed_attempts": ATTEMPTS + at % 40,
        "id": 30_000 + at,
        "observation_name": "Multiple Access Failures",
        "port": 22,
        "profile_name": "SSHServer",
        "resource_name": "multiple_access_failures_v1",
        "source": 41177,
        "time": "2026-01-14T20:10:00Z"
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn three_hundred_addresses_attack_twenty_in_each_alert() {
        let attack = Attack::on("i-0ccc5555eee66666f", ["10.1.1.10", "198.51.100.10"]).unwrap();
        assert!(
            attack
                .observations
                .values()
                .all(|observations| observations.len() == AN_ALERT)
        );
        let all = attack.observations.values().flatten();
        let addresses: BTreeSet<_> = all.map(|observation| observation["connected_ip"].to_string()).collect();
        assert_eq!(addresses.len(), ATTACKERS);
    }
}
