//! The decision, as the host has it. Lengths and counts are checked here; what the texts say is the guards' to judge.

use crate::{
    cloud::{Direction, PortRange},
    decision::{
        Abstention, Action, Block, BlockPlace, Custom, Decision, End, Isolate, Proposal, Remediation, RevokeIngress,
        SetInstanceState, StateChange,
    },
    sandbox::{
        bindings::quell::plugin::types,
        fault::{Failure, Fault},
        text::shown,
    },
};

use super::reader::Reader;

impl Reader<'_> {
    /// A decision.
    pub(in crate::sandbox) fn decision(&self, decision: types::Decision) -> Result<Decision, Fault> {
        Ok(match decision {
            types::Decision::Remediate(proposal) => Decision::Remediate(Proposal {
                remediations: self
                    .remediations(proposal.remediations)?
                    .into_iter()
                    .map(|remediation| self.remediation(remediation))
                    .collect::<Result<_, _>>()?,
                notes: self.texts("notes", proposal.notes)?,
            }),
            types::Decision::Nothing(abstention) => Decision::Nothing(Abstention {
                reason: self.text("a reason", abstention.reason)?,
                notes: self.texts("notes", abstention.notes)?,
            }),
        })
    }

    /// Why a plugin says that it can't decide.
    pub(in crate::sandbox) fn failure(&self, failure: types::Failure) -> Failure {
        let text = |text: String| shown(&text, self.0.text_bytes);
        match failure {
            types::Failure::Settings(reason) => Failure::Settings(text(reason)),
            types::Failure::Facts(reason) => Failure::Facts(text(reason)),
            types::Failure::Alert(reason) => Failure::Alert(text(reason)),
            types::Failure::Other(reason) => Failure::Other(text(reason)),
        }
    }

    fn remediation(&self, remediation: types::Remediation) -> Result<Remediation, Fault> {
        Ok(Remediation {
            action: self.action(remediation.action)?,
            reason: self.text("a reason", remediation.reason)?,
            confidence: remediation.confidence,
            until: match remediation.until {
                types::End::Seconds(seconds) => End::Seconds(seconds),
                types::End::Released => End::Released,
            },
        })
    }

    fn action(&self, action: types::Action) -> Result<Action, Fault> {
        Ok(match action {
            types::Action::Block(block) => Action::Block(self.block(block)?),
            types::Action::Isolate(isolate) => Action::Isolate(Isolate {
                instance: self.text("an instance id", isolate.instance)?,
                interface: self.extension("interface", &isolate.extensions)?,
                security_groups: self.texts("security groups", isolate.security_groups)?,
                remotes: self.extension_list("remotes", &isolate.extensions)?,
            }),
            types::Action::RevokeIngress(revoke) => Action::RevokeIngress(RevokeIngress {
                security_group: self.text("a security group id", revoke.security_group)?,
                protocol: self.text("a protocol", revoke.protocol)?,
                ports: revoke.ports.map(|ports| PortRange {
                    first: ports.first,
                    last: ports.last,
                }),
                peer: self.text("a peer", revoke.peer)?,
                rule: self.extension("rule", &revoke.extensions)?,
                description: self.extension("description", &revoke.extensions)?,
                narrow_to: self.extension_list("narrow-to", &revoke.extensions)?,
            }),
            types::Action::SetInstanceState(set) => Action::SetInstanceState(SetInstanceState {
                instance: self.text("an instance id", set.instance)?,
                change: match set.change {
                    types::StateChange::Stop => StateChange::Stop,
                    types::StateChange::Start => StateChange::Start,
                    types::StateChange::Reboot => StateChange::Reboot,
                },
            }),
            types::Action::Custom(custom) => Action::Custom(Custom {
                name: self.text("the name of a custom action", custom.name)?,
                parameters: self.parameters(custom.parameters)?,
            }),
        })
    }

    /// What an extension says. None if it is not there.
    fn extension(&self, name: &str, extensions: &[types::Extension]) -> Result<Option<String>, Fault> {
        let named = extensions.iter().find(|extension| extension.name == name);
        named
            .map(|extension| self.text("the value of an extension", extension.value.clone()))
            .transpose()
    }

    /// What an extension says, of which each item is joined to the next by a comma. Empty if it is not there.
    fn extension_list(&self, name: &str, extensions: &[types::Extension]) -> Result<Vec<String>, Fault> {
        let text = self.extension(name, extensions)?.unwrap_or_default();
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        Ok(items.map(str::to_owned).collect())
    }

    fn block(&self, block: types::Block) -> Result<Block, Fault> {
        Ok(Block {
            prefix: self.text("a prefix", block.prefix)?,
            directions: match block.direction {
                types::Direction::Ingress => vec![Direction::Ingress],
                types::Direction::Egress => vec![Direction::Egress],
                types::Direction::Both => Direction::BOTH.to_vec(),
            },
            at: match block.at {
                types::BlockPlace::Instance(id) => BlockPlace::Instance(self.text("an instance id", id)?),
                types::BlockPlace::Subnet(id) => BlockPlace::Subnet(self.text("a subnet id", id)?),
                types::BlockPlace::NetworkAcl(id) => BlockPlace::NetworkAcl(self.text("a network ACL id", id)?),
            },
        })
    }
}
