//! Requests in the forms that AWS gives them.

use axum::http::Method;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::text::with_causes;

/// As a Function URL tells a request.
fn of_function_url(path: &str, query: &str, body: Value) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {
            "authorization": "Bearer a-token",
            "content-type": "application/json",
            "host": "abcdefghijklmnopqrstuvwxyz012345.lambda-url.eu-west-1.on.aws",
            "x-forwarded-proto": "https"
        },
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "abcdefghijklmnopqrstuvwxyz012345",
            "domainName": "abcdefghijklmnopqrstuvwxyz012345.lambda-url.eu-west-1.on.aws",
            "http": { "method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7", "userAgent": "curl" },
            "requestId": "id",
            "routeKey": "$default",
            "stage": "$default",
            "time": "05/Jan/2030:07:40:00 +0000",
            "timeEpoch": 1_893_829_200_000_u64
        },
        "body": body,
        "isBase64Encoded": false
    })
}

/// As a REST API tells a request, whose empty maps are null.
fn of_rest_api(path: &str) -> Value {
    json!({
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": "GET",
        "headers": { "Accept": "text/plain", "Authorization": "Bearer a-token" },
        "multiValueHeaders": { "Accept": ["text/plain", "application/json"], "Authorization": ["Bearer a-token"] },
        "queryStringParameters": { "address": "2001:db8::/32" },
        "multiValueQueryStringParameters": { "address": ["2001:db8::/32"] },
        "pathParameters": null,
        "stageVariables": null,
        "requestContext": { "stage": "prod", "resourcePath": "/{proxy+}", "httpMethod": "GET" },
        "body": null,
        "isBase64Encoded": false
    })
}

fn told(event: &Value) -> (Method, String, String) {
    let request = read(&event.to_string()).unwrap();
    let (head, body) = request.into_parts();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let body = runtime.block_on(axum::body::to_bytes(body, 1 << 20)).unwrap();
    (
        head.method,
        head.uri.to_string(),
        String::from_utf8(body.to_vec()).unwrap(),
    )
}

#[test]
fn a_request_to_a_function_url_is_as_it_was_sent() {
    let event = of_function_url("/alerts/guardduty", "", json!("{\"id\": 1}"));
    assert_eq!(
        told(&event),
        (Method::POST, "/alerts/guardduty".to_owned(), "{\"id\": 1}".to_owned())
    );
    let request = read(&event.to_string()).unwrap();
    assert_eq!(request.headers()["authorization"], "Bearer a-token");
}

#[test]
fn a_body_in_base64_is_unpacked() {
    let mut event = of_function_url("/alerts/guardduty", "", json!("eyJpZCI6IDF9"));
    event["isBase64Encoded"] = json!(true);
    assert_eq!(told(&event).2, "{\"id\": 1}");
    event["body"] = json!("eyJpZCI6IDF9*");
    insta::assert_snapshot!(with_causes(&read(&event.to_string()).unwrap_err()), @"the request's body is not the Base64 that the event says it is: Invalid symbol 42, offset 12.");
}

#[test]
fn a_stages_name_is_not_a_part_of_the_path() {
    let mut event = of_function_url("/prod/holds", "address=192.0.2.0%2F24", Value::Null);
    event["requestContext"]["stage"] = json!("prod");
    assert_eq!(told(&event).1, "/holds?address=192.0.2.0%2F24");
    event["rawPath"] = json!("/production/holds");
    assert_eq!(told(&event).1, "/production/holds?address=192.0.2.0%2F24");
}

