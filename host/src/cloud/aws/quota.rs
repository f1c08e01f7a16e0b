//! The quota of rules in a network ACL, from Service Quotas.

use aws_sdk_servicequotas::Client;

use super::fault::cloud_error;
use crate::cloud::{
    call::Call,
    error::{CloudError, Fault},
    quota::{RULES_PER_NETWORK_ACL, SERVICE},
};

/// The quota that is applied in this account and region. Where it was never changed, Service Quotas may know only Amazon's default.
pub(super) async fn rules_per_network_acl(client: &Client) -> Result<u16, CloudError> {
    let call = Call::GetServiceQuota;
    let applied = client
        .get_service_quota()
        .service_code(SERVICE)
        .quota_code(RULES_PER_NETWORK_ACL)
        .send()
        .await;
    let quota = match applied {
        Ok(answer) => answer.quota,
        Err(error)
            if error
                .as_service_error()
                .is_some_and(|said| said.is_no_such_resource_exception()) =>
        {
            let default = client
                .get_aws_default_service_quota()
                .service_code(SERVICE)
                .quota_code(RULES_PER_NETWORK_ACL)
                .send()
                .await;
            default.map_err(|error| cloud_error(call, &error))?.quota
        }
        Err(error) => return Err(cloud_error(call, &error)),
    };
    quota.and_then(|quota| quota.value).and_then(whole).ok_or_else(|| {
        let fault = Fault::Other {
            code: "unreadable".to_owned(),
            message: format!("the quota {RULES_PER_NETWORK_ACL} has no value that is a number of rules"),
        };
        CloudError::new(call.name(), fault)
    })
}

/// A quota as a number of rules. Service Quotas has floating-point numbers for all.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is finite, not negative, and at most u16::MAX"
)]
fn whole(value: f64) -> Option<u16> {
    (value.is_finite() && value >= 0.0).then(|| value.min(f64::from(u16::MAX)) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_a_whole_number_of_rules_or_none() {
        assert_eq!(whole(20.0), Some(20));
        assert_eq!(whole(1e9), Some(u16::MAX));
        for odd in [-1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(whole(odd), None);
        }
    }
}
