//! What can go wrong in a call to the cloud.

use super::{
    call::{Call, Service},
    trial::CALLER,
};

/// A call that failed, after its retries.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{service} {call}: {fault}", service = service(call))]
pub struct CloudError {
    /// The API's name of the call, such as `CreateNetworkAclEntry`.
    pub call: &'static str,
    /// What went wrong.
    pub fault: Fault,
}

/// Whose call it is.
fn service(call: &str) -> &'static str {
    match call {
        CALLER => "STS",
        _ => Call::named(call).map_or(Service::Ec2, Call::service).name(),
    }
}

/// What went wrong in a call. `code` is the API's own error code, `message` its own text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The thing is not there.
    #[error("not found ({code}): {message}")]
    NotFound {
        /// Such as `InvalidNetworkAclID.NotFound`.
        code: String,
        /// The API's own text.
        message: String,
    },
    /// The number is taken in that direction.
    #[error("an entry with this number is there already (NetworkAclEntryAlreadyExists): {message}")]
    EntryExists {
        /// The API's own text.
        message: String,
    },
    /// The ACL is full.
    #[error("the network ACL has no room for another rule (NetworkAclEntryLimitExceeded): {message}")]
    EntryLimit {
        /// The API's own text.
        message: String,
    },
    /// An equal thing is there already: a rule of a security group, or a security group of this name.
    #[error("there already ({code}): {message}")]
    Duplicate {
        /// Such as `InvalidPermission.Duplicate`.
        code: String,
        /// The API's own text.
        message: String,
    },
    /// The thing is not in a state in which this can be done to it. That may change, as when an instance has come up, or never: who called has to decide.
    #[error("not possible in its state ({code}): {message}")]
    WrongState {
        /// Such as `IncorrectInstanceState`.
        code: String,
        /// The API's own text.
        message: String,
    },
    /// The credentials are missing, wrong, or may not do this.
    #[error(
        "not permitted ({code}): {message}; allow the call in the role's IAM policy, or check which credentials are in use"
    )]
    Denied {
        /// Such as `UnauthorizedOperation`.
        code: String,
        /// The API's own text.
        message: String,
    },
    /// Too many calls, still after the retries.
    #[error("throttled ({code}): {message}")]
    Throttled {
        /// Such as `RequestLimitExceeded`.
        code: String,
        /// The API's own text.
        message: String,
    },
    /// No answer in time, or no connection. A write may have been done all the same.
    #[error("no answer: {message}")]
    Unreachable {
        /// What the transport says.
        message: String,
    },
    /// The API says that the request itself is wrong.
    #[error("refused ({code}): {message}")]
    Invalid {
        /// Such as `InvalidParameterValue`.
        code: String,
        /// The API's own text.
        message: String,
    },
    /// The API failed, or answered with something that can't be read.
    #[error("failed ({code}): {message}")]
    Other {
        /// The API's code, or `unreadable`.
        code: String,
        /// The API's own text, or what can't be read.
        message: String,
    },
}

impl Fault {
    /// It in one word.
    pub fn name(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "not-found",
            Self::EntryExists { .. } => "entry-exists",
            Self::EntryLimit { .. } => "entry-limit",
            Self::Duplicate { .. } => "duplicate",
            Self::WrongState { .. } => "wrong-state",
            Self::Denied { .. } => "denied",
            Self::Throttled { .. } => "throttled",
            Self::Unreachable { .. } => "unreachable",
            Self::Invalid { .. } => "invalid",
            Self::Other { .. } => "other",
        }
    }
}

impl CloudError {
    /// An error of `call`.
    pub fn new(call: &'static str, fault: Fault) -> Self {
        Self { call, fault }
    }

    /// Whether the same call may succeed later, with nothing changed but time.
    pub fn is_passing(&self) -> bool {
        matches!(
            self.fault,
            Fault::Throttled { .. } | Fault::Unreachable { .. } | Fault::Other { .. }
        )
    }

    /// Whether the thing that was asked for is not there.
    pub fn is_not_found(&self) -> bool {
        matches!(self.fault, Fault::NotFound { .. })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(Call::StopInstances, "EC2 StopInstances")]
    #[case(Call::EnterStandby, "Auto Scaling EnterStandby")]
    #[case(Call::DescribeTargetHealth, "Elastic Load Balancing DescribeTargetHealth")]
    #[case(Call::GetServiceQuota, "Service Quotas GetServiceQuota")]
    fn an_error_names_the_service_that_was_called(#[case] call: Call, #[case] said: &str) {
        assert_eq!(Call::named(call.name()), Some(call));
        let fault = Fault::WrongState {
            code: "IncorrectInstanceState".to_owned(),
            message: "no".to_owned(),
        };
        let error = CloudError::new(call.name(), fault);
        assert!(error.to_string().starts_with(said), "{error}");
        assert!(!error.is_passing());
    }
}
