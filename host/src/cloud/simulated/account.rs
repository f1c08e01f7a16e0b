//! The simulated account: what is there, and how it is read from TOML that people write.

mod group;
mod server;

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
    path::Path,
};

use ipnet::IpNet;

use super::{
    card::Card,
    error::AccountError,
    group::Group,
    server::Server,
    validation,
    written::{WrittenAccount, WrittenAcl, WrittenAddress},
};
use crate::cloud::{
    acl::NetworkAcl,
    call::Call,
    id::{AclId, InstanceId, InterfaceId, MadeUp, SecurityGroupId, SubnetId, VpcId},
    own_address::OwnAddress,
    place::CloudPlace,
};

/// One account in one region. It holds together: what is named is there, and every subnet has exactly one network ACL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub(super) place: CloudPlace,
    pub(super) rule_quota: u16,
    /// The calls that its credentials may not make.
    pub(super) not_permitted: BTreeSet<Call>,
    pub(super) vpcs: BTreeMap<VpcId, Vec<IpNet>>,
    pub(super) subnets: BTreeMap<SubnetId, VpcId>,
    pub(super) acls: BTreeMap<AclId, NetworkAcl>,
    pub(super) groups: BTreeMap<SecurityGroupId, Group>,
    pub(super) cards: BTreeMap<InterfaceId, Card>,
    pub(super) servers: BTreeMap<InstanceId, Server>,
    pub(super) elastic_addresses: Vec<OwnAddress>,
    pub(super) customer_gateways: Vec<OwnAddress>,
    /// How many ids were made up.
    numbers: u64,
}

impl Account {
    /// Reads the account that is written in `text`, in the form of `examples/simulated-account.toml`.
    pub fn read(text: &str) -> Result<Self, AccountError> {
        let written: WrittenAccount = toml::from_str(text).map_err(|error| AccountError::Syntax(Box::new(error)))?;
        let mut account = Self {
            place: CloudPlace {
                account: written.account,
                region: written.region,
            },
            rule_quota: written.rule_quota,
            not_permitted: BTreeSet::new(),
            vpcs: BTreeMap::new(),
            subnets: BTreeMap::new(),
            acls: BTreeMap::new(),
            groups: BTreeMap::new(),
            cards: BTreeMap::new(),
            servers: BTreeMap::new(),
            elastic_addresses: named("elastic address", written.elastic_address),
            customer_gateways: named("customer gateway", written.customer_gateway),
            numbers: 0,
        };
        for name in written.not_permitted {
            let call = Call::named(&name).ok_or(AccountError::NotACall { name })?;
            account.not_permitted.insert(call);
        }
        for vpc in written.vpc {
            let prefixes = vpc.prefixes.iter().map(IpNet::trunc).collect();
            add(&mut account.vpcs, vpc.id, prefixes)?;
        }
        for subnet in written.subnet {
            account.prefixes_of(&subnet.vpc, subnet.id.as_str())?;
            add(&mut account.subnets, subnet.id, subnet.vpc)?;
        }
        for acl in written.network_acl {
            account.add_acl(acl)?;
        }
        account.give_every_subnet_an_acl()?;
        for group in written.security_group {
            account.add_group(group)?;
        }
        for instance in written.instance {
            account.add_server(instance)?;
        }
        Ok(account)
    }

    /// Reads the account that is written in a file.
    pub fn from_file(path: &Path) -> Result<Self, AccountError> {
        let text = std::fs::read_to_string(path).map_err(|source| AccountError::File {
            path: path.to_owned(),
            source,
        })?;
        Self::read(&text).map_err(|source| AccountError::In {
            path: path.to_owned(),
            source: Box::new(source),
        })
    }

    /// The account and the region.
    pub fn place(&self) -> &CloudPlace {
        &self.place
    }

    /// A number that no id was made of yet.
    pub(super) fn next_number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    /// An id that no security group has.
    pub(super) fn made_up_group(&mut self) -> SecurityGroupId {
        loop {
            let id = SecurityGroupId::made_up(self.next_number());
            if !self.groups.contains_key(&id) {
                return id;
            }
        }
    }

