//! From a daemon's journal to recordings: what was decided there is exported, tried and replayed.

use std::{fs, path::Path, time::Duration};

use quell_tests::{
    process::{Quell, free_address},
    python::root,
    recorded,
};

/// What would tell where a recording comes from.
const SECRETS: [&str; 3] = ["111122223333", "203.0.113.7", "i-0abc1234def567890"];

/// A folder in which a daemon has decided on an attack and has ended.
async fn after_an_attack() -> Quell {
    let address = free_address().unwrap();
    let examples = root().join("examples").display().to_string();
    let quell = Quell::new(&format!(
        "journal = {{ path = \"journal.sqlite\" }}\nsandbox = {{ cache = \"cache\" }}\nhttp = {{ listen = \"{address}\" }}\n\
         [simulated]\naccount-file = \"{examples}/simulated-account.toml\"\nobservations = \"{examples}/observations\"\n"
    ))
    .unwrap();
    let mut daemon = quell.serve().unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let posted = client
        .post(format!("http://{address}/alerts/stealthwatch-cloud"))
        .body(recorded::ATTACK)
        .send()
        .await
        .unwrap();
    assert_eq!(posted.status(), 202);
    daemon
        .wait_for_line("\"outcome\":\"acted\"", Duration::from_secs(60))
        .unwrap();
    daemon.terminate(Duration::from_secs(60)).unwrap();
    quell
}

fn texts(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).unwrap();
    files
        .map(|file| fs::read_to_string(file.unwrap().path()).unwrap())
        .collect()
}

/// Whether it stands there as a whole: 203.0.113.70 does not tell of 203.0.113.7.
fn tells(text: &str, secret: &str) -> bool {
    let mut after = text.split(secret).skip(1);
    after.any(|rest| !rest.starts_with(|next: char| next.is_ascii_alphanumeric()))
}

#[tokio::test]
async fn what_a_daemon_decided_is_exported_and_decided_again_and_its_journal_is_replayed() {
    let quell = after_an_attack().await;

    let exported = quell.run(&["recordings", "export", "--directory", "out"]).unwrap();
    assert_eq!(exported.stdout, "1 recording in out\n", "{exported:?}");
    let tested = quell.run(&["plugin", "test", "out", "--plugin", "nacl-block"]).unwrap();
    assert_eq!(tested.exit, Some(0), "{tested:?}");
    let replayed = quell
        .run(&["replay", "journal.sqlite", "--plugin", "nacl-block"])
        .unwrap();
    assert!(replayed.stdout.contains("1  the same"), "{replayed:?}");

    fs::write(quell.path("settings.json"), r#"{ "failed-attempts": 600 }"#).unwrap();
    let stricter = [
        "replay",
        "journal.sqlite",
        "--plugin",
        "nacl-block",
        "--settings",
        "settings.json",
    ];
    let replayed = quell.run(&stricter).unwrap();
    assert!(
        replayed.stdout.contains("1  would do nothing, and something was done"),
        "{replayed:?}"
    );
}

#[tokio::test]
async fn what_is_exported_for_others_tells_them_neither_accounts_nor_addresses_nor_ids() {
    let quell = after_an_attack().await;
    let redact = [
        "recordings",
        "export",
        "--directory",
        "out",
        "--redact",
        "account,address,id",
    ];
    let exported = quell.run(&redact).unwrap();
    assert_eq!(exported.exit, Some(0), "{exported:?}");
    for text in texts(&quell.path("out")) {
        for secret in SECRETS {
            assert!(!tells(&text, secret), "{secret} in {text}");
        }
    }
    // The plugin computes with addresses, so its decision on others is taken for right once.
    let accept = ["plugin", "test", "out", "--plugin", "nacl-block", "--accept"];
    assert_eq!(quell.run(&accept).unwrap().exit, Some(0));
    let tested = quell.run(&["plugin", "test", "out", "--plugin", "nacl-block"]).unwrap();
    assert_eq!(tested.exit, Some(0), "{tested:?}");
}
