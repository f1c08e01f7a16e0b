//! What a request to AWS is about.

use std::{collections::HashMap, fmt};

use hyper::{HeaderMap, header::AUTHORIZATION};
use serde_json::Value;

/// One request to AWS, as far as it is understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsRequest {
    /// The service that it is signed for, such as `ec2`.
    pub service: String,
    /// What is asked for, such as `CreateNetworkAclEntry`. Empty if that is not understood.
    pub action: String,
    /// The network ACL that it names.
    pub acl: Option<String>,
    /// The number of the entry that it is about.
    pub number: Option<u16>,
    /// The prefix of the entry that it writes.
    pub prefix: Option<String>,
    /// Whether the entry is for traffic that leaves the subnet.
    pub egress: bool,
    /// Whether EC2 is only to say whether it would be permitted.
    pub dry_run: bool,
    /// How many items it asks DynamoDB for, or writes there.
    pub items: usize,
    /// Whether it asks DynamoDB for the last of a range first.
    pub backwards: bool,
    /// Whether it asks DynamoDB only how many items there are.
    pub counts: bool,
    /// The body of the message that it sends to a queue.
    pub message: Option<String>,
    /// For how many seconds the queue is to keep that message back.
    pub delay: Option<i64>,
}

impl AwsRequest {
    /// Reads it: the service from the signature's scope, the rest from EC2's query protocol or, for services that speak JSON, from their header.
    pub(super) fn read(headers: &HeaderMap, body: &[u8]) -> Self {
        let mut fields: HashMap<_, _> = url::form_urlencoded::parse(body).into_owned().collect();
        let mut take = |names: &[&str]| names.iter().find_map(|name| fields.remove(*name));
        let json: Value = serde_json::from_slice(body).unwrap_or_default();
        Self {
            service: service(headers).unwrap_or_default(),
            action: take(&["Action"]).or_else(|| target(headers)).unwrap_or_default(),
            acl: take(&["NetworkAclId", "NetworkAclId.1"]),
            number: take(&["RuleNumber"]).and_then(|number| number.parse().ok()),
            prefix: take(&["CidrBlock", "Ipv6CidrBlock"]),
            egress: take(&["Egress"]).as_deref() == Some("true"),
            dry_run: take(&["DryRun"]).as_deref() == Some("true"),
            items: items(&json),
            backwards: json["ScanIndexForward"] == false,
            counts: json["Select"] == "COUNT",
            message: json["MessageBody"].as_str().map(str::to_owned),
            delay: json["DelaySeconds"].as_i64(),
        }
    }

    /// Whether it is one of EC2's.
    pub fn is_ec2(&self) -> bool {
        self.service == "ec2"
    }

    /// Whether it is one of DynamoDB's.
    pub(super) fn is_dynamo(&self) -> bool {
        self.service == "dynamodb"
    }

    /// Whether it writes several items to DynamoDB, all or none.
    pub(super) fn is_transaction(&self) -> bool {
        self.is_dynamo() && self.action == "TransactWriteItems"
    }

    /// Whether it changes something.
    pub fn is_write(&self) -> bool {
        self.is_ec2() && !self.dry_run && !self.action.starts_with("Describe")
    }

    /// Whether it changes an entry of a network ACL.
    pub(super) fn is_of_an_entry(&self) -> bool {
        self.is_ec2() && self.action.ends_with("NetworkAclEntry")
    }

    /// Whether it reads network ACLs.
    pub fn is_acl_read(&self) -> bool {
        self.is_ec2() && self.action == "DescribeNetworkAcls"
    }
}

/// One line: `CreateNetworkAclEntry 99 203.0.113.7/32`.
impl fmt::Display for AwsRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.action)?;
        if let Some(number) = self.number {
            write!(formatter, " {number}")?;
        }
        if let Some(prefix) = &self.prefix {
            write!(formatter, " {prefix}")?;
        }
        Ok(())
    }
}

/// Of a request to DynamoDB: how many items it names. 1 if it is about one, or about a range.
fn items(body: &Value) -> usize {
    let written = body["TransactItems"].as_array().map(Vec::len);
    let asked = body["RequestItems"].as_object().map(|tables| {
        let keys = tables.values().filter_map(|table| table["Keys"].as_array());
        keys.map(Vec::len).sum()
    });
    written.or(asked).unwrap_or(1)
}

/// `Credential=KEY/20260301/eu-west-1/ec2/aws4_request`: the last but one.
fn service(headers: &HeaderMap) -> Option<String> {
    let signature = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let scope = signature.split_once("Credential=")?.1.split(',').next()?;
    scope.rsplit('/').nth(1).map(str::to_owned)
}

/// `X-Amz-Target: ServiceQuotasV20190624.GetServiceQuota`: what is behind the dot.
fn target(headers: &HeaderMap) -> Option<String> {
    let target = headers.get("x-amz-target")?.to_str().ok()?;
    target.rsplit('.').next().map(str::to_owned)
}
