//! An account with many network ACLs, a subnet and an instance at each, and attackers of each.

use std::{collections::BTreeSet, fmt::Write};

use async_trait::async_trait;
use quell::fact::{FactError, Observation, ObservationSource};
use quell_tests::{recorded, stand::ACCOUNT};
use serde_json::json;

/// The VPC that all is in.
const VPC: &str = "vpc-0a1b2c3d4e5f60718";

/// So many network ACLs, each with so many attackers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Places {
    pub(crate) acls: u32,
    pub(crate) attackers: u32,
}

impl Places {
    /// The account.
    pub(crate) fn account(self) -> String {
        let mut account = format!(
            "account = \"{ACCOUNT}\"\nregion = \"eu-west-1\"\nrule-quota = 20\n[[vpc]]\nid = \"{VPC}\"\nprefixes = [\"10.0.0.0/16\"]\n\
             [[security-group]]\nid = \"sg-0aaa1111bbb22222c\"\nname = \"web\"\nvpc = \"{VPC}\"\n"
        );
        account.push_str(&format!(
            "[[network-acl]]\nid = \"acl-0def000000000000a\"\nvpc = \"{VPC}\"\ndefault = true\n"
        ));
        for acl in 0..self.acls {
            // A string takes no failure.
            let _ = write!(
                account,
                "[[subnet]]\nid = \"subnet-{acl:017x}\"\nvpc = \"{VPC}\"\n\
                 [[network-acl]]\nid = \"{}\"\nvpc = \"{VPC}\"\nsubnets = [\"subnet-{acl:017x}\"]\nentries = [\n\
                 {{ number = 100, direction = \"ingress\", action = \"allow\", prefix = \"0.0.0.0/0\" }},\n\
                 {{ number = 100, direction = \"egress\", action = \"allow\", prefix = \"0.0.0.0/0\" }},\n]\n\
                 [[instance]]\nid = \"{}\"\n[[instance.interface]]\nid = \"eni-{acl:017x}\"\nsubnet = \"subnet-{acl:017x}\"\n\
                 addresses = [\"10.0.{acl}.10\"]\nsecurity-groups = [\"sg-0aaa1111bbb22222c\"]\n",
                acl_id(acl),
                instance_id(acl),
            );
        }
        account
    }

    /// The network ACLs.
    pub(crate) fn acls(self) -> impl Iterator<Item = String> {
        (0..self.acls).map(acl_id)
    }

    /// The alert with this number, as the detector sends it.
    pub(crate) fn alert(self, number: u32) -> String {
        let acl = number % self.acls;
        let (instance, address) = (instance_id(acl), format!("10.0.{acl}.10"));
        let source = json!({
            "name": instance,
            "ips": [address],
            "hostnames": [],
            "namespace": format!("awsv2:{ACCOUNT}:eu-west-1:{VPC}"),
        });
        recorded::changed(
            recorded::ATTACK,
            &[
                ("id", json!(number)),
                ("source_name", json!(instance)),
                ("source_info", source),
                ("ips_when_created", json!([address])),
            ],
        )
    }

    /// Who the alert with this number is about. Who is early comes back.
    fn attacker(self, number: u32) -> String {
        let (acl, attacker) = (number % self.acls, number / self.acls % self.attackers);
        format!("198.18.{acl}.{}", attacker * 7 + 1)
    }

    /// What shall be denied at which network ACL after so many alerts.
    pub(crate) fn expected(self, alerts: u32) -> BTreeSet<(String, String)> {
        (0..alerts)
            .map(|number| (acl_id(number % self.acls), format!("{}/32", self.attacker(number))))
            .collect()
    }
}

fn acl_id(acl: u32) -> String {
    format!("acl-{acl:017x}")
}

fn instance_id(acl: u32) -> String {
    format!("i-{acl:017x}")
}

#[async_trait]
impl ObservationSource for Places {
    async fn observations(&self, alert_id: &str) -> Result<Vec<Observation>, FactError> {
        let number = alert_id.parse().map_err(|_| FactError::NotKnown(alert_id.to_owned()))?;
        let raw = json!({
            "observation_name": "Multiple Access Failures",
            "connected_ip": self.attacker(number),
            "failed_attempts": 600,
        });
        Ok(vec![Observation {
            id: format!("{number}-1"),
            kind: "Multiple Access Failures".to_owned(),
            time: None,
            raw: raw.to_string(),
        }])
    }
}
