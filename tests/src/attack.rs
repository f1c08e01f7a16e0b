//! Attacks that a test makes up: an alert about one instance, and what the detector observed.

use quell::cloud::VpcId;
use serde_json::{Value, json};

use crate::{
    moto::{ACCOUNT, REGION},
    recorded,
    scene::Place,
};

/// An attack by some addresses.
#[derive(Debug, Clone)]
pub struct Attack {
    /// The alert's id. Another one by the same addresses is a re-offence.
    pub id: u32,
    /// Stealthwatch Cloud's own priority: 10, 20 or 30.
    pub priority: u8,
    /// The addresses, each with its failed attempts.
    pub offenders: Vec<(String, u64)>,
}

impl Attack {
    /// An attack of normal priority.
    pub fn new(id: u32, offenders: &[(&str, u64)]) -> Self {
        Self {
            id,
            priority: 20,
            offenders: offenders
                .iter()
                .map(|(address, failed)| ((*address).to_owned(), *failed))
                .collect(),
        }
    }

    /// What the detector observed: its own address of the attacked is left out, as with real ones.
    pub fn observations(&self) -> Vec<Value> {
        let observation = |(number, (address, failed)): (usize, &(String, u64))| {
            json!({
                "id": u64::from(self.id) * 1000 + number as u64,
                "observation_name": "Multiple Access Failures",
                "resource_name": "multiple_access_failures_v1",
                "profile_name": "SSHServer",
                "port": 22,
                "time": "2026-01-14T22:00:00Z",
                "connected_ip": address,
                "failed_attempts": failed,
            })
        };
        self.offenders.iter().enumerate().map(observation).collect()
    }

    /// The alert: the recorded one, moved to this place.
    pub fn alert(&self, vpc: &VpcId, place: &Place) -> String {
        let changes = [("id", json!(self.id)), ("priority", json!(self.priority))];
        let changes: Vec<_> = changes.into_iter().chain(about(vpc, place)).collect();
        recorded::changed(recorded::ATTACK, &changes)
    }
}

/// What a recorded alert says when it is about the instance at this place.
pub fn about(vpc: &VpcId, place: &Place) -> [(&'static str, Value); 3] {
    about_in(ACCOUNT, vpc, place)
}

/// As [`about`], in another account.
pub fn about_in(account: &str, vpc: &VpcId, place: &Place) -> [(&'static str, Value); 3] {
    let instance = place.instance.as_str();
    let source = json!({
        "name": instance,
        "ips": [place.private_address],
        "hostnames": [place.host_name],
        "namespace": format!("awsv2:{account}:{REGION}:{vpc}"),
    });
    [
        ("source_name", json!(instance)),
        ("source_info", source),
        ("ips_when_created", json!([place.private_address])),
    ]
}
