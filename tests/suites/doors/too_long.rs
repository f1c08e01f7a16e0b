//! An alert that is longer than the shared journal can keep: whoever sent it is told so, nobody asks for it again for ever, and what comes after it is taken.

use std::{fs, net::SocketAddr, sync::Arc, time::Duration};

use jiff::SignedDuration;
use quell::{
    clock::Clock,
    decision::ActionKind,
    door::{
        Door,
        folder::{FileLimits, FolderDoor, FolderOptions},
        http::{ConnectionTerms, HttpDoor, HttpOptions, RequestTerms},
    },
    fact::NoObservations,
    hold::{DynamoJournal, Journal},
    report::Mode,
    way::Host,
};
use quell_tests::{
    recorded,
    stand::{Stand, clouds, default_plugin, parts, routed},
    table::new_table,
    world::World,
};
use reqwest::{Client, StatusCode, header::RETRY_AFTER};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::{
    folder::there,
    open::{PATIENCE, alert},
};

/// More than this a door does not take at all.
const MAX_BODY: usize = 8 << 20;

/// Six mebibytes that hardly become shorter when they are packed.
fn noise() -> String {
    let mut random = fastrand::Rng::with_seed(1);
    let noise: String = (0..6 << 20).map(|_| random.alphanumeric()).collect();
    format!("{{\"id\": 1, \"type\": \"{noise}\"}}")
}

/// A host whose journal is a table, on which nobody works.
async fn host(world: &World) -> (Arc<Host>, Arc<dyn Journal>) {
    let stand = Stand::new().await.unwrap();
    let table = new_table(&world.moto).await;
    let keep = SignedDuration::from_hours(24);
    let journal: Arc<dyn Journal> = Arc::new(DynamoJournal::new(&world.moto.sdk_config(), None, &table, keep));
    let clock: Arc<dyn Clock> = stand.clock.clone();
    let plugin = routed(default_plugin().await.unwrap(), "{}", [ActionKind::Block])
        .await
        .unwrap();
    let parts = parts(
        clouds([&stand.cloud]),
        Arc::new(NoObservations),
        &clock,
        &journal,
        Mode::Observe,
        [plugin],
    );
    (Arc::new(Host::new(parts)), journal)
}

#[tokio::test(flavor = "multi_thread")]
async fn by_http_its_sender_is_told_413_and_the_next_alert_is_taken() {
    let world = World::shared().unwrap();
    let (host, journal) = host(&world).await;
    let door = HttpDoor::open(HttpOptions {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        connections: ConnectionTerms::default(),
        tls: None,
        terms: RequestTerms {
            max_body: MAX_BODY,
            timeout: PATIENCE,
            ..RequestTerms::default()
        },
        grace: PATIENCE,
    })
    .await
    .unwrap();
    let (address, stop) = (door.address(), CancellationToken::new());
    let _stops = stop.clone().drop_guard();
    tokio::spawn(Box::new(door).serve(host, stop));
    let client = Client::builder().no_proxy().build().unwrap();
    let post = |body: String| {
        let request = client.post(format!("http://{address}/alerts/stealthwatch-cloud"));
        request.body(body).send()
    };

    let refused = post(noise()).await.unwrap();
    assert_eq!(refused.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert!(
        !refused.headers().contains_key(RETRY_AFTER),
        "to come again would not help"
    );
    let why: Value = refused.json().await.unwrap();
    let why = why["error"].as_str().unwrap();
    assert!(
        why.contains("is too long for the journal") && why.contains("of which 3850000 fit"),
        "{why}"
    );
    assert!(why.contains("send less of it"), "{why}");

    // Among others it keeps none of them out, and the sender learns of it all the same.
    let several = format!("[{}, {}]", noise(), recorded::ATTACK);
    assert_eq!(post(several).await.unwrap().status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(journal.backlog().await.unwrap().waiting, 1);
    assert_eq!(post(alert(7)).await.unwrap().status(), StatusCode::ACCEPTED);
    assert_eq!(journal.backlog().await.unwrap().waiting, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_folder_it_is_put_aside_with_the_reason_and_keeps_no_other_file_waiting() {
    let world = World::shared().unwrap();
    let (host, journal) = host(&world).await;
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("a.json"), noise()).unwrap();
    fs::write(path("b.json"), alert(7)).unwrap();
    let door = FolderDoor::open(FolderOptions {
        path: folder.path().to_owned(),
        detector: None,
        every: Duration::from_millis(100),
        limits: FileLimits {
            max_file: 8 << 20,
            max_unpacked: 8 << 20,
        },
    });
    let stop = CancellationToken::new();
    let _stops = stop.clone().drop_guard();
    tokio::spawn(Box::new(door).serve(host, stop));
    let why = there(&path("failed").join("a.json.why")).await;
    assert!(why.contains("is too long for the journal"), "{why}");
    there(&path("done").join("b.json")).await;
    assert_eq!(journal.backlog().await.unwrap().waiting, 1);
}
