//! Trying calls without doing anything: reads as small as they can be, and writes as EC2's dry run.

use std::collections::BTreeSet;

use async_trait::async_trait;
use jiff::SignedDuration;

use super::{
    acl::{Direction, NetworkAcl},
    call::Call,
    error::{CloudError, Fault},
    id::{AclId, InstanceId, InterfaceId, SecurityGroupId, VpcId},
    place::CloudPlace,
    tag::Tag,
};

/// The call that tells whose credentials are in use. Nobody needs a permission for it.
pub(super) const CALLER: &str = "GetCallerIdentity";

/// EC2's code for a dry run of a call that is permitted.
#[cfg(any(feature = "aws", test))]
pub(super) const DRY_RUN: &str = "DryRunOperation";

/// An account in a region in which calls can be tried.
#[async_trait]
pub trait Trial: Send + Sync {
    /// Which account and region this is meant to be.
    fn place(&self) -> &CloudPlace;

    /// The account that the credentials in use are of.
    async fn account(&self) -> Result<String, CloudError>;

    /// How far this machine's clock is ahead of AWS's. None if AWS did not say what time it is.
    async fn clock_ahead(&self) -> Option<SignedDuration>;

    /// Does a read, as small as it can be, and notes what it came upon. A `call` that is a write does nothing.
    async fn look(&self, call: Call, found: &mut Found) -> Result<(), CloudError>;

    /// Asks EC2 whether a write would be permitted on this subject, with these tags if it gives any. Nothing is written.
    ///
    /// Ok if it would. A call that has no dry run, or none on such a subject, is an error with the code `NoDryRun`.
    async fn dry_run(&self, call: Call, on: &Subject, tags: &[Tag]) -> Result<(), CloudError>;
}

/// What reads came upon: something to try writes on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Network ACLs, each with a number that none of its entries has.
    pub acls: Vec<(AclId, u16)>,
    /// The VPCs that these are of. Each VPC has one at least.
    pub vpcs: BTreeSet<VpcId>,
    /// A security group.
    pub group: Option<SecurityGroupId>,
    /// A security group with the tag of Quell's own.
    pub own_group: Option<SecurityGroupId>,
    /// An interface with its groups.
    pub interface: Option<(InterfaceId, Vec<SecurityGroupId>)>,
    /// An instance.
    pub instance: Option<InstanceId>,
    /// The ARN of a load balancer's target group.
    pub target_group: Option<String>,
}

impl Found {
    /// Notes network ACLs.
    pub(super) fn note_acls<'a>(&mut self, acls: impl IntoIterator<Item = &'a NetworkAcl>) {
        for acl in acls {
            self.acls.push((acl.id.clone(), acl.free_number(Direction::Ingress)));
            self.vpcs.insert(acl.vpc.clone());
        }
    }
}

/// What a write is tried on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A network ACL, and a number that none of its entries has: were a dry run taken for the real thing, nothing of anybody's would change.
    Acl(AclId, u16),
    /// A VPC.
    Vpc(VpcId),
    /// A security group.
    Group(SecurityGroupId),
    /// An interface with the groups that it has, and that it would have afterwards.
    Interface(InterfaceId, Vec<SecurityGroupId>),
    /// An instance.
    Instance(InstanceId),
}

impl Subject {
    /// Its id.
    pub fn id(&self) -> &str {
        match self {
            Self::Acl(id, _) => id.as_str(),
            Self::Vpc(id) => id.as_str(),
            Self::Group(id) => id.as_str(),
            Self::Interface(id, _) => id.as_str(),
            Self::Instance(id) => id.as_str(),
        }
    }
}

/// The answer to a dry run, by what the API answered: a permitted one is an error there.
#[cfg(any(feature = "aws", test))]
pub(super) fn judged(call: Call, answer: Result<(), CloudError>) -> Result<(), CloudError> {
    match answer {
        Err(CloudError {
            fault: Fault::Invalid { code, .. },
            ..
        }) if code == DRY_RUN => Ok(()),
        Err(error) => Err(error),
        Ok(()) => {
            let fault = Fault::Other {
                code: "NotADryRun".to_owned(),
                message: "the call was answered as if it were meant: what is behind the end point knows no dry runs"
                    .to_owned(),
            };
            Err(CloudError::new(call.name(), fault))
        }
    }
}

/// The error of a call that can't be tried on a subject.
pub(super) fn no_dry_run(call: Call, on: &Subject) -> CloudError {
    let fault = Fault::Invalid {
        code: "NoDryRun".to_owned(),
        message: format!("there is no dry run of it on {}", on.id()),
    };
    CloudError::new(call.name(), fault)
}

/// Whether an error says that a permission is missing, and not that there are no good credentials.
pub fn is_not_permitted(fault: &Fault) -> bool {
    let Fault::Denied { code, .. } = fault else {
        return false;
    };
    matches!(
        code.as_str(),
        // The last is what SNS says.
        "UnauthorizedOperation" | "AccessDenied" | "AccessDeniedException" | "AuthorizationError"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(code: &str) -> Result<(), CloudError> {
        let fault = Fault::Invalid {
            code: code.to_owned(),
            message: String::new(),
        };
        judged(
            Call::StopInstances,
            Err(CloudError::new(Call::StopInstances.name(), fault)),
        )
    }

    #[test]
    fn only_the_answer_to_a_dry_run_proves_a_permission() {
        assert!(answered(DRY_RUN).is_ok());
        assert!(answered("InvalidParameterValue").is_err());
        let taken_for_real = judged(Call::StopInstances, Ok(())).unwrap_err();
        assert!(taken_for_real.to_string().contains("NotADryRun"), "{taken_for_real}");
    }

    #[test]
    fn bad_credentials_are_not_taken_for_a_missing_permission() {
        let denied = |code: &str| Fault::Denied {
            code: code.to_owned(),
            message: String::new(),
        };
        assert!(is_not_permitted(&denied("UnauthorizedOperation")));
        assert!(!is_not_permitted(&denied("ExpiredToken")));
    }
}
