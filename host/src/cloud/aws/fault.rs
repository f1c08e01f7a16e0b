//! What went wrong, from what the SDK reports.

use std::{error::Error, fmt};

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_http::endpoint::ResolveEndpointError;

use super::role::NotAssumed;
use crate::cloud::{
    call::Call,
    error::{CloudError, Fault},
};

/// The error of `call`.
pub(super) fn cloud_error<E>(call: Call, error: &SdkError<E>) -> CloudError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    CloudError::new(call.name(), fault(error))
}

/// The error of `call`, whose answer can't be read.
pub(super) fn unread(call: Call) -> impl Fn(Fault) -> CloudError {
    move |fault| CloudError::new(call.name(), fault)
}

/// What EC2 would say if it were asked for one thing and not for a list.
pub(super) fn not_found(call: Call, code: &str, id: impl fmt::Display) -> CloudError {
    let fault = Fault::NotFound {
        code: code.to_owned(),
        message: format!("{id} does not exist"),
    };
    CloudError::new(call.name(), fault)
}

/// What went wrong.
pub(crate) fn fault<E>(error: &SdkError<E>) -> Fault
where
    E: ProvideErrorMetadata + Error + 'static,
{
    if let SdkError::ServiceError(answer) = error {
        let said = answer.err();
        return of_code(said.code(), said.message(), answer.raw().status().as_u16());
    }
    if let Some(not_assumed) = cause::<NotAssumed>(error) {
        return not_assumed.fault_of_call();
    }
    let message = with_causes(error);
    if lacks_credentials(error) {
        return Fault::Denied {
            code: "MissingCredentials".to_owned(),
            message,
        };
    }
    // Without a possible end point nothing is ever sent. The SDK reports that as a failure to dispatch, which looks as if it could pass.
    if cause::<ResolveEndpointError>(error).is_some() {
        return Fault::Invalid {
            code: "InvalidRequest".to_owned(),
            message: format!("{message}; check the region and the end point that are configured"),
        };
    }
    match error {
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) => Fault::Unreachable { message },
        SdkError::ConstructionFailure(_) => Fault::Invalid {
            code: "InvalidRequest".to_owned(),
            message,
        },
        _ => Fault::Other {
            code: "unreadable".to_owned(),
            message,
        },
    }
}

/// Whether there are no credentials, or their configuration is wrong. A source of credentials that fails or is slow is a matter of reaching it.
fn lacks_credentials(error: &(dyn Error + 'static)) -> bool {
    matches!(
        cause(error),
        Some(CredentialsError::CredentialsNotLoaded(_) | CredentialsError::InvalidConfiguration(_))
    )
}

/// An error and its causes, the outermost first.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// The error of this type among an error and its causes.
fn cause<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    chain(error).find_map(|error| error.downcast_ref())
}

