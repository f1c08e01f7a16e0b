//! What the proxy answers by itself.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Response, StatusCode};

/// An answer with its whole body.
pub(super) type Answer = Response<Full<Bytes>>;

/// An error as EC2 words it.
pub(super) fn ec2_error(status: StatusCode, code: &str, message: &str) -> Answer {
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
pub(super) fn json_error(status: StatusCode, code: &str, message: &str) -> Answer {
    let body = format!(r#"{{"__type": "{code}", "message": "{message}"}}"#);
    with_status(status, body.into())
}

/// A transaction of DynamoDB's that was cancelled because another one was under way on one of its items.
pub(super) fn conflict() -> Answer {
    let body = r#"{"__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons [TransactionConflict]",
        "CancellationReasons": [{"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}]}"#;
    with_status(StatusCode::BAD_REQUEST, body.into())
}

/// Any answer.
pub(super) fn with_status(status: StatusCode, body: Bytes) -> Answer {
    let mut answer = Response::new(Full::new(body));
    *answer.status_mut() = status;
    answer
}
