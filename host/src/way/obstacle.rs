//! Looks again at what people approve of, before it is put in force: its owners may have come to protect it while it waited.
//!
//! Only at what is changed itself. What must not be denied by now no plan denies, whoever approved of it.

use std::collections::BTreeSet;

use super::Host;
use crate::{
    cloud::{CloudError, MachineState, Tag},
    guard::ChangedInstance,
    hold::{Resource, Target, approval::Pending},
    text::with_causes,
};

/// Why what people approve of may not be put in force now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Obstacle {
    /// Its owners protect it.
    #[error("{0}")]
    Protected(String),
    /// Nobody knows whether they do.
    #[error("whether {target} is protected by now can't be found out: {why}")]
    Unknown {
        /// What would be changed.
        target: Box<Target>,
        /// Why nobody knows.
        why: String,
        /// Whether it may be known later, with nothing changed but time.
        passing: bool,
    },
}

impl Obstacle {
    /// Whether it may be gone later, with nothing changed but time.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Unknown { passing: true, .. })
    }
}

impl Host {
    /// Whether what waits may be put in force, by the guard that let it pass when it was decided, and by what is to be seen now.
    pub(super) async fn look_again(&self, pending: &Pending) -> Result<(), Obstacle> {
        let targets: BTreeSet<&Target> = pending.intents.iter().map(|intent| &intent.target).collect();
        for target in targets {
            self.hear_protection(target).await?;
        }
        Ok(())
    }

    async fn hear_protection(&self, target: &Target) -> Result<(), Obstacle> {
        let unknown = |why: String, passing: bool| Obstacle::Unknown {
            target: Box::new(target.clone()),
            why,
            passing,
        };
        let unread = |error: CloudError| unknown(with_causes(&error), error.is_passing());
        let place = target.place();
        let cloud = self.parts.clouds.of(&place);
        let cloud = cloud.ok_or_else(|| unknown(format!("{place} is not configured"), false));
        let roster = self.parts.roster.now();
        let protection = &roster.rules.protection;
        let word = match &target.resource {
            Resource::Acl(_) => return Ok(()),
            Resource::Instance(id) => {
                // Unlike what the guards read for an alert this is never remembered: somebody may have tagged it a second ago.
                let machine = cloud?.machine(id).await.map_err(unread)?;
                let machine = machine.filter(|machine| machine.state != MachineState::Terminated);
                let machine = machine.ok_or_else(|| unknown(format!("there is no instance {id}"), false))?;
                let tags = machine
                    .tags
                    .iter()
                    .map(|Tag { key, value }| (key.clone(), value.clone()));
                let tags: Vec<_> = tags.collect();
                protection.of_instance(&ChangedInstance::of_machine(&machine), &tags)
            }
            Resource::SecurityGroup(id) => {
                let group = cloud?.security_group(id).await.map_err(unread)?;
                protection.of_group(id.as_str(), &group.tags)
            }
        };
        word.map(drop).map_err(Obstacle::Protected)
    }
}
