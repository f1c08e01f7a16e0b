//! `[instance]`: how instances are isolated and stopped.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Plugin, checks::Checks, path::Path, prefix::Prefix};
use crate::{
    cloud::{SecurityGroupId, VpcId},
    converge::{Flows, InstanceTerms},
    decision::ActionKind,
};

/// How instances are isolated and stopped, where a plugin may ask for that.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Instance {
    /// What becomes of the flows of an instance that is isolated. A change of security groups alone does not end a flow that EC2 tracks, and it may live
    /// for days. `"cut"`: for the moment between two calls each interface is in a group that lets everything in and out, in which EC2 tracks nothing, and
    /// the isolation which follows cuts what is not tracked. `"deny"`: the remotes that the plugin names are denied at the network ACLs of the instance's
    /// subnets as long as it is isolated, other flows go on; the plugin `may` have to `block`, too. `"keep"`: they go on.
    pub flows: Flows,
    /// The isolation group of a VPC: `{ "vpc-0a1b2c3d" = "sg-0a1b2c3d" }`. In a VPC that is not named Quell makes one of its own, with the tag
    /// `quell:role`.
    pub isolation_groups: BTreeMap<VpcId, SecurityGroupId>,
    /// Who may reach an isolated instance at every port, if the group is Quell's own: those who investigate.
    pub forensics: Vec<Prefix>,
    /// Whether an instance may be stopped without snapshots of its volumes. A stop loses its memory and its instance store.
    pub stop_without_snapshots: bool,
    /// Whether an instance that was launched so that it can hibernate does so when it is stopped. Its memory is then kept on its root volume, and what ran
    /// goes on when it is started again: the attacker's programs as well.
    pub hibernate: bool,
    /// Whether an instance of an Auto Scaling group may be set to standby, so that the group does not replace it once it is stopped. If not, it is not
    /// stopped.
    pub standby: bool,
}

impl Instance {
    /// Who isolates and can't block would isolate and cut no flow.
    pub(super) fn check(&self, plugins: &[Plugin], checks: &mut Checks<'_>) {
        if self.flows != Flows::Deny {
            return;
        }
        for (index, plugin) in plugins.iter().enumerate() {
            let may = |kind| plugin.may.contains(&kind);
            if may(ActionKind::Isolate) && !may(ActionKind::Block) {
                checks.fail(
                    &Path::key("plugin").element(index).join("may"),
                    format!(
                        "`{}` may isolate but not block, and with `instance.flows = \"deny\"` flows are cut by blocks",
                        plugin.name
                    ),
                    "add \"block\" to `may`, or take another way with `instance.flows`",
                );
            }
        }
    }

    /// As the terms of converging.
    pub fn terms(&self) -> InstanceTerms {
        InstanceTerms {
            isolation_groups: self.isolation_groups.clone(),
            flows: self.flows,
            forensics: self.forensics.iter().map(|prefix| prefix.net()).collect(),
            stop_without_snapshots: self.stop_without_snapshots,
            hibernate: self.hibernate,
            standby: self.standby,
        }
    }
}
