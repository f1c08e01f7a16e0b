//! Events as Lambda gets them.

use quell_tests::moto::{ACCOUNT, REGION};
use serde_json::{Value, json};

/// An event of SNS with these messages, each with its id.
pub(crate) fn of_sns(messages: &[(&str, String)]) -> Value {
    let record = |(id, message): &(&str, String)| {
        json!({
            "EventVersion": "1.0",
            "EventSource": "aws:sns",
            "EventSubscriptionArn": format!("arn:aws:sns:{REGION}:{ACCOUNT}:stealthwatch-cloud:0a1b"),
            "Sns": {
                "Type": "Notification",
                "MessageId": id,
                "TopicArn": format!("arn:aws:sns:{REGION}:{ACCOUNT}:stealthwatch-cloud"),
                "Subject": null,
                "Message": message,
                "Timestamp": "2026-01-14T22:41:08.000Z",
                "SignatureVersion": "1",
                "Signature": "EXAMPLE",
                "SigningCertUrl": "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0.pem",
                "UnsubscribeUrl": "https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe",
                "MessageAttributes": {}
            }
        })
    };
    json!({ "Records": messages.iter().map(record).collect::<Vec<_>>() })
}

/// An event of a queue with these bodies, each with its id.
pub(crate) fn of_queue(bodies: &[(String, String)]) -> Value {
    of_queue_at(&format!("arn:aws:sqs:{REGION}:{ACCOUNT}:alerts"), bodies)
}

/// An event of the queue with this ARN.
pub(crate) fn of_queue_at(arn: &str, bodies: &[(String, String)]) -> Value {
    let record = |(id, body): &(String, String)| {
        json!({
            "messageId": id,
            "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
            "body": body,
            "attributes": {
                "ApproximateReceiveCount": "1",
                "SentTimestamp": "1768430468000",
                "SenderId": "AIDAIENQZJOLO23YVJ4VO",
                "ApproximateFirstReceiveTimestamp": "1768430468001"
            },
            "messageAttributes": {},
            "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
            "eventSource": "aws:sqs",
            "eventSourceARN": arn,
            "awsRegion": REGION
        })
    };
    json!({ "Records": bodies.iter().map(record).collect::<Vec<_>>() })
}

/// A message as SNS writes it to a queue.
pub(crate) fn in_sns(id: &str, message: &str) -> String {
    json!({
        "Type": "Notification",
        "MessageId": id,
        "TopicArn": format!("arn:aws:sns:{REGION}:{ACCOUNT}:stealthwatch-cloud"),
        "Message": message,
        "Timestamp": "2026-01-14T22:41:08.000Z",
        "SignatureVersion": "1",
        "Signature": "EXAMPLE",
        "SigningCertURL": "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0.pem",
        "UnsubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe"
    })
    .to_string()
}

/// A rule's schedule.
pub(crate) fn tick() -> Value {
    json!({
        "version": "0",
        "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": "2026-01-14T22:41:00Z",
        "region": REGION,
        "resources": [format!("arn:aws:events:{REGION}:{ACCOUNT}:rule/quell-tick")],
        "detail": {}
    })
}

/// A request to a Function URL.
pub(crate) fn of_function_url(method: &str, path: &str, token: Option<&str>, body: &str) -> Value {
    let mut headers = json!({ "content-type": "application/json", "x-forwarded-proto": "https" });
    if let Some(token) = token {
        headers["authorization"] = format!("Bearer {token}").into();
    }
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": headers,
        "requestContext": {
            "accountId": "anonymous",
            "domainName": "abcdefghijklmnopqrstuvwxyz012345.lambda-url.eu-west-1.on.aws",
            "http": { "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7", "userAgent": "curl" },
            "stage": "$default"
        },
        "body": body,
        "isBase64Encoded": false
    })
}

/// The same request as a REST API tells it.
pub(crate) fn of_rest_api(of_function_url: &Value) -> Value {
    let request = &of_function_url["requestContext"]["http"];
    json!({
        "resource": "/{proxy+}",
        "path": of_function_url["rawPath"],
        "httpMethod": request["method"],
        "headers": of_function_url["headers"],
        "multiValueHeaders": null,
        "queryStringParameters": null,
        "multiValueQueryStringParameters": null,
        "pathParameters": null,
        "stageVariables": null,
        "requestContext": {
            "stage": "prod",
            "resourcePath": "/{proxy+}",
            "httpMethod": request["method"],
            "identity": { "sourceIp": request["sourceIp"], "userAgent": "curl" }
        },
        "body": of_function_url["body"],
        "isBase64Encoded": of_function_url["isBase64Encoded"]
    })
}
