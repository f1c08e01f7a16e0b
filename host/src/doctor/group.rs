//! Isolation groups: whether those that are configured are there, and whether each VPC has one.

use super::{Finding, Verdict};
use crate::{
    cloud::{Clouds, Fault, Found},
    converge::InstanceTerms,
};

/// Looks for each isolation group that is configured. A group is where its VPC is, so it is asked for in all accounts and regions.
pub async fn check(clouds: &Clouds, terms: &InstanceTerms) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (vpc, group) in &terms.isolation_groups {
        let what = format!("isolation group {group}");
        let mut unknown = None;
        let mut told = None;
        for cloud in clouds.iter() {
            match cloud.security_group(group).await {
                Ok(found) if found.vpc.as_ref() == Some(vpc) => {
                    told = Some(Finding::of_account(
                        cloud.place(),
                        &what,
                        Verdict::Fine,
                        format!("it is in {vpc}"),
                    ));
                }
                Ok(_) => {
                    let why = format!(
                        "it is not in {vpc}, for which `instance.isolation-groups` names it: name one of that VPC"
                    );
                    told = Some(Finding::of_account(cloud.place(), &what, Verdict::Missing, why));
                }
                Err(error) if matches!(error.fault, Fault::NotFound { .. }) => {}
                Err(error) => unknown = Some(error.to_string()),
            }
        }
        findings.push(told.unwrap_or_else(|| match unknown {
            Some(why) => Finding::of_machine(what, Verdict::Unknown, why),
            None => {
                let why = format!("no account has it: make it in {vpc}, or correct `instance.isolation-groups`");
                Finding::of_machine(what, Verdict::Missing, why)
            }
        }));
    }
    findings
}

/// VPCs in which an isolation would need a group that Quell may not make.
pub fn left_out(place: &crate::cloud::CloudPlace, found: &Found, terms: &InstanceTerms) -> Vec<Finding> {
    if terms.isolation_groups.is_empty() {
        return Vec::new();
    }
    let others = found
        .vpcs
        .iter()
        .filter(|vpc| !terms.isolation_groups.contains_key(vpc));
    let told = others.map(|vpc| {
        let why = "`instance.isolation-groups` does not name it: an isolation there would have to make a group, which the least policy does not allow";
        Finding::of_account(place, vpc.as_str(), Verdict::Note, why)
    });
    told.collect()
}
