//! Web requests of a Function URL.

use anyhow::ensure;
use quell_tests::{attack::Attack, stage::TOKEN};
use serde_json::Value;

use crate::{
    event::of_function_url,
    function::{Function, Wanted},
};

fn told(answer: &Value) -> String {
    format!(
        "{} {}",
        answer["statusCode"],
        answer["body"].as_str().unwrap_or_default()
    )
}

#[tokio::test]
async fn a_web_request_with_the_token_is_let_in_and_its_alert_worked_on_before_the_answer() -> anyhow::Result<()> {
    let attacks = [Attack::new(1, &[("203.0.113.7", 500)])];
    let function = Function::start(&Wanted {
        attacks: &attacks,
        ..Wanted::default()
    })
    .await?;
    let alert = function.on_web(&attacks[0]);
    let event = of_function_url("POST", "/alerts/stealthwatch-cloud", Some(TOKEN), &alert);
    let answer = function.invoke(&event).await?;
    ensure!(answer["statusCode"] == 202, "{answer}\n{}", function.log());
    assert_eq!(function.denied()?, ["203.0.113.7/32"]);

    let place = answer["headers"]["location"].as_str().unwrap_or_default();
    let seen = function.invoke(&of_function_url("GET", place, Some(TOKEN), "")).await?;
    assert!(
        seen["body"].as_str().unwrap_or_default().contains("\"state\":\"done\""),
        "{seen}"
    );
    let listed = function
        .invoke(&of_function_url("GET", "/holds", Some(TOKEN), ""))
        .await?;
    assert!(
        listed["body"].as_str().unwrap_or_default().contains("203.0.113.7/32"),
        "{listed}"
    );

    // The same request again is the same delivery.
    let again = function.invoke(&event).await?;
    assert!(
        again["body"]
            .as_str()
            .unwrap_or_default()
            .contains("\"seen-before\":true"),
        "{again}"
    );
    assert_eq!(function.holds().await?[0].offences, 1);
    Ok(())
}

#[tokio::test]
async fn a_web_request_with_a_wrong_token_or_none_is_refused_and_so_is_each_where_no_token_is_configured()
-> anyhow::Result<()> {
    let with = Function::start(&Wanted::default()).await?;
    let without = Function::start(&Wanted {
        without_token: true,
        ..Wanted::default()
    })
    .await?;
    let mut answers = Vec::new();
    for (function, token) in [
        (&with, Some("a-guess")),
        (&with, None),
        (&without, None),
        (&without, Some("")),
    ] {
        let event = of_function_url("POST", "/orders", token, "{\"resume\":{}}");
        answers.push(told(&function.invoke(&event).await?));
    }
    insta::assert_snapshot!(answers.join("\n"), @r#"
    401 {"error":"the bearer token is missing or wrong: send `Authorization: Bearer <token>` with the token that [http] names"}
    401 {"error":"the bearer token is missing or wrong: send `Authorization: Bearer <token>` with the token that [http] names"}
    403 {"error":"this function has no token, so it takes no web requests: set one of http.token-env, http.token-file, http.token-secret and http.token-parameter in its configuration"}
    403 {"error":"this function has no token, so it takes no web requests: set one of http.token-env, http.token-file, http.token-secret and http.token-parameter in its configuration"}
    "#);
    assert!(!with.log().contains(TOKEN) && !with.log().contains("a-guess"));
    Ok(())
}

#[tokio::test]
async fn a_stranger_who_sends_nonsense_gets_an_answer_and_not_a_failed_function() -> anyhow::Result<()> {
    let function = Function::start(&Wanted::default()).await?;
    let mut event = of_function_url("POST", "/alerts/guardduty", Some(TOKEN), "not Base64!");
    event["isBase64Encoded"] = true.into();
    let mut answers = vec![told(&function.invoke(&event).await?)];
    let event = of_function_url("POST", "/alerts/guardduty", Some(TOKEN), "no alert");
    answers.push(told(&function.invoke(&event).await?));
    insta::assert_snapshot!(answers.join("\n"), @r#"
    400 {"error":"the request's body is not the Base64 that the event says it is: Invalid symbol 32, offset 3."}
    422 {"error":"delivery body-28f7eae7b19714135433d57594b7e307 can't be read as an alert of guardduty; it is kept in the journal as failed: the alert is not JSON, or not all of it (line 1 column 2); send the alert's JSON object unchanged: expected ident at line 1 column 2"}
    "#);
    Ok(())
}
