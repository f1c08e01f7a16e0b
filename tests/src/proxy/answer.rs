//! What the proxy answers by itself.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Response, StatusCode};
use serde_json::json;

use super::{request::AwsRequest, trouble::Kind};

/// An answer with its whole body.
pub(super) type Answer = Response<Full<Bytes>>;

/// What it says of most troubles.
const WHY: &str = "The test wants it so.";

/// What is answered to a request that is not to be done. None if it is to be.
pub(super) fn refusal(trouble: Option<&Kind>, request: &AwsRequest) -> Option<Answer> {
    let (status, code) = match trouble {
        Some(Kind::Throttled) if request.is_dynamo() => {
            (StatusCode::BAD_REQUEST, "ProvisionedThroughputExceededException")
        }
        Some(Kind::Throttled) => (StatusCode::SERVICE_UNAVAILABLE, "RequestLimitExceeded"),
        Some(Kind::ThrottledByAccount) => (StatusCode::BAD_REQUEST, "ThrottlingException"),
        Some(Kind::Cancelled) => {
            let message = "Throughput exceeds the current capacity of your table or index. DynamoDB is automatically scaling your table or index so please try again shortly.";
            return Some(cancelled(request.items, "ThrottlingError", message));
        }
        Some(Kind::Conflict) if request.is_transaction() => {
            let message = "Transaction is ongoing for the item";
            return Some(cancelled(request.items, "TransactionConflict", message));
        }
        Some(Kind::Conflict) => (StatusCode::BAD_REQUEST, "TransactionConflictException"),
        Some(Kind::NotPermitted) if request.is_ec2() => (StatusCode::FORBIDDEN, "UnauthorizedOperation"),
        Some(Kind::NotPermitted) => (StatusCode::BAD_REQUEST, "AccessDeniedException"),
        Some(Kind::Invalid) => (StatusCode::BAD_REQUEST, "InvalidParameterValue"),
        // moto does some of them for real.
        None if request.dry_run && request.is_ec2() => (StatusCode::PRECONDITION_FAILED, "DryRunOperation"),
        _ => return None,
    };
    Some(match request.is_ec2() {
        true => ec2_error(status, code, WHY),
        false => json_error(status, &named(request, code), WHY),
    })
}

/// What is answered to a request that was done, in place of its own answer, by a service that fails.
pub(super) fn failure(request: &AwsRequest) -> Answer {
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    match request.is_dynamo() {
        true => json_error(status, &named(request, "InternalServerError"), WHY),
        false => ec2_error(status, "InternalError", WHY),
    }
}

/// An error as EC2 words it.
fn ec2_error(status: StatusCode, code: &str, message: &str) -> Answer {
    with_status(status, ec2_error_text(code, message))
}

/// The body of such an error.
pub(super) fn ec2_error_text(code: &str, message: &str) -> Bytes {
    let text = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors><RequestID>00000000-0000-4000-8000-000000000000</RequestID></Response>"#
    );
    text.into()
}

/// An error as services word it that speak JSON.
fn json_error(status: StatusCode, code: &str, message: &str) -> Answer {
    let body = json!({ "__type": code, "message": message });
    with_status(status, body.to_string().into())
}

/// An error's code as a service names it.
fn named(request: &AwsRequest, code: &str) -> String {
    match request.is_dynamo() {
        true => format!("com.amazonaws.dynamodb.v20120810#{code}"),
        false => code.to_owned(),
    }
}

/// A transaction of DynamoDB's on so many items that was cancelled, for a reason that one of them has: each has its place among the reasons.
fn cancelled(items: usize, code: &str, message: &str) -> Answer {
    let place = items / 2;
    let codes: Vec<_> = (0..items)
        .map(|item| if item == place { code } else { "None" })
        .collect();
    let reasons: Vec<_> = (0..items)
        .map(|item| match item == place {
            true => json!({ "Code": code, "Message": message }),
            false => json!({ "Code": "None" }),
        })
        .collect();
    let body = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": format!(
            "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
            codes.join(", ")
        ),
        "CancellationReasons": reasons,
    });
    with_status(StatusCode::BAD_REQUEST, body.to_string().into())
}

/// Any answer.
pub(super) fn with_status(status: StatusCode, body: Bytes) -> Answer {
    let mut answer = Response::new(Full::new(body));
    *answer.status_mut() = status;
    answer
}