/// An error and its causes on one line. The SDK's own way to print them adds their inner structure, which is for its authors.
fn with_causes(error: &(dyn Error + 'static)) -> String {
    chain(error).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// The fault for an error that EC2 answered with.
fn of_code(code: Option<&str>, message: Option<&str>, status: u16) -> Fault {
    let message = match code {
        // Some services write here what should have been signed: the request's headers, and with them the session's token.
        Some("IncompleteSignature" | "InvalidSignatureException" | "SignatureDoesNotMatch") => {
            "the signature is not accepted: check the secret access key and this machine's clock".to_owned()
        }
        _ => message.unwrap_or_default().to_owned(),
    };
    let Some(code) = code else {
        let code = format!("HTTP {status}");
        return if status < 500 {
            Fault::Invalid { code, message }
        } else {
            Fault::Other { code, message }
        };
    };
    let given = code;
    let code = given.to_owned();
    match given {
        "NetworkAclEntryAlreadyExists" => Fault::EntryExists { message },
        "NetworkAclEntryLimitExceeded" => Fault::EntryLimit { message },
        "AccessDenied"
        | "AccessDeniedException"
        | "AuthFailure"
        | "AuthorizationError"
        | "Blocked"
        | "ExpiredToken"
        | "ExpiredTokenException"
        | "IncompleteSignature"
        | "InvalidClientTokenId"
        | "InvalidSecurity"
        | "InvalidSignatureException"
        | "MissingAuthenticationToken"
        | "OptInRequired"
        | "PendingVerification"
        | "RequestExpired"
        | "SignatureDoesNotMatch"
        | "UnauthorizedOperation"
        | "UnrecognizedClientException" => Fault::Denied { code, message },
        "EC2ThrottledException"
        | "ProvisionedThroughputExceededException"
        | "RequestLimitExceeded"
        | "RequestThrottled"
        | "Throttling"
        | "ThrottlingException"
        | "TooManyRequestsException" => Fault::Throttled { code, message },
        "DependencyViolation"
        | "IncorrectInstanceState"
        | "IncorrectSpotRequestState"
        | "IncorrectState"
        | "UnsupportedHibernationConfiguration" => Fault::WrongState { code, message },
        _ if given.ends_with(".Duplicate") => Fault::Duplicate { code, message },
        "NotFound" | "ResourceNotFoundException" => Fault::NotFound { code, message },
        _ if given.ends_with(".NotFound") => Fault::NotFound { code, message },
        _ if status < 500 => Fault::Invalid { code, message },
        _ => Fault::Other { code, message },
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::{
        config::http::HttpResponse,
        error::{ConnectorError, ErrorMetadata},
    };
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("NetworkAclEntryAlreadyExists", "an entry with this number is there already")]
    #[case("NetworkAclEntryLimitExceeded", "the network ACL has no room")]
    #[case("UnauthorizedOperation", "not permitted (UnauthorizedOperation)")]
    #[case("ExpiredToken", "not permitted (ExpiredToken)")]
    #[case("RequestLimitExceeded", "throttled (RequestLimitExceeded)")]
    #[case("InvalidNetworkAclID.NotFound", "not found (InvalidNetworkAclID.NotFound)")]
    #[case("InvalidPermission.Duplicate", "there already (InvalidPermission.Duplicate)")]
    #[case("InvalidGroup.Duplicate", "there already (InvalidGroup.Duplicate)")]
    #[case(
        "InvalidSecurityGroupRuleId.NotFound",
        "not found (InvalidSecurityGroupRuleId.NotFound)"
    )]
    #[case("IncorrectInstanceState", "not possible in its state (IncorrectInstanceState)")]
    #[case("UnsupportedHibernationConfiguration", "not possible in its state")]
    #[case("RulesPerSecurityGroupLimitExceeded", "refused (RulesPerSecurityGroupLimitExceeded)")]
    #[case("InvalidParameterValue", "refused (InvalidParameterValue)")]
    fn each_code_of_ec2_has_its_fault(#[case] code: &str, #[case] said: &str) {
        let fault = of_code(Some(code), Some("its own text"), 400).to_string();
        assert!(fault.starts_with(said) && fault.contains("its own text"), "{fault}");
    }

    #[test]
    fn an_unknown_code_is_judged_by_the_status() {
        assert!(matches!(of_code(Some("New"), None, 400), Fault::Invalid { .. }));
        assert!(matches!(of_code(Some("New"), None, 503), Fault::Other { .. }));
        assert!(matches!(of_code(None, None, 404), Fault::Invalid { .. }));
        assert!(matches!(of_code(None, None, 500), Fault::Other { .. }));
    }

    #[test]
    fn what_should_have_been_signed_is_not_repeated_because_the_sessions_token_is_in_it() {
        let said = "The Canonical String for this request should have been 'POST\n/\n\nx-amz-security-token:s3cret\n'";
        for code in [
            "SignatureDoesNotMatch",
            "InvalidSignatureException",
            "IncompleteSignature",
        ] {
            let fault = of_code(Some(code), Some(said), 403);
            assert!(matches!(fault, Fault::Denied { .. }), "{fault}");
            assert!(!fault.to_string().contains("s3cret"), "{fault}");
        }
    }

    fn unanswered(error: SdkError<ErrorMetadata, HttpResponse>) -> Fault {
        fault(&error)
    }

    #[test]
    fn missing_credentials_are_not_taken_for_a_broken_network() {
        let missing = CredentialsError::not_loaded("no providers in chain provided credentials");
        let fault = unanswered(SdkError::dispatch_failure(ConnectorError::other(missing.into(), None)));
        assert!(
            matches!(&fault, Fault::Denied { code, .. } if code == "MissingCredentials"),
            "{fault}"
        );
        assert!(fault.to_string().contains("no providers in chain"), "{fault}");
    }

    #[test]
    fn a_source_of_credentials_that_is_slow_is_a_matter_of_reaching_it() {
        let slow = CredentialsError::provider_timed_out(std::time::Duration::from_secs(5));
        let fault = unanswered(SdkError::dispatch_failure(ConnectorError::other(slow.into(), None)));
        assert!(matches!(fault, Fault::Unreachable { .. }), "{fault}");
    }

    #[test]
    fn a_refused_connection_and_a_time_out_may_pass() {
        let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        for error in [
            SdkError::dispatch_failure(ConnectorError::io(refused.into())),
            SdkError::timeout_error("too slow"),
        ] {
            let fault = unanswered(error);
            assert!(matches!(fault, Fault::Unreachable { .. }), "{fault}");
            assert!(CloudError::new("DescribeVpcs", fault).is_passing());
        }
    }

    #[test]
    fn a_request_that_can_not_be_built_will_not_pass() {
        let fault = unanswered(SdkError::construction_failure("Missing Region"));
        assert!(matches!(&fault, Fault::Invalid { .. }), "{fault}");
        assert!(fault.to_string().contains("Missing Region"), "{fault}");
    }
}
