//! Trying calls at Amazon: reads of a few things, and EC2's dry runs.

mod dry_run;
mod read;

use async_trait::async_trait;
use aws_sdk_ec2::types::Filter;
use jiff::SignedDuration;

use self::read::{PAGE, acls, group, instance, interface};
use super::{
    Dated, Ec2Cloud,
    fault::{cloud_error, fault},
    quota,
};
use crate::cloud::{
    call::Call,
    error::{CloudError, Fault},
    place::CloudPlace,
    tag::Tag,
    trial::{CALLER, Found, Subject, Trial, judged, no_dry_run},
};

#[async_trait]
impl Trial for Ec2Cloud {
    fn place(&self) -> &CloudPlace {
        &self.place
    }

    async fn account(&self) -> Result<String, CloudError> {
        let answer = self.clients.sts().get_caller_identity().send().await;
        let answer = answer.map_err(|error| CloudError::new(CALLER, fault(&error)))?;
        answer.account.ok_or_else(|| {
            let fault = Fault::Other {
                code: "unreadable".to_owned(),
                message: "the answer names no account".to_owned(),
            };
            CloudError::new(CALLER, fault)
        })
    }

    async fn clock_ahead(&self) -> Option<SignedDuration> {
        let dated = Dated::default();
        let asked = self.clients.sts().get_caller_identity().customize();
        // The time comes with a refusal, too.
        let _ = asked.interceptor(dated.clone()).send().await;
        dated.ahead()
    }

    async fn look(&self, call: Call, found: &mut Found) -> Result<(), CloudError> {
        match call {
            Call::DescribeInstances => found.instance = instance(self.clients.ec2()).await?,
            Call::DescribeNetworkAcls => found.note_acls(&acls(self.clients.ec2()).await?),
            Call::DescribeVpcs => {
                let asked = self.clients.ec2().describe_vpcs().max_results(PAGE).send();
                asked.await.map_err(|error| cloud_error(call, &error))?;
            }
            Call::DescribeSecurityGroups => {
                found.group = group(self.clients.ec2(), None).await?;
                let own = Filter::builder().name("tag-key").values(Tag::OWN_GROUP).build();
                found.own_group = group(self.clients.ec2(), Some(own)).await?;
            }
            Call::DescribeNetworkInterfaces => {
                found.interface = interface(self.clients.ec2(), found.instance.as_ref()).await?
            }
            Call::DescribeSecurityGroupRules => {
                let asked = self
                    .clients
                    .ec2()
                    .describe_security_group_rules()
                    .max_results(PAGE)
                    .send();
                asked.await.map_err(|error| cloud_error(call, &error))?;
            }
            Call::DescribeAutoScalingInstances => {
                let asked = self
                    .clients
                    .scaling()
                    .describe_auto_scaling_instances()
                    .max_records(1)
                    .send();
                asked.await.map_err(|error| cloud_error(call, &error))?;
            }
            Call::DescribeTargetGroups => {
                let asked = self.clients.balancing().describe_target_groups().page_size(1).send();
                let answer = asked.await.map_err(|error| cloud_error(call, &error))?;
                let first = answer.target_groups().first();
                found.target_group = first.and_then(|group| group.target_group_arn().map(str::to_owned));
            }
            Call::DescribeTargetHealth => {
                let asked = self.clients.balancing().describe_target_health();
                let asked = asked.set_target_group_arn(found.target_group.clone()).send();
                asked.await.map_err(|error| cloud_error(call, &error))?;
            }
            Call::DescribeAddresses => {
                let asked = self.clients.ec2().describe_addresses().send();
                asked.await.map_err(|error| cloud_error(call, &error))?;
            }
            Call::DescribeCustomerGateways => {
                let asked = self.clients.ec2().describe_customer_gateways().send();
                asked.await.map_err(|error| cloud_error(call, &error))?;
            }
            Call::GetServiceQuota => {
                quota::rules_per_network_acl(self.clients.quotas()).await?;
            }
            _ => {}
        }
        Ok(())
    }

    async fn dry_run(&self, call: Call, on: &Subject, tags: &[Tag]) -> Result<(), CloudError> {
        match dry_run::answer(self.clients.ec2(), call, on, tags).await {
            Some(answer) => judged(call, answer),
            None => Err(no_dry_run(call, on)),
        }
    }
}
