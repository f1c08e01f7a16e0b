//! The quota of rules in a network ACL, as Service Quotas knows it.

use super::error::{CloudError, Fault};

/// The service that the quota belongs to.
#[cfg(feature = "aws")]
pub(super) const SERVICE: &str = "vpc";
/// The quota: "Rules per network ACL", in each direction.
pub const RULES_PER_NETWORK_ACL: &str = "L-2AEEBF1A";

/// What [`super::Cloud::rule_quota`] makes of an answer. A quota that can't be had is no error: many roles may not ask for it, and in a
/// network without a way out the service can't be reached. What may pass stays an error, so that who asked can ask again.
pub(super) fn if_to_be_had(answer: Result<u16, CloudError>) -> Result<Option<u16>, CloudError> {
    match answer {
        Ok(quota) => Ok(Some(quota)),
        Err(error) => match error.fault {
            Fault::Throttled { .. } | Fault::Other { .. } => Err(error),
            _ => {
                tracing::debug!("the quota of rules is not known here: {error}");
                Ok(None)
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::call::Call;

    fn answered(fault: Fault) -> Result<Option<u16>, CloudError> {
        if_to_be_had(Err(CloudError::new(Call::GetServiceQuota.name(), fault)))
    }

    #[test]
    fn a_quota_that_may_not_be_asked_for_is_no_error() {
        let denied = Fault::Denied {
            code: "AccessDeniedException".to_owned(),
            message: String::new(),
        };
        let away = Fault::Unreachable { message: String::new() };
        let unknown = Fault::Invalid {
            code: "NoSuchResourceException".to_owned(),
            message: String::new(),
        };
        for fault in [denied, away, unknown] {
            assert_eq!(answered(fault).unwrap(), None);
        }
    }

    #[test]
    fn a_service_that_is_busy_can_be_asked_again() {
        let busy = Fault::Throttled {
            code: "TooManyRequestsException".to_owned(),
            message: String::new(),
        };
        assert!(answered(busy).unwrap_err().is_passing());
    }
}
