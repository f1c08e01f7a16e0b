//! Orders to a daemon that speaks TLS and has tokens for acting alone.

use std::fs;

use quell::digest::Digest;
use quell_tests::{plain::plain, process::Quell};

const CERTIFICATES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/certificates/tls");

fn private(more: &str) -> Quell {
    let hash = Digest::of(b"a-token-that-may-act");
    let quell = plain(&format!(
        "certificate = \"server.pem\"\nkey = \"server.key\"\nact-token-sha256 = [\"{hash}\"]\n{more}"
    ))
    .unwrap();
    for name in ["server.pem", "server.key"] {
        fs::copy(format!("{CERTIFICATES}/{name}"), quell.path(name)).unwrap();
    }
    quell
}

#[test]
fn an_order_is_carried_out_for_who_has_the_token_and_for_nobody_else() {
    let quell = private("");
    let _daemon = quell.serve().unwrap();
    let refused = quell.run(&["pause"]).unwrap();
    assert_eq!(refused.exit, Some(1), "{refused:?}");
    insta::assert_snapshot!(refused.error(), @"error: the bearer token is missing or wrong: send `Authorization: Bearer <token>` with a token that may act (http.act-token-sha256)");
    let quell = quell.with_environment([("QUELL_TOKEN", "a-token-that-may-act".to_owned())]);
    let paused = quell.run(&["pause"]).unwrap();
    assert_eq!(paused.exit, Some(0), "{paused:?}");
}

#[test]
fn an_order_is_not_given_to_who_has_another_certificate_than_the_one_that_lies_here() {
    let quell = private("").with_environment([("QUELL_TOKEN", "a-token-that-may-act".to_owned())]);
    let _daemon = quell.serve().unwrap();
    // Whoever took the daemon's place has no key for the certificate that this command trusts.
    fs::copy(format!("{CERTIFICATES}/renewed.pem"), quell.path("other.pem")).unwrap();
    let configuration = fs::read_to_string(quell.path("quell.toml")).unwrap();
    quell
        .configure(&configuration.replace("server.pem", "other.pem"))
        .unwrap();
    let refused = quell.run(&["pause"]).unwrap();
    assert_eq!(refused.exit, Some(1), "{refused:?}");
}

#[test]
fn who_must_show_a_certificate_shows_the_one_that_the_environment_names() {
    let quell = private(&format!("client-ca = \"{CERTIFICATES}/clients.pem\"\n"))
        .with_environment([("QUELL_TOKEN", "a-token-that-may-act".to_owned())]);
    let _daemon = quell.serve().unwrap();
    assert_eq!(quell.run(&["pause"]).unwrap().exit, Some(1));
    let quell = quell.with_environment([
        ("QUELL_CLIENT_CERTIFICATE", format!("{CERTIFICATES}/sensor.pem")),
        ("QUELL_CLIENT_KEY", format!("{CERTIFICATES}/sensor.key")),
    ]);
    let paused = quell.run(&["pause"]).unwrap();
    assert_eq!(paused.exit, Some(0), "{paused:?}");
}
