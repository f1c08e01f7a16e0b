//! What passed the guards.

use ipnet::IpNet;
use jiff::{SignedDuration, Timestamp};

use super::PlaceSurroundings;
use crate::{
    alert::Alert,
    cloud::Direction,
    decision::{End, Remediation},
    hold::{Intent, Remedy, Scope, Target},
};

/// A remediation that every guard let pass. Nothing but the guards can make one, and nothing else becomes a hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// What it comes to: a remedy on each target.
    remedies: Vec<(Target, Remedy)>,
    /// The own side, as far as it is known here: no entry that several holds share may deny it.
    spare: Vec<IpNet>,
    alert: String,
    severity: Option<u8>,
    reason: String,
    confidence: u8,
    until: End,
    scope: Scope,
}

impl Passed {
    /// A block: one remedy a target and direction.
    pub(super) fn block(
        prefix: IpNet,
        directions: &[Direction],
        surroundings: &PlaceSurroundings,
        alert: &Alert,
        remediation: &Remediation,
    ) -> Self {
        let scope = Scope {
            vpc: surroundings.vpcs.first().cloned(),
            ..Scope::default()
        };
        let own = surroundings.own_addresses.iter().chain(&alert.source.addresses);
        let own = own.copied().map(IpNet::from);
        let deny = |target: &Target, direction| (target.clone(), Remedy::deny(prefix, direction));
        let targets = surroundings.targets.iter();
        Self {
            remedies: targets
                .flat_map(|target| directions.iter().map(move |direction| deny(target, *direction)))
                .collect(),
            spare: surroundings.vpc_prefixes.iter().copied().chain(own).collect(),
            ..Self::one(None, scope, alert, remediation)
        }
    }

    /// One remedy on one target; or none yet.
    pub(super) fn one(
        remedy: Option<(Target, Remedy)>,
        scope: Scope,
        alert: &Alert,
        remediation: &Remediation,
    ) -> Self {
        Self {
            remedies: remedy.into_iter().collect(),
            spare: Vec::new(),
            alert: format!("{}/{}", alert.detector, alert.id),
            severity: alert.severity,
            reason: remediation.reason.clone(),
            confidence: remediation.confidence,
            until: remediation.until,
            scope,
        }
    }

    /// The holds that it becomes.
    pub fn intents(&self, plugin: &str, now: Timestamp) -> Vec<Intent> {
        let until = self.end(now);
        let intent = |(target, remedy): &(Target, Remedy)| Intent {
            target: target.clone(),
            remedy: remedy.clone(),
            reason: self.reason.clone(),
            confidence: self.confidence,
            plugin: plugin.to_owned(),
            alert: self.alert.clone(),
            severity: self.severity,
            spare: self.spare.clone(),
            until,
            scope: self.scope.clone(),
        };
        self.remedies.iter().map(intent).collect()
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
