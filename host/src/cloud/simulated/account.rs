//! The simulated account: what is there, and how it is read from TOML that people write.

use std::{collections::BTreeMap, path::Path};

use ipnet::IpNet;

use super::{
    error::AccountError,
    validation,
    written::{WrittenAccount, WrittenAcl, WrittenInstance, WrittenInterface},
};
use crate::cloud::{
    acl::NetworkAcl,
    id::{AclId, InstanceId, SecurityGroupId, SubnetId, VpcId},
    instance::{Instance, Interface},
    place::CloudPlace,
    security_group::SecurityGroup,
};

/// One account in one region. It holds together: what is named is there, and every subnet has exactly one network ACL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub(super) place: CloudPlace,
    pub(super) rule_quota: u16,
    pub(super) vpcs: BTreeMap<VpcId, Vec<IpNet>>,
    pub(super) subnets: BTreeMap<SubnetId, VpcId>,
    pub(super) acls: BTreeMap<AclId, NetworkAcl>,
    pub(super) security_groups: BTreeMap<SecurityGroupId, SecurityGroup>,
    pub(super) instances: BTreeMap<InstanceId, Instance>,
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
            vpcs: BTreeMap::new(),
            subnets: BTreeMap::new(),
            acls: BTreeMap::new(),
            security_groups: BTreeMap::new(),
            instances: BTreeMap::new(),
        };
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
            account.prefixes_of(&group.vpc, group.id.as_str())?;
            let group = SecurityGroup {
                id: group.id,
                name: group.name,
                vpc: Some(group.vpc),
                ingress: group.ingress.into_iter().map(Into::into).collect(),
                egress: group.egress.into_iter().map(Into::into).collect(),
            };
            add(&mut account.security_groups, group.id.clone(), group)?;
        }
        for instance in written.instance {
            account.add_instance(instance)?;
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

    fn add_instance(&mut self, written: WrittenInstance) -> Result<(), AccountError> {
        let interfaces = written
            .interface
            .into_iter()
            .map(|interface| self.interface(interface))
            .collect::<Result<Vec<_>, _>>()?;
        let instance = Instance {
            id: written.id,
            state: written.state.name().to_owned(),
            vpc: interfaces.first().map(|interface| interface.vpc.clone()),
            host_names: written.host_names,
            interfaces,
            tags: written.tags.into_iter().collect(),
        };
        add(&mut self.instances, instance.id.clone(), instance)
    }

    fn interface(&self, written: WrittenInterface) -> Result<Interface, AccountError> {
        let by = written.id.as_str();
        let vpc = self.vpc_of_subnet(&written.subnet, by)?.clone();
        for id in &written.security_groups {
            let group = self.security_groups.get(id).ok_or_else(|| AccountError::Unknown {
                by: by.to_owned(),
                id: id.to_string(),
                table: "security-group",
            })?;
            if let Some(other) = &group.vpc {
                must_be_in(&vpc, other, by, id.as_str())?;
            }
        }
        Ok(Interface {
            id: written.id,
            subnet: written.subnet,
            vpc,
            addresses: written.addresses,
            security_groups: written.security_groups,
        })
    }
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
