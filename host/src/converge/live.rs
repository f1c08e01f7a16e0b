//! Live: what a target is, by what was read and by what we know that we did.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Serving;
use crate::{
    cloud::{GroupRule, Interface, Machine, NetworkAcl, SecurityGroupId},
    hold::Resource,
};

/// What a target is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Live {
    /// A network ACL with its entries.
    Acl(NetworkAcl),
    /// An instance with its interfaces.
    Instance(LiveInstance),
    /// A security group with its rules.
    Group(LiveGroup),
    /// Nothing any more.
    Gone(Gone),
}

/// An instance, and the interfaces that Quell has to do with: those that it has, and those whose groups Quell changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LiveInstance {
    /// The instance. None if it is gone.
    pub machine: Option<Machine>,
    /// The interfaces, those of the instance first.
    pub interfaces: Vec<Interface>,
    /// Whom it serves, while a hold isolates or stops it. None if it is in no target group of a load balancer, and if nobody asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serving: Option<Serving>,
}

/// A security group, as those read it who change its rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LiveGroup {
    /// The group.
    pub group: SecurityGroupId,
    /// Its rules, both directions, by id.
    pub rules: Vec<GroupRule>,
}

/// A network ACL or a security group that EC2 does not know any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Gone {
    /// Its id.
    #[schemars(with = "String")]
    pub gone: Resource,
}

impl Live {
    /// The network ACL, if it is one.
    pub fn acl(&self) -> Option<&NetworkAcl> {
        match self {
            Self::Acl(acl) => Some(acl),
            Self::Instance(_) | Self::Group(_) | Self::Gone(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gone_is_read_as_gone_and_not_as_an_instance_without_anything() {
        let gone = Live::Gone(Gone {
            gone: "acl-0a1b2c3d".parse().unwrap(),
        });
        let json = serde_json::to_string(&gone).unwrap();
        assert_eq!(json, r#"{"gone":"acl-0a1b2c3d"}"#);
        assert_eq!(serde_json::from_str::<Live>(&json).unwrap(), gone);
    }
}
