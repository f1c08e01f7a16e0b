//! Trying calls in the simulated account: what is not among its `not-permitted` is permitted.

use async_trait::async_trait;
use jiff::SignedDuration;

use super::SimulatedCloud;
use crate::cloud::{
    call::{Call, Service},
    error::{CloudError, Fault},
    place::CloudPlace,
    tag::Tag,
    trial::{Found, Subject, Trial, no_dry_run},
};

/// What EC2 says to who may not.
pub(super) fn not_permitted(call: Call) -> Fault {
    let code = match call.service() {
        Service::Ec2 => "UnauthorizedOperation",
        Service::AutoScaling | Service::LoadBalancing | Service::ServiceQuotas => "AccessDenied",
    };
    Fault::Denied {
        code: code.to_owned(),
        message: "You are not authorized to perform this operation.".to_owned(),
    }
}

#[async_trait]
impl Trial for SimulatedCloud {
    fn place(&self) -> &CloudPlace {
        &self.place
    }

    async fn account(&self) -> Result<String, CloudError> {
        Ok(self.place.account.clone())
    }

    async fn clock_ahead(&self) -> Option<SignedDuration> {
        None
    }

    async fn look(&self, call: Call, found: &mut Found) -> Result<(), CloudError> {
        self.call(call, "a look around", |state| {
            let account = &state.account;
            match call {
                Call::DescribeInstances => found.instance = account.servers.keys().next().cloned(),
                Call::DescribeNetworkAcls => found.note_acls(account.acls.values()),
                Call::DescribeSecurityGroups => {
                    let mut groups = account.groups.values();
                    found.group = groups.clone().next().map(|group| group.id.clone());
                    let own = groups.find(|group| group.tags.iter().any(|tag| tag.key == Tag::OWN_GROUP));
                    found.own_group = own.map(|group| group.id.clone());
                }
                Call::DescribeNetworkInterfaces => {
                    let card = account.cards.values().next().map(|card| &card.interface);
                    found.interface = card.map(|card| (card.id.clone(), card.security_groups.clone()));
                }
                Call::DescribeTargetGroups => {
                    let mut groups = account.servers.values().flat_map(|server| server.target_groups.keys());
                    found.target_group = groups.next().cloned();
                }
                _ => {}
            }
            Ok(())
        })
        .await
    }

    async fn dry_run(&self, call: Call, on: &Subject, _: &[Tag]) -> Result<(), CloudError> {
        if call.service() != Service::Ec2 || !call.is_write() {
            return Err(no_dry_run(call, on));
        }
        if self.state().account.not_permitted.contains(&call) {
            return Err(CloudError::new(call.name(), not_permitted(call)));
        }
        Ok(())
    }
}
