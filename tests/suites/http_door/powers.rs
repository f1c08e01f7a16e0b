//! Sending, reading and acting are powers of their own, with tokens of their own.

use quell::{
    door::http::{ConnectionTerms, Powers, RequestTerms, TokenHashes},
    secret::LiveSecret,
};
use quell_tests::recorded;
use reqwest::{Method, StatusCode};

use crate::open_door::{ALERTS, OpenDoor, refusal};

/// As `printf %s sender | sha256sum` prints it.
const SENDER: &str = "0a367b92cf0b037dfd89960ee832d56f7fc151681bb41e53690e776f5786998a";

const ORDER: &str = r#"{"release":{"holds":[42]}}"#;

/// What each power opens, as somebody with this token finds it.
async fn opened(door: &OpenDoor, token: Option<&str>) -> [StatusCode; 3] {
    let asked = [
        (Method::POST, ALERTS, recorded::ATTACK),
        (Method::GET, "/holds", ""),
        (Method::POST, "/orders", ORDER),
    ];
    let mut found = [StatusCode::OK; 3];
    for (found, (method, path, body)) in found.iter_mut().zip(asked) {
        let mut request = door.request(method, path).body(body);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        *found = request.send().await.unwrap().status();
    }
    found
}

fn hashed(tokens: &[&str]) -> TokenHashes {
    let hashes: Vec<_> = tokens
        .iter()
        .map(|token| quell::digest::Digest::of(token.as_bytes()))
        .collect();
    TokenHashes::new(hashes)
}

async fn door(powers: Powers) -> OpenDoor {
    let terms = RequestTerms {
        powers,
        ..RequestTerms::default()
    };
    OpenDoor::asking(ConnectionTerms::default(), terms).await.unwrap()
}

const UNKNOWN: StatusCode = StatusCode::UNAUTHORIZED;
const TAKEN: StatusCode = StatusCode::ACCEPTED;
/// There is no hold to release, but whoever asked was let in.
const ACTED: StatusCode = StatusCode::NOT_FOUND;

#[tokio::test]
async fn a_token_opens_its_own_power_and_no_other() {
    let door = door(Powers {
        send: hashed(&["sender"]),
        read: hashed(&["reader"]),
        act: hashed(&["actor", "actor-2"]),
        open: false,
        ..Powers::of(None)
    })
    .await;
    assert_eq!(opened(&door, None).await, [UNKNOWN; 3]);
    assert_eq!(opened(&door, Some("sender")).await, [TAKEN, UNKNOWN, UNKNOWN]);
    assert_eq!(opened(&door, Some("reader")).await, [UNKNOWN, StatusCode::OK, UNKNOWN]);
    // Two at once, for a rotation.
    assert_eq!(opened(&door, Some("actor")).await, [UNKNOWN, UNKNOWN, ACTED]);
    assert_eq!(opened(&door, Some("actor-2")).await, [UNKNOWN, UNKNOWN, ACTED]);
    // Whoever reads the configuration has the hash, which opens nothing.
    assert_eq!(opened(&door, Some(SENDER)).await, [UNKNOWN; 3]);
}

#[tokio::test]
async fn one_token_for_all_opens_what_has_no_tokens_of_its_own() {
    let door = door(Powers {
        act: hashed(&["actor"]),
        ..Powers::of(Some(LiveSecret::fixed("for all")))
    })
    .await;
    assert_eq!(opened(&door, Some("for all")).await, [TAKEN, StatusCode::OK, UNKNOWN]);
    assert_eq!(opened(&door, Some("actor")).await, [UNKNOWN, UNKNOWN, ACTED]);
}

#[tokio::test]
async fn a_power_that_nothing_opens_nobody_has_if_others_can_come() {
    let door = door(Powers {
        send: hashed(&["sender"]),
        open: false,
        ..Powers::of(None)
    })
    .await;
    let closed = StatusCode::FORBIDDEN;
    assert_eq!(opened(&door, Some("sender")).await, [TAKEN, closed, closed]);
    let why = refusal(door.get("/holds").await.unwrap()).await.unwrap();
    insta::assert_snapshot!(why, @"403: nobody may read here, because no token for it is configured (http.read-token-sha256, or a token for all of [http])");
}

#[tokio::test]
async fn the_configuration_has_only_hashes_and_says_which_token_opens_what() {
    let door = OpenDoor::with(&format!("send-token-sha256 = [\"{SENDER}\"]\n"))
        .await
        .unwrap();
    assert_eq!(opened(&door, None).await[0], UNKNOWN);
    assert_eq!(opened(&door, Some("sender")).await[0], TAKEN);
    // The door is on loopback, but it has a token: what that does not open is closed.
    assert_eq!(opened(&door, None).await[1..], [StatusCode::FORBIDDEN; 2]);
}

#[tokio::test]
async fn a_door_takes_only_alerts_of_its_own_detectors() {
    let door = OpenDoor::with("detectors = [\"guardduty\"]\n").await.unwrap();
    let why = refusal(door.post(ALERTS, recorded::ATTACK).await.unwrap())
        .await
        .unwrap();
    insta::assert_snapshot!(why, @"403: alerts of stealthwatch-cloud do not come through this door (http.detectors)");
    assert!(
        door.stand
            .journal
            .waiting(jiff::Timestamp::MAX, 1)
            .await
            .unwrap()
            .is_empty()
    );
}
