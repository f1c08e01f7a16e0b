//! The recorded alerts of the demo, with what the detector observed.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr},
};

use serde_json::Value;

/// The attacker that the demo follows: the busiest of the recorded attack.
pub(super) const ATTACKER: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7));

/// An instance of ours attacks somebody, as GuardDuty finds it.
pub(super) const FINDING: &str =
    include_str!("../../../examples/alerts/guardduty-ssh-brute-force-by-our-instance.json");

/// Some lines of an alert, enough to see what it is: the first of each of these keys.
pub(super) fn excerpt(alert: &str, keys: &[&str]) -> String {
    let line_of = |key: &&str| {
        let begin = format!("\"{key}\":");
        alert.lines().map(str::trim).find(|line| line.starts_with(&begin))
    };
    let lines: Vec<_> = keys
        .iter()
        .filter_map(line_of)
        .map(|line| format!("  {line}"))
        .collect();
    format!("{{\n{}\n  …\n}}", lines.join("\n"))
}

/// One recorded alert.
pub(super) struct Recorded {
    /// The alert, as the detector sends it.
    pub(super) alert: &'static str,
    /// Its observations, as the detector's API has them.
    observations: &'static str,
}

impl Recorded {
    /// Somebody tries passwords at a web server.
    pub(super) const ATTACK: Self = Self {
        alert: include_str!("../../../examples/alerts/excessive-access.json"),
        observations: include_str!("../../../examples/observations/6125.json"),
    };
    /// Somebody tests the channel.
    pub(super) const TEST: Self = Self {
        alert: include_str!("../../../examples/alerts/test-alert.json"),
        observations: include_str!("../../../examples/observations/6125.json"),
    };
    /// An alert that is over.
    pub(super) const RESOLVED: Self = Self {
        alert: include_str!("../../../examples/alerts/resolved.json"),
        observations: include_str!("../../../examples/observations/6098.json"),
    };

    /// What the simulated Stealthwatch API is to answer: observations by alert id.
    pub(super) fn observations() -> Result<BTreeMap<String, Vec<Value>>, serde_json::Error> {
        #[derive(serde::Deserialize)]
        struct Alert {
            id: u64,
        }
        #[derive(serde::Deserialize)]
        struct Page {
            objects: Vec<Value>,
        }
        let mut all = BTreeMap::new();
        for recorded in [Self::ATTACK, Self::TEST, Self::RESOLVED] {
            let alert: Alert = serde_json::from_str(recorded.alert)?;
            let page: Page = serde_json::from_str(recorded.observations)?;
            all.insert(alert.id.to_string(), page.objects);
        }
        Ok(all)
    }
}
