//! The target of a hold.

use std::{borrow::Cow, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

use crate::cloud::{AclId, CloudPlace, InstanceId, SecurityGroupId};

/// One thing of one account in one region that holds bear on, and that is brought to them as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "WrittenTarget", from = "WrittenTarget")]
pub struct Target {
    /// The AWS account, 12 digits.
    pub account: String,
    /// The AWS region.
    pub region: String,
    /// What it is.
    pub resource: Resource,
}

/// What a target is. In JSON its id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Resource {
    /// A network ACL.
    Acl(AclId),
    /// An instance with its interfaces.
    Instance(InstanceId),
    /// A security group.
    SecurityGroup(SecurityGroupId),
}

/// One thing of one account in one region, as JSON has it: a field is named after its kind.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Target")]
struct WrittenTarget {
    /// The AWS account, 12 digits.
    account: String,
    /// The AWS region.
    region: String,
    #[serde(flatten)]
    resource: WrittenResource,
}

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum WrittenResource {
    /// A network ACL.
    Acl(AclId),
    /// An instance with its interfaces.
    Instance(InstanceId),
    /// A security group.
    SecurityGroup(SecurityGroupId),
}

/// A text that is the id of none of the resources that holds bear on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the id of a network ACL (acl-…), an instance (i-…) or a security group (sg-…)")]
pub struct NotAResource(String);

impl Target {
    /// A resource of an account and region.
    pub fn new(place: &CloudPlace, resource: impl Into<Resource>) -> Self {
        Self {
            account: place.account.clone(),
            region: place.region.clone(),
            resource: resource.into(),
        }
    }

    /// Its account and region.
    pub fn place(&self) -> CloudPlace {
        CloudPlace {
            account: self.account.clone(),
            region: self.region.clone(),
        }
    }

    /// The network ACL, if it is one.
    pub fn acl(&self) -> Option<&AclId> {
        match &self.resource {
            Resource::Acl(acl) => Some(acl),
            Resource::Instance(_) | Resource::SecurityGroup(_) => None,
        }
    }
}

impl Resource {
    /// Its id.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Acl(id) => id.as_str(),
            Self::Instance(id) => id.as_str(),
            Self::SecurityGroup(id) => id.as_str(),
        }
    }

    /// Its kind, in words.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Acl(_) => "network ACL",
            Self::Instance(_) => "instance",
            Self::SecurityGroup(_) => "security group",
        }
    }
}

impl From<AclId> for Resource {
    fn from(id: AclId) -> Self {
        Self::Acl(id)
    }
}

impl From<InstanceId> for Resource {
    fn from(id: InstanceId) -> Self {
        Self::Instance(id)
    }
}

impl From<SecurityGroupId> for Resource {
    fn from(id: SecurityGroupId) -> Self {
        Self::SecurityGroup(id)
    }
}

impl From<WrittenTarget> for Target {
    fn from(written: WrittenTarget) -> Self {
        Self {
            account: written.account,
            region: written.region,
            resource: match written.resource {
                WrittenResource::Acl(id) => Resource::Acl(id),
                WrittenResource::Instance(id) => Resource::Instance(id),
                WrittenResource::SecurityGroup(id) => Resource::SecurityGroup(id),
            },
        }
    }
}

impl From<Target> for WrittenTarget {
    fn from(target: Target) -> Self {
        Self {
            account: target.account,
            region: target.region,
            resource: match target.resource {
                Resource::Acl(id) => WrittenResource::Acl(id),
                Resource::Instance(id) => WrittenResource::Instance(id),
                Resource::SecurityGroup(id) => WrittenResource::SecurityGroup(id),
            },
        }
    }
}

impl JsonSchema for Target {
    fn schema_name() -> Cow<'static, str> {
        WrittenTarget::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        WrittenTarget::json_schema(generator)
    }
}

impl From<Resource> for String {
    fn from(resource: Resource) -> Self {
        resource.as_str().to_owned()
    }
}

impl TryFrom<String> for Resource {
    type Error = NotAResource;

    fn try_from(text: String) -> Result<Self, NotAResource> {
        text.parse()
    }
}

/// By its id alone: each kind has a prefix of its own.
impl FromStr for Resource {
    type Err = NotAResource;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let acl = text.parse().map(Self::Acl);
        let instance = text.parse().map(Self::Instance);
        let group = text.parse().map(Self::SecurityGroup);
        acl.or(instance)
            .or(group)
            .map_err(|_| NotAResource(text.chars().take(64).collect()))
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}/{}", self.account, self.region, self.resource)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_of_an_older_recording_is_still_read() {
        let text = r#"{"account":"111122223333","region":"eu-west-1","acl":"acl-0a1b2c3d"}"#;
        let target: Target = serde_json::from_str(text).unwrap();
        assert_eq!(target.resource, Resource::Acl("acl-0a1b2c3d".parse().unwrap()));
        assert_eq!(serde_json::to_string(&target).unwrap(), text);
    }

    #[test]
    fn a_resource_is_known_by_its_id() {
        assert!(matches!("i-0a1b2c3d".parse(), Ok(Resource::Instance(_))));
        assert!(matches!("sg-0a1b2c3d".parse(), Ok(Resource::SecurityGroup(_))));
        let error = "vpc-0a1b2c3d".parse::<Resource>().unwrap_err();
        insta::assert_snapshot!(error, @"`vpc-0a1b2c3d` is not the id of a network ACL (acl-…), an instance (i-…) or a security group (sg-…)");
    }
}
