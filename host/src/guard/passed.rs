//! What passed the guards.

use ipnet::IpNet;
use jiff::{SignedDuration, Timestamp};

use super::Surroundings;
use crate::{
    alert::Alert,
    cloud::Direction,
    decision::{End, Remediation},
    hold::{Intent, Target},
};

/// A block that every guard let pass. Nothing but the guards can make one, and nothing else becomes a hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedBlock {
    prefix: IpNet,
    directions: Vec<Direction>,
    targets: Vec<Target>,
    /// The own side, as far as it is known here: no entry that several holds share may deny it.
    spare: Vec<IpNet>,
    alert: String,
    severity: Option<u8>,
    reason: String,
    confidence: u8,
    until: End,
}

impl PassedBlock {
    pub(super) fn new(
        prefix: IpNet,
        directions: Vec<Direction>,
        surroundings: &Surroundings,
        alert: &Alert,
        remediation: &Remediation,
    ) -> Self {
        let own = surroundings.own_addresses.iter().chain(&alert.source.addresses);
        let own = own.copied().map(IpNet::from);
        Self {
            prefix,
            directions,
            targets: surroundings.targets.clone(),
            spare: surroundings.vpc_prefixes.iter().copied().chain(own).collect(),
            alert: format!("{}/{}", alert.detector, alert.id),
            severity: alert.severity,
            reason: remediation.reason.clone(),
            confidence: remediation.confidence,
            until: remediation.until,
        }
    }

    /// The holds that it becomes: one a target and direction.
    pub fn intents(&self, plugin: &str, now: Timestamp) -> Vec<Intent> {
        let until = self.end(now);
        let intent = |target: &Target, direction| Intent {
            target: target.clone(),
            prefix: self.prefix,
            direction,
            reason: self.reason.clone(),
            confidence: self.confidence,
            plugin: plugin.to_owned(),
            alert: self.alert.clone(),
            severity: self.severity,
            spare: self.spare.clone(),
            until,
        };
        self.targets
            .iter()
            .flat_map(|target| self.directions.iter().map(move |direction| intent(target, *direction)))
            .collect()
    }

    fn end(&self, now: Timestamp) -> Option<Timestamp> {
        match self.until {
            End::Released => None,
            End::Seconds(seconds) => {
                let lasts = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
                Some(now.saturating_add(lasts).unwrap_or(Timestamp::MAX))
            }
        }
    }
}
