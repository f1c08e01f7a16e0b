//! DynamoDB's answers in pieces: pages of two items, and one key of a batch at a time.

use bytes::Bytes;
use hyper::StatusCode;
use serde_json::{Map, Value, json};

use super::request::AwsRequest;

/// How many items a page has at most.
const PAGE: u64 = 2;

/// A part of what a request asks for.
pub(super) struct Piece {
    asked: Bytes,
    /// The keys that are left out, as DynamoDB tells them. None if a page may be the last all the same.
    left: Option<Value>,
}

impl Piece {
    /// What is asked for in place of all of it. None if it is no more.
    pub(super) fn of(request: &AwsRequest, body: &[u8]) -> Option<Self> {
        let mut body: Value = serde_json::from_slice(body).ok()?;
        let left = match request.action.as_str() {
            "BatchGetItem" => Some(leave(&mut body)?),
            _ => {
                let asked = body.as_object_mut()?;
                let limit = asked.get("Limit").and_then(Value::as_u64);
                if limit.is_some_and(|limit| limit <= PAGE) {
                    return None;
                }
                asked.insert("Limit".to_owned(), PAGE.into());
                None
            }
        };
        Some(Self {
            asked: body.to_string().into(),
            left,
        })
    }

    /// The request for it.
    pub(super) fn asked(&self) -> Bytes {
        self.asked.clone()
    }

    /// What is answered to the whole request by the answer to the piece. None if nothing was left out of it.
    pub(super) fn cut(&self, status: StatusCode, answer: &Bytes) -> Option<Bytes> {
        if !status.is_success() {
            return None;
        }
        let mut told: Map<String, Value> = serde_json::from_slice(answer).ok()?;
        let Some(left) = &self.left else {
            return told.contains_key("LastEvaluatedKey").then(|| answer.clone());
        };
        told.insert("UnprocessedKeys".to_owned(), left.clone());
        Some(Value::Object(told).to_string().into())
    }
}

/// Leaves one key in a request for several, and gives the others. None if there are none.
fn leave(body: &mut Value) -> Option<Value> {
    let tables = body.get_mut("RequestItems")?.as_object_mut()?;
    let (name, table) = tables.iter_mut().next()?;
    let keys = table.get_mut("Keys")?.as_array_mut()?;
    if keys.len() < 2 {
        return None;
    }
    let others = keys.split_off(1);
    let mut left = table.clone();
    left["Keys"] = Value::Array(others);
    Some(json!({ name.as_str(): left }))
}

#[cfg(test)]
mod tests {
    use hyper::HeaderMap;

    use super::*;

    fn piece(action: &str, body: &Value) -> Option<Piece> {
        let mut headers = HeaderMap::new();
        let target = format!("DynamoDB_20120810.{action}");
        headers.insert("x-amz-target", target.parse().unwrap());
        let body = body.to_string();
        let request = AwsRequest::read(&headers, body.as_bytes());
        Piece::of(&request, body.as_bytes())
    }

    fn read(bytes: &Bytes) -> Value {
        serde_json::from_slice(bytes).unwrap()
    }

    #[test]
    fn a_page_is_cut_and_one_that_is_as_short_already_is_not() {
        let cut = piece("Query", &json!({ "TableName": "t", "Limit": 100 })).unwrap();
        assert_eq!(read(&cut.asked()), json!({ "TableName": "t", "Limit": 2 }));
        assert!(piece("Scan", &json!({ "TableName": "t", "Limit": 1 })).is_none());
        let last = Bytes::from_static(br#"{ "Count": 1 }"#);
        assert_eq!(cut.cut(StatusCode::OK, &last), None);
        let one_of_more = Bytes::from_static(br#"{ "Count": 2, "LastEvaluatedKey": {} }"#);
        assert_eq!(cut.cut(StatusCode::OK, &one_of_more), Some(one_of_more));
    }

    #[test]
    fn of_a_batch_one_key_is_asked_for_and_the_others_are_given_back() {
        let of = |keys: Value| json!({ "t": { "ConsistentRead": true, "Keys": keys } });
        let whole = json!({ "RequestItems": of(json!([1, 2, 3])) });
        let cut = piece("BatchGetItem", &whole).unwrap();
        assert_eq!(read(&cut.asked()), json!({ "RequestItems": of(json!([1])) }));
        let answer = Bytes::from_static(br#"{ "Responses": { "t": [] }, "UnprocessedKeys": {} }"#);
        let told = cut.cut(StatusCode::OK, &answer).unwrap();
        assert_eq!(read(&told)["UnprocessedKeys"], of(json!([2, 3])));
        assert!(piece("BatchGetItem", &json!({ "RequestItems": of(json!([1])) })).is_none());
    }
}
