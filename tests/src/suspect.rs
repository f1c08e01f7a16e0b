//! A suspect: an instance with three interfaces that are in different security groups, and what GuardDuty finds about it.

use quell::cloud::{InstanceId, VpcId};
use serde::Deserialize;
use serde_json::json;

use crate::{
    moto::{ACCOUNT, Moto, REGION},
    python,
};

/// An instance in a VPC of its own.
#[derive(Debug, Clone, Deserialize)]
pub struct Suspect {
    /// Its VPC.
    pub vpc: VpcId,
    /// The instance.
    pub instance: InstanceId,
}

impl Suspect {
    /// Builds them with boto3.
    pub fn build_many(moto: &Moto, count: usize) -> anyhow::Result<Vec<Self>> {
        let printed = python::run("interfaces.py", &[&count.to_string()], &moto.environment())?;
        Ok(serde_json::from_str(&printed)?)
    }

    /// A finding of GuardDuty: the instance asks for the name of a pool of miners, and has done so this many times.
    pub fn mines(&self, count: u32) -> String {
        let finding = json!({
            "schemaVersion": "2.0",
            "accountId": ACCOUNT,
            "region": REGION,
            "partition": "aws",
            "id": "7f9e6c53be1248ce9a30bd1e1cbb0d18",
            "arn": format!("arn:aws:guardduty:{REGION}:{ACCOUNT}:detector/0a1b2c3d/finding/7f9e6c53be1248ce9a30bd1e1cbb0d18"),
            "type": "CryptoCurrency:EC2/BitcoinTool.B!DNS",
            "resource": {
                "resourceType": "Instance",
                "instanceDetails": {
                    "instanceId": self.instance,
                    "networkInterfaces": [{ "vpcId": self.vpc, "privateIpAddress": "10.0.1.10" }],
                },
            },
            "service": {
                "serviceName": "guardduty",
                "detectorId": "0a1b2c3d",
                "action": {
                    "actionType": "DNS_REQUEST",
                    "dnsRequestAction": { "domain": "pool.example.net", "protocol": "UDP", "blocked": false },
                },
                "resourceRole": "ACTOR",
                "count": count,
                "archived": false,
            },
            "severity": 8,
            "createdAt": "2026-01-15T10:20:11.000Z",
            "updatedAt": "2026-01-15T11:55:02.000Z",
            "title": "The EC2 instance is querying a domain name that is associated with Bitcoin activity.",
            "description": "The EC2 instance is querying a domain name that is associated with Bitcoin activity.",
        });
        finding.to_string()
    }
}
