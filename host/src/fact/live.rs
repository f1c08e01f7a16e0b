//! The live sources: the detector's API, EC2 and the journal.

use std::{net::IpAddr, sync::Arc};

use async_trait::async_trait;

use super::{Answer, FactError, Facts, HistorySource, Observation, ObservationSource, Question};
use crate::{
    alert::{Alert, Place, printable::printable},
    cloud::{Cloud, CloudError, CloudPlace, Fault, Instance, InstanceName, id::NotAnId},
};

/// How many characters of a plugin's own text a message repeats.
const SHOWN: usize = 64;

/// Answers questions about one alert from the live sources.
pub struct LiveFacts {
    alert_id: String,
    place: Place,
    /// What the alert carries in itself, in place of what the source would say.
    carried: Option<Result<Vec<Observation>, FactError>>,
    observations: Arc<dyn ObservationSource>,
    cloud: Arc<dyn Cloud>,
    history: Arc<dyn HistorySource>,
}

impl LiveFacts {
    /// Facts about `alert`: its observations as it carries them ([`carried`](super::observation::carried)) or else from its detector, and instances, network ACLs and security groups from `cloud`, which must be
    /// the account and region that the alert concerns.
    pub fn new(
        alert: &Alert,
        carried: Option<Result<Vec<Observation>, FactError>>,
        observations: Arc<dyn ObservationSource>,
        cloud: Arc<dyn Cloud>,
        history: Arc<dyn HistorySource>,
    ) -> Self {
        Self {
            alert_id: alert.id.clone(),
            place: alert.place.clone(),
            carried,
            observations,
            cloud,
            history,
        }
    }

    async fn instance(&self, text: &str) -> Result<Instance, FactError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(FactError::NotKnown(
                "an instance without a name: ask for an instance id, an address or a DNS name".into(),
            ));
        }
        let name = InstanceName::read(text);
        let found = self.cloud.instances(&name).await.map_err(of_cloud)?;
        let what = format!("{} {}", what_it_is(&name), shown(text));
        one_of(found, &self.place, self.cloud.place(), &what)
    }
}

#[async_trait]
impl Facts for LiveFacts {
    async fn ask(&self, question: &Question) -> Result<Answer, FactError> {
        match question {
            Question::Observations => {
                let observations = match &self.carried {
                    Some(carried) => carried.clone(),
                    None => self.observations.observations(&self.alert_id).await,
                };
                observations.map(Answer::Observations)
            }
            Question::Instance(name) => self.instance(name).await.map(Answer::Instance),
            Question::NetworkAcl(subnet) => {
                let subnet = subnet.parse().map_err(of_id)?;
                let acl = self.cloud.network_acl_of_subnet(&subnet).await.map_err(of_cloud)?;
                Ok(Answer::NetworkAcl(acl))
            }
            Question::SecurityGroup(id) => {
                let id = id.parse().map_err(of_id)?;
                let group = self.cloud.security_group(&id).await.map_err(of_cloud)?;
                Ok(Answer::SecurityGroup(group))
            }
            Question::History(text) => {
                let history = self.history.history(address("history", text)?).await;
                history.map(Answer::History)
            }
            Question::Sightings(text) => {
                let sightings = self.history.sightings(address("sightings", text)?).await;
                sightings.map(Answer::Sightings)
            }
        }
    }
}

/// The instance that is meant. An address may be in use in several VPCs; then the alert's own VPC decides, and without one nothing does.
fn one_of(mut found: Vec<Instance>, place: &Place, home: &CloudPlace, what: &str) -> Result<Instance, FactError> {
    if found.len() > 1 {
        let ids: Vec<_> = found.iter().map(|instance| instance.id.to_string()).collect();
        found.retain(|instance| {
            instance
                .vpc
                .as_ref()
                .is_some_and(|vpc| Some(vpc.as_str()) == place.vpc.as_deref())
        });
        if found.len() != 1 {
            let vpc = match &place.vpc {
                Some(vpc) => format!("the alert's VPC {vpc} does not single one out"),
                None => "the alert names no VPC that would single one out".into(),
            };
            return Err(FactError::NotKnown(format!(
                "{what}: {} have it, and {vpc}",
                ids.join(", ")
            )));
        }
    }
    found.pop().ok_or_else(|| {
        let unnamed = match (&place.account, &place.region) {
            (Some(_), Some(_)) => "",
            _ => "; the alert itself does not name both account and region",
        };
        FactError::NotKnown(format!(
            "{what}: no instance has it in {home}, terminated ones left out{unnamed}"
        ))
    })
}

fn address(of_what: &str, text: &str) -> Result<IpAddr, FactError> {
    let address: IpAddr = text.parse().map_err(|_| {
        FactError::NotKnown(format!(
            "the {of_what} of `{}`: it is not an address without a prefix length",
            shown(text)
        ))
    })?;
    Ok(address.to_canonical())
}

fn what_it_is(name: &InstanceName) -> &'static str {
    match name {
        InstanceName::Id(_) => "instance id",
        InstanceName::Address(_) => "instance address",
        InstanceName::HostName(_) => "instance DNS name",
    }
}

fn shown(text: &str) -> String {
    printable(&text.chars().take(SHOWN).collect::<String>())
}

fn of_id(error: NotAnId) -> FactError {
    FactError::NotKnown(printable(&error.to_string()))
}

fn of_cloud(error: CloudError) -> FactError {
    let text = error.to_string();
    match error.fault {
        Fault::NotFound { .. } => FactError::NotKnown(text),
        Fault::Denied { .. } => FactError::NotPermitted(text),
        Fault::EntryExists { .. }
        | Fault::EntryLimit { .. }
        | Fault::Duplicate { .. }
        | Fault::WrongState { .. }
        | Fault::Throttled { .. }
        | Fault::Unreachable { .. }
        | Fault::Invalid { .. }
        | Fault::Other { .. } => FactError::Unavailable(text),
    }
}

#[cfg(test)]
mod tests;
