//! Facts that say what they are told to.

use std::{cell::RefCell, collections::BTreeMap, net::IpAddr};

use crate::{FactError, Facts, History, Instance, NetworkAcl, Observation, SecurityGroup};

/// Facts for a test. What it was not told is not known, except that there are no observations and no history; and it remembers what it was asked.
///
/// ```
/// use quell_plugin::{FactError, Facts, testing::FakeFacts};
///
/// let facts = FakeFacts::default().with_error("observations", FactError::Unavailable("timed out".to_owned()));
///
/// assert_eq!(facts.observations(), Err(FactError::Unavailable("timed out".to_owned())));
/// assert_eq!(facts.asked(), ["observations"]);
/// ```
#[derive(Debug, Default)]
pub struct FakeFacts {
    observations: Vec<Observation>,
    instances: Vec<Instance>,
    network_acls: Vec<NetworkAcl>,
    security_groups: Vec<SecurityGroup>,
    histories: BTreeMap<IpAddr, History>,
    errors: BTreeMap<String, FactError>,
    asked: RefCell<Vec<String>>,
}

impl FakeFacts {
    /// One observation more.
    #[must_use]
    pub fn with_observation(mut self, observation: Observation) -> Self {
        self.observations.push(observation);
        self
    }

    /// An instance, found by its id, its addresses and its host names.
    #[must_use]
    pub fn with_instance(mut self, instance: Instance) -> Self {
        self.instances.push(instance);
        self
    }

    /// A network ACL, found by the subnets that it guards.
    #[must_use]
    pub fn with_network_acl(mut self, acl: NetworkAcl) -> Self {
        self.network_acls.push(acl);
        self
    }

    /// A security group, found by its id.
    #[must_use]
    pub fn with_security_group(mut self, group: SecurityGroup) -> Self {
        self.security_groups.push(group);
        self
    }

    /// The history of an address.
    #[must_use]
    pub fn with_history(mut self, address: IpAddr, history: History) -> Self {
        self.histories.insert(address, history);
        self
    }

    /// Fail a question. It is named as in [`FakeFacts::asked`]; without the part after the space, all questions for that fact fail.
    #[must_use]
    pub fn with_error(mut self, question: impl Into<String>, error: FactError) -> Self {
        self.errors.insert(question.into(), error);
        self
    }

    /// What was asked, in order: `observations`, `instance 192.0.2.20`.
    pub fn asked(&self) -> Vec<String> {
        self.asked.borrow().clone()
    }

    /// Note the question, and fail it if that is wanted.
    fn ask(&self, fact: &str, of: &str) -> Result<(), FactError> {
        let question = format!("{fact} {of}").trim_end().to_owned();
        let error = self.errors.get(&question).or_else(|| self.errors.get(fact)).cloned();
        self.asked.borrow_mut().push(question);
        error.map_or(Ok(()), Err)
    }
}

fn not_known(what: &str, of: &str) -> FactError {
    FactError::NotKnown(format!("there is no {what} {of}"))
}

impl Facts for FakeFacts {
    fn observations(&self) -> Result<Vec<Observation>, FactError> {
        self.ask("observations", "")?;
        Ok(self.observations.clone())
    }

    fn instance(&self, name: &str) -> Result<Instance, FactError> {
        self.ask("instance", name)?;
        let mut found = self.instances.iter().filter(|instance| {
            let mut addresses = instance.interfaces.iter().flat_map(|interface| &interface.addresses);
            instance.id == name || instance.host_names.iter().any(|it| it == name) || addresses.any(|it| it == name)
        });
        match (found.next(), found.next()) {
            (Some(one), None) => Ok(one.clone()),
            (Some(_), Some(_)) => Err(FactError::NotKnown(format!("more than one instance has {name}"))),
            (None, _) => Err(not_known("instance", name)),
        }
    }

    fn network_acl(&self, subnet: &str) -> Result<NetworkAcl, FactError> {
        self.ask("network-acl", subnet)?;
        let found = self
            .network_acls
            .iter()
            .find(|acl| acl.subnets.iter().any(|it| it == subnet));
        found.cloned().ok_or_else(|| not_known("network ACL of subnet", subnet))
    }

    fn security_group(&self, id: &str) -> Result<SecurityGroup, FactError> {
        self.ask("security-group", id)?;
        let found = self.security_groups.iter().find(|group| group.id == id);
        found.cloned().ok_or_else(|| not_known("security group", id))
    }

    fn history(&self, address: IpAddr) -> Result<History, FactError> {
        self.ask("history", &address.to_string())?;
        Ok(self.histories.get(&address).cloned().unwrap_or_default())
    }
}