    fn prefixes_of(&self, vpc: &VpcId, by: &str) -> Result<&[IpNet], AccountError> {
        match self.vpcs.get(vpc) {
            Some(prefixes) => Ok(prefixes),
            None => Err(AccountError::Unknown {
                by: by.to_owned(),
                id: vpc.to_string(),
                table: "vpc",
            }),
        }
    }

    fn vpc_of_subnet(&self, subnet: &SubnetId, by: &str) -> Result<&VpcId, AccountError> {
        self.subnets.get(subnet).ok_or_else(|| AccountError::Unknown {
            by: by.to_owned(),
            id: subnet.to_string(),
            table: "subnet",
        })
    }

    fn add_acl(&mut self, written: WrittenAcl) -> Result<(), AccountError> {
        let by = written.id.as_str();
        let entries = validation::final_denies(self.prefixes_of(&written.vpc, by)?);
        for subnet in &written.subnets {
            must_be_in(&written.vpc, self.vpc_of_subnet(subnet, by)?, by, subnet.as_str())?;
            if let Some(first) = self.acls.values().find(|acl| acl.subnets.contains(subnet)) {
                return Err(AccountError::GuardedTwice {
                    subnet: subnet.clone(),
                    first: first.id.clone(),
                    second: written.id,
                });
            }
        }
        let mut acl = NetworkAcl {
            id: written.id,
            vpc: written.vpc,
            subnets: written.subnets,
            is_default: written.default,
            entries,
        };
        for entry in written.entries.into_iter().map(Into::into) {
            validation::insert(&mut acl, &entry, self.rule_quota).map_err(|fault| AccountError::Entry {
                acl: acl.id.clone(),
                direction: entry.direction,
                number: entry.number,
                fault,
            })?;
        }
        add(&mut self.acls, acl.id.clone(), acl)
    }

    /// A subnet that no ACL names has its VPC's default one, as in AWS.
    fn give_every_subnet_an_acl(&mut self) -> Result<(), AccountError> {
        for vpc in self.vpcs.keys() {
            let count = self
                .acls
                .values()
                .filter(|acl| acl.is_default && acl.vpc == *vpc)
                .count();
            if count != 1 {
                return Err(AccountError::DefaultAcls {
                    vpc: vpc.clone(),
                    count,
                });
            }
        }
        for (subnet, vpc) in &self.subnets {
            let is_guarded = self.acls.values().any(|acl| acl.subnets.contains(subnet));
            let default = self.acls.values_mut().find(|acl| acl.is_default && acl.vpc == *vpc);
            if let (false, Some(default)) = (is_guarded, default) {
                default.subnets.push(subnet.clone());
            }
        }
        for acl in self.acls.values_mut() {
            acl.subnets.sort();
            acl.subnets.dedup();
        }
        Ok(())
    }
}

fn named(kind: &str, written: Vec<WrittenAddress>) -> Vec<OwnAddress> {
    let own = written.into_iter().map(|WrittenAddress { id, address }| OwnAddress {
        prefix: IpNet::from(IpAddr::from(address)),
        of: format!("{kind} {id}"),
    });
    own.collect()
}

fn must_be_in(vpc: &VpcId, other: &VpcId, by: &str, id: &str) -> Result<(), AccountError> {
    if vpc == other {
        return Ok(());
    }
    Err(AccountError::OtherVpc {
        by: by.to_owned(),
        id: id.to_owned(),
        vpc: other.clone(),
    })
}

fn add<Id: Ord + ToString, Thing>(things: &mut BTreeMap<Id, Thing>, id: Id, thing: Thing) -> Result<(), AccountError> {
    if things.contains_key(&id) {
        return Err(AccountError::Twice { id: id.to_string() });
    }
    things.insert(id, thing);
    Ok(())
}

#[cfg(test)]
mod tests;
