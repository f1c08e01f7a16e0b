//! TLS at the door: its certificate, and those of senders.

use std::{fs, path::Path, time::Duration};

use quell_tests::recorded;
use reqwest::{Certificate, Client, Identity, StatusCode};
use tempfile::TempDir;

use crate::open_door::{OpenDoor, outcome};

const CERTIFICATES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/certificates/tls");

fn read(name: &str) -> Vec<u8> {
    fs::read(Path::new(CERTIFICATES).join(name)).unwrap()
}

/// Who trusts the listener's authority, with this certificate of its own.
fn client(own: Option<&str>) -> Client {
    let servers = Certificate::from_pem(&read("servers.pem")).unwrap();
    let client = Client::builder().no_proxy().tls_certs_only([servers]);
    match own {
        None => client.build().unwrap(),
        Some(name) => {
            let pem = [read(&format!("{name}.pem")), read(&format!("{name}.key"))].concat();
            client.identity(Identity::from_pem(&pem).unwrap()).build().unwrap()
        }
    }
}

/// A folder with the listener's certificate, as an operator has it.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    install(&folder, "server");
    folder
}

fn install(folder: &TempDir, name: &str) {
    for (from, to) in [("pem", "chain.pem"), ("key", "key.pem")] {
        fs::write(folder.path().join(to), read(&format!("{name}.{from}"))).unwrap();
    }
}

async fn door(folder: &TempDir, more: &str) -> OpenDoor {
    let path = folder.path().display();
    OpenDoor::with(&format!(
        "certificate = \"{path}/chain.pem\"\nkey = \"{path}/key.pem\"\n{more}"
    ))
    .await
    .unwrap()
}

/// The certificate that the door shows, in DER.
async fn shown(door: &OpenDoor) -> Vec<u8> {
    let url = format!("https://{}/healthz", door.address);
    let client = Client::builder()
        .no_proxy()
        .tls_info(true)
        .tls_certs_only([Certificate::from_pem(&read("servers.pem")).unwrap()]);
    let response = client.build().unwrap().get(url).send().await.unwrap();
    let info = response.extensions().get::<reqwest::tls::TlsInfo>().unwrap();
    info.peer_certificate().unwrap().to_owned()
}

#[tokio::test]
async fn alerts_come_by_tls_and_nothing_comes_without() {
    let folder = folder();
    let door = door(&folder, "").await;
    let url = format!("https://{}/alerts/stealthwatch-cloud", door.address);
    let taken = client(None).post(url).body(recorded::ATTACK).send().await.unwrap();
    assert_eq!(taken.status(), StatusCode::ACCEPTED);
    assert!(door.get("/healthz").await.is_err());
}

#[tokio::test]
async fn a_certificate_that_changes_is_used_without_a_restart_and_a_broken_one_is_not() {
    let folder = folder();
    let door = door(&folder, "").await;
    let first = shown(&door).await;
    fs::write(folder.path().join("chain.pem"), "no certificate").unwrap();
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(shown(&door).await, first);
    install(&folder, "renewed");
    let begun = std::time::Instant::now();
    while shown(&door).await == first {
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "the new certificate is not used"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn who_must_show_a_certificate_and_has_none_of_the_authority_does_not_come_in() {
    let folder = folder();
    let clients = format!("client-ca = \"{CERTIFICATES}/clients.pem\"\n");
    let door = door(&folder, &clients).await;
    let url = format!("https://{}/alerts/stealthwatch-cloud", door.address);
    for wrong in [None, Some("somebody"), Some("expired-sensor")] {
        let refused = client(wrong).post(&url).body(recorded::ATTACK).send().await;
        assert!(refused.is_err(), "{wrong:?}: {refused:?}");
    }
    let taken = client(Some("sensor"))
        .post(&url)
        .body(recorded::ATTACK)
        .send()
        .await
        .unwrap();
    assert_eq!(taken.status(), StatusCode::ACCEPTED);
}

#[tokio::test]
async fn a_webhook_takes_only_the_certificate_that_it_names() {
    let folder = folder();
    let more = format!(
        "client-ca = \"{CERTIFICATES}/clients.pem\"\n\
         [[door.webhook]]\nname = \"sensor\"\ndetector = \"stealthwatch-cloud\"\nclient = \"sensor.example\"\n\
         [[door.webhook]]\nname = \"other\"\ndetector = \"stealthwatch-cloud\"\nclient = \"other.example\"\n"
    );
    let door = door(&folder, &more).await;
    let client = client(Some("sensor"));
    let mut told = Vec::new();
    for name in ["sensor", "other"] {
        let url = format!("https://{}/webhooks/{name}", door.address);
        let response = client.post(url).body(recorded::ATTACK).send().await.unwrap();
        told.push(outcome(response).await.unwrap());
    }
    insta::assert_snapshot!(told.join("\n"), @r#"
202
403: this webhook takes requests only over TLS and from who shows the certificate of `other.example` (door.webhook.client)
"#);
}
