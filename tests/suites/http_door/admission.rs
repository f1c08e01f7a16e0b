//! Who may come in.

use std::fs;

use quell_tests::{figures::Figures, recorded};
use reqwest::{Method, StatusCode};

use crate::open_door::{ALERTS, OpenDoor, header, refusal};

const TOKEN: &str = "a-token-that-nobody-guesses";

/// A door that asks for the token. The token's file must be there only while the door opens.
async fn guarded() -> OpenDoor {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    fs::write(&file, format!("{TOKEN}\n")).unwrap();
    OpenDoor::with(&format!("token-file = {:?}", file.display().to_string()))
        .await
        .unwrap()
}

#[tokio::test]
async fn without_the_token_nobody_comes_in_and_the_token_is_not_told() {
    let door = guarded().await;
    let wrong = [
        None,
        Some(String::new()),
        Some("Bearer".to_owned()),
        Some("Bearer ".to_owned()),
        Some("Bearer wrong".to_owned()),
        Some(format!("Bearer {}", &TOKEN[..TOKEN.len() - 1])),
        Some(format!("Bearer {TOKEN}x")),
        Some(format!("Basic {TOKEN}")),
        Some(TOKEN.to_owned()),
    ];
    let places = [
        (Method::POST, ALERTS),
        (Method::GET, "/holds"),
        (Method::GET, "/metrics"),
        (Method::GET, "/deliveries/x"),
        (Method::POST, "/orders"),
    ];
    for shown in &wrong {
        for (method, path) in &places {
            let mut request = door.request(method.clone(), path).body(recorded::ATTACK);
            if let Some(shown) = shown {
                request = request.header("authorization", shown);
            }
            let refused = request.send().await.unwrap();
            assert_eq!(refused.status(), StatusCode::UNAUTHORIZED, "{shown:?} {path}");
            assert_eq!(header(&refused, "www-authenticate").unwrap(), "Bearer");
            assert!(!format!("{refused:?}").contains(TOKEN));
            let why = refusal(refused).await.unwrap();
            insta::allow_duplicates! {
                insta::assert_snapshot!(why, @"401: the bearer token is missing or wrong: send `Authorization: Bearer <token>` with the token that [http] names");
            }
        }
    }
    assert!(
        door.stand
            .journal
            .waiting(jiff::Timestamp::MAX, 1)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn with_the_token_one_comes_in() {
    let door = guarded().await;
    for shown in [format!("Bearer {TOKEN}"), format!("bearer {TOKEN}")] {
        let request = door.request(Method::GET, "/holds").header("authorization", shown);
        assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn whether_the_door_is_open_can_be_asked_without_the_token() {
    let door = guarded().await;
    let health = door.get("/healthz").await.unwrap();
    assert_eq!(health.status(), StatusCode::OK);
    assert_eq!(health.text().await.unwrap(), r#"{"status":"ok"}"#);
}

#[tokio::test]
async fn a_page_that_somebody_has_open_can_do_nothing() {
    let door = OpenDoor::new().await.unwrap();
    for (method, path) in [
        (Method::POST, ALERTS),
        (Method::POST, "/orders"),
        (Method::GET, "/holds"),
    ] {
        let request = door.request(method, path).header("origin", "https://example.com");
        let refused = request.body(recorded::ATTACK).send().await.unwrap();
        assert!(!refused.headers().contains_key("access-control-allow-origin"));
        let why = refusal(refused).await.unwrap();
        insta::allow_duplicates! {
            insta::assert_snapshot!(why, @"403: requests of web pages (with an Origin header) are refused");
        }
    }
}

#[tokio::test]
async fn a_page_whose_name_leads_to_this_machine_reads_nothing_and_sends_nothing() {
    let door = OpenDoor::with("names = ['quell.example.com']").await.unwrap();
    let places = [
        (Method::POST, ALERTS),
        (Method::POST, "/orders"),
        (Method::GET, "/holds"),
        (Method::GET, "/metrics"),
        (Method::GET, "/deliveries/x"),
    ];
    for (method, path) in &places {
        let request = door.request(method.clone(), path).header("host", "evil.example:8480");
        let refused = request.body(recorded::ATTACK).send().await.unwrap();
        let why = refusal(refused).await.unwrap();
        insta::allow_duplicates! {
            insta::assert_snapshot!(why, @"403: this door asks for no token, so it is only for who calls it by an address, as `localhost` or by a name of http.names, and not as `evil.example:8480`, which a web page could have made lead here: call it by its address, set a token (http.token-env), or add the name to http.names");
        }
    }
    let figures = Figures::read(&door.stand.host.scrape().await.unwrap()).unwrap();
    let counted = figures.sum("quell_requests_refused_total", &[("status", "403")]);
    assert_eq!(counted, Some(places.len() as f64));
    for name in ["localhost:8480", "quell.example.com"] {
        let request = door.request(Method::GET, "/holds").header("host", name);
        assert_eq!(request.send().await.unwrap().status(), StatusCode::OK, "{name}");
    }
}

#[tokio::test]
async fn who_shows_the_token_may_call_the_door_by_any_name() {
    let door = guarded().await;
    let request = door.request(Method::GET, "/holds").header("host", "quell.example.org");
    let answer = request.bearer_auth(TOKEN).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
}
