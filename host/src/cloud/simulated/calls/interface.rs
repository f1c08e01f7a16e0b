//! Network interfaces and the instances that have them.

use std::{collections::BTreeSet, net::IpAddr};

use ipnet::IpNet;

use super::{group::unknown_group, not_found};
use crate::cloud::{
    error::Fault,
    id::{InstanceId, InterfaceId, SecurityGroupId, VpcId},
    instance::{Instance, InstanceName, Interface},
    machine::MachineState,
    own_address::OwnAddress,
    simulated::{card::Card, state::State, text},
};

/// How many security groups an interface may have by default (quota L-2AFB9258).
const MOST_GROUPS: usize = 5;

impl State {
    pub(in crate::cloud::simulated) fn instances(&self, name: &InstanceName) -> Vec<Instance> {
        self.instances_that(|instance| name.names(instance))
    }

    pub(in crate::cloud::simulated) fn instances_of_vpc(&self, vpc: &VpcId) -> Vec<Instance> {
        self.instances_that(|instance| instance.vpc.as_ref() == Some(vpc))
    }

    fn instances_that(&self, are_meant: impl Fn(&Instance) -> bool) -> Vec<Instance> {
        let servers = self.account.servers.values();
        servers
            .filter(|server| server.state() != MachineState::Terminated)
            .map(|server| server.told(self.interfaces_of(&server.id)))
            .filter(are_meant)
            .collect()
    }

    pub(in crate::cloud::simulated) fn interfaces_of(&self, instance: &InstanceId) -> Vec<Interface> {
        let cards = self.past_cards.all_at(self.told_time(), &self.account.cards);
        let mut attached: Vec<_> = cards
            .into_iter()
            .filter_map(|card| Some((card.index_at(instance)?, card)))
            .collect();
        attached.sort_by_key(|(index, _)| *index);
        attached.into_iter().map(|(_, card)| card.interface.clone()).collect()
    }

    pub(in crate::cloud::simulated) fn interfaces(&self, ids: &[InterfaceId]) -> Vec<Interface> {
        let cards = self.past_cards.all_at(self.told_time(), &self.account.cards);
        let meant = cards.into_iter().filter(|card| ids.contains(&card.interface.id));
        meant.map(|card| card.interface.clone()).collect()
    }

    /// The public IPv4 addresses of all interfaces: those that are in no VPC's prefix.
    pub(in crate::cloud::simulated) fn public_addresses(&self) -> Vec<OwnAddress> {
        let cards = self.past_cards.all_at(self.told_time(), &self.account.cards);
        let prefixes: Vec<_> = self.account.vpcs.values().flatten().collect();
        let is_public = |address: &IpAddr| address.is_ipv4() && !prefixes.iter().any(|prefix| prefix.contains(address));
        let mut own = Vec::new();
        for card in cards {
            let addresses = card.interface.addresses.iter().copied().filter(is_public);
            own.extend(addresses.map(|address| OwnAddress {
                prefix: IpNet::from(address),
                of: format!("interface {}", card.interface.id),
            }));
        }
        own
    }

    /// The IPv6 prefixes of all VPCs, in which all addresses are public.
    pub(in crate::cloud::simulated) fn public_prefixes(&self) -> Vec<OwnAddress> {
        let vpcs = self.account.vpcs.iter();
        let all = vpcs.flat_map(|(vpc, prefixes)| prefixes.iter().map(move |prefix| (vpc, *prefix)));
        let v6 = all.filter(|(_, prefix)| matches!(prefix, IpNet::V6(_)));
        v6.map(|(vpc, prefix)| OwnAddress {
            prefix,
            of: format!("VPC {vpc}"),
        })
        .collect()
    }

    /// Gives an interface other groups. One that stands there twice is refused: what EC2 does with it is not known.
    pub(in crate::cloud::simulated) fn set_groups(
        &mut self,
        id: &InterfaceId,
        groups: &[SecurityGroupId],
    ) -> Result<(), Fault> {
        let card = self.account.cards.get(id).ok_or_else(|| unknown_interface(id))?;
        if groups.is_empty() {
            return Err(text::invalid(
                "An interface must have at least one security group.".to_owned(),
            ));
        }
        if groups.iter().collect::<BTreeSet<_>>().len() < groups.len() {
            return Err(text::invalid("A security group is specified twice.".to_owned()));
        }
        for group in groups {
            let found = self.account.groups.get(group).ok_or_else(|| unknown_group(group))?;
            if found.vpc != card.interface.vpc {
                return Err(text::invalid(format!(
                    "Security group {group} and interface {id} belong to different networks."
                )));
            }
        }
        if groups.len() > MOST_GROUPS {
            return Err(Fault::Invalid {
                code: "SecurityGroupsPerInterfaceLimitExceeded".to_owned(),
                message: "The maximum number of security groups per interface has been reached.".to_owned(),
            });
        }
        self.change_card(id, |card| {
            groups.clone_into(&mut card.interface.security_groups);
        })
    }

    /// Changes an interface or its attachment.
    pub(in crate::cloud::simulated) fn change_card(
        &mut self,
        id: &InterfaceId,
        change: impl FnOnce(&mut Card),
    ) -> Result<(), Fault> {
        let card = self.account.cards.get_mut(id).ok_or_else(|| unknown_interface(id))?;
        let before = card.clone();
        change(card);
        self.past_cards.remember(self.now, id.clone(), Some(before));
        Ok(())
    }

    /// Removes an interface, attached or not.
    pub(in crate::cloud::simulated) fn remove_card(&mut self, id: &InterfaceId) -> Result<(), Fault> {
        let card = self.account.cards.remove(id).ok_or_else(|| unknown_interface(id))?;
        self.past_cards.remember(self.now, id.clone(), Some(card));
        Ok(())
    }

    /// Removes the interfaces of an instance that has ended.
    pub(in crate::cloud::simulated) fn remove_cards_of(&mut self, instance: &InstanceId) {
        let cards = self.account.cards.values();
        let ids: Vec<_> = cards
            .filter(|card| card.index_at(instance).is_some())
            .map(|card| card.interface.id.clone())
            .collect();
        for id in ids {
            if let Some(card) = self.account.cards.remove(&id) {
                self.past_cards.remember(self.now, id, Some(card));
            }
        }
    }
}

fn unknown_interface(id: &InterfaceId) -> Fault {
    not_found("InvalidNetworkInterfaceID.NotFound", "networkInterface ID", id)
}
