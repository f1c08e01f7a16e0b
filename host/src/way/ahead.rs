//! Asks EC2 ahead for what nearly every alert needs, while it is written into the journal and the detector is asked. What is found is remembered for some seconds, where whoever asks next finds it
//! or waits for the same answer. What goes wrong is for whoever needs it to meet.

use std::{collections::BTreeSet, sync::Arc};

use futures::future::{join, join_all};

use super::{Host, place};
use crate::{
    alert::{Alert, Detector},
    cloud::{Cause, Cloud, Instance, InstanceName},
    decision::ActionKind,
    roster::Routed,
};

impl Host {
    /// Asks for the instance that the alert of a body names as its source and, if a plugin that gets the alert may block, for its network ACLs and the prefixes of its VPC. Changes and decides nothing.
    /// A body with several alerts has something to be done meanwhile, and is left alone.
    pub async fn ask_ahead(&self, detector: Detector, body: &[u8]) {
        let decoders = &self.parts.decoders;
        if let Ok(alerts) = decoders.alerts_in(detector, body)
            && let [only] = alerts.as_slice()
            && let Ok(alert) = decoders.decode(detector, only.as_bytes())
        {
            self.ask_for(&alert).await;
        }
    }

    async fn ask_for(&self, alert: &Alert) {
        if alert.test || alert.resolved {
            return;
        }
        let Ok(cloud) = place::cloud_of(&alert.place, &self.parts.clouds) else {
            return;
        };
        let roster = self.parts.roster.now();
        let plugins: Vec<&Arc<Routed>> = roster.plugins_for(alert, cloud.place()).collect();
        if plugins.is_empty() {
            return;
        }
        let may_block = plugins.iter().any(|plugin| plugin.may.contains(&ActionKind::Block));
        let name = InstanceName::read(alert.source.name.trim());
        let cause = Cause::of_alert(alert.detector, &alert.id);
        cause.scope(ask(&**cloud, &name, may_block)).await;
    }
}

async fn ask(cloud: &dyn Cloud, name: &InstanceName, may_block: bool) {
    let Ok(instances) = cloud.instances(name).await else {
        return;
    };
    // Which of several is meant, only the alert's place tells.
    let [Instance { interfaces, .. }] = instances.as_slice() else {
        return;
    };
    if !may_block {
        return;
    }
    let subnets: BTreeSet<_> = interfaces.iter().map(|interface| &interface.subnet).collect();
    let vpcs: BTreeSet<_> = interfaces.iter().map(|interface| &interface.vpc).collect();
    let acls = join_all(subnets.into_iter().map(|subnet| cloud.network_acl_of_subnet(subnet)));
    let prefixes = join_all(vpcs.into_iter().map(|vpc| cloud.vpc_prefixes(vpc)));
    let _remembered = join(acls, prefixes).await;
}