#[test]
fn a_stages_name_is_not_a_part_of_the_path_in_the_older_format_either_and_what_is_only_called_like_it_stays() {
    for (stage, path, sent, expected) in [
        ("prod", "/prod/holds", "/prod/holds", "/holds"),
        ("prod", "/holds", "/prod/holds", "/holds"),
        ("prod", "/production/holds", "/production/holds", "/production/holds"),
        (
            "alerts",
            "/alerts/guardduty",
            "/alerts/alerts/guardduty",
            "/alerts/guardduty",
        ),
        (
            "alerts",
            "/alerts/alerts/guardduty",
            "/alerts/alerts/guardduty",
            "/alerts/guardduty",
        ),
        ("$default", "/holds", "/holds", "/holds"),
    ] {
        let mut event = of_rest_api(path);
        event["queryStringParameters"] = Value::Null;
        event["multiValueQueryStringParameters"] = Value::Null;
        event["version"] = json!("1.0");
        event["requestContext"]["stage"] = json!(stage);
        event["requestContext"]["path"] = json!(sent);
        assert_eq!(told(&event).1, expected, "{stage} {path} {sent}");
    }
    // A REST API at a domain of one's own, whose path never has the stage.
    let mut event = of_rest_api("/prod/holds");
    event["queryStringParameters"] = Value::Null;
    event["multiValueQueryStringParameters"] = Value::Null;
    event["requestContext"]["path"] = json!("/prod/holds");
    assert_eq!(told(&event).1, "/prod/holds");
}

#[test]
fn a_request_to_a_rest_api_has_all_its_headers_and_parameters() {
    let event = of_rest_api("/holds");
    assert_eq!(
        told(&event),
        (
            Method::GET,
            "/holds?address=2001%3Adb8%3A%3A%2F32".to_owned(),
            String::new()
        )
    );
    let request = read(&event.to_string()).unwrap();
    assert_eq!(request.headers().get_all("accept").iter().count(), 2);
}

#[test]
fn a_request_comes_from_where_aws_saw_it_and_not_from_where_a_header_says() {
    let mut url = of_function_url("/webhooks/sensor", "", Value::Null);
    url["headers"]["x-forwarded-for"] = json!("192.0.2.1");
    let mut api = of_rest_api("/holds");
    api["requestContext"]["identity"] = json!({ "sourceIp": "2001:db8::7", "userAgent": null });
    api["headers"]["X-Forwarded-For"] = json!("192.0.2.1");
    let from = |event: &Value| {
        let request = read(&event.to_string()).unwrap();
        request.extensions().get::<Peer>().map(|peer| peer.ip().to_string())
    };
    assert_eq!(from(&url).as_deref(), Some("203.0.113.7"));
    assert_eq!(from(&api).as_deref(), Some("2001:db8::7"));
    // As a test in the console has it.
    api["requestContext"]["identity"]["sourceIp"] = json!("test-invoke-source-ip");
    assert_eq!(from(&api), None);
    api["requestContext"]["identity"] = Value::Null;
    assert_eq!(from(&api), None);
}

#[test]
fn null_is_no_header_and_no_parameter() {
    let mut event = of_rest_api("/healthz");
    for key in [
        "headers",
        "multiValueHeaders",
        "queryStringParameters",
        "multiValueQueryStringParameters",
    ] {
        event[key] = Value::Null;
    }
    assert_eq!(told(&event), (Method::GET, "/healthz".to_owned(), String::new()));
}

#[test]
fn what_a_stranger_sends_is_refused_and_never_a_panic() {
    let mut told = Vec::new();
    for (key, value) in [
        ("rawPath", json!("no path")),
        ("rawPath", json!(5)),
        ("headers", json!({ "a b": "c" })),
        ("headers", json!({ "a": "b\nc" })),
    ] {
        let mut event = of_function_url("/", "", Value::Null);
        event[key] = value;
        told.push(with_causes(&read(&event.to_string()).unwrap_err()));
    }
    insta::assert_snapshot!(told.join("\n"), @r#"
    the request has no path, method or header that HTTP knows: path does not start with slash
    the event is not that of a Function URL or of API Gateway, in payload format 1.0 or 2.0: invalid type: integer `5`, expected a string at line 1 column 225
    the request has no path, method or header that HTTP knows: invalid HTTP header name
    the request has no path, method or header that HTTP knows: failed to parse header value
    "#);
}

proptest! {
    #[test]
    fn no_path_query_host_or_body_makes_it_panic(path in any::<String>(), query in any::<String>(), host in any::<String>(), body in any::<String>(), packed: bool) {
        let mut event = of_function_url(&path, &query, json!(body));
        event["headers"]["host"] = json!(host);
        event["isBase64Encoded"] = json!(packed);
        let _ = read(&event.to_string());
    }
}
