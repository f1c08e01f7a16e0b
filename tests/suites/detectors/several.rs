//! Several alerts in one body.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use quell::{
    hold::{DeliveryId, DeliveryState},
    way::{Receipt, ReceiveError},
};

use super::{Set, alert};

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn each_finding_of_an_event_is_a_delivery_and_the_event_sent_again_is_known() {
    let set = Set::up("").await.unwrap();
    let event = alert("security-hub-custom-action.json");
    let received = set.receive("event", event.as_bytes()).await;
    let ids: Vec<_> = received.iter().map(|it| it.id.to_string()).collect();
    assert_eq!(ids, ["test-event-1", "test-event-2"]);
    assert!(
        received.iter().all(|it| matches!(it.outcome, Ok(Receipt::Admitted(_)))),
        "{received:?}"
    );
    assert_eq!(set.work().await.unwrap().len(), 2);
    assert_eq!(set.held().await.unwrap().len(), 4);

    let again = set.receive("event", event.as_bytes()).await;
    for received in again {
        assert!(
            matches!(received.outcome, Ok(Receipt::SeenBefore(DeliveryState::Done))),
            "{received:?}"
        );
    }
}

#[tokio::test]
async fn findings_as_guardduty_exports_them_are_read_compressed_or_not() {
    for is_compressed in [false, true] {
        let set = Set::up("").await.unwrap();
        let export = alert("guardduty-export.jsonl");
        let body = if is_compressed {
            gzip(&export)
        } else {
            export.into_bytes()
        };
        assert_eq!(set.receive("export", &body).await.len(), 2);
        set.work().await.unwrap();
        assert_eq!(set.held().await.unwrap().len(), 4);
    }
}

#[tokio::test]
async fn an_alert_that_can_not_be_read_spoils_no_other_and_is_kept_with_the_reason() {
    let set = Set::up("").await.unwrap();
    let export = alert("guardduty-export.jsonl");
    let (first, second) = export.trim_end().split_once('\n').unwrap();
    let cut_off = &first[..first.len() / 2];
    let body = [first, cut_off, second].join("\n");
    let received = set.receive("export", body.as_bytes()).await;
    assert!(
        matches!(received[1].outcome, Err(ReceiveError::Unreadable { .. })),
        "{received:?}"
    );
    assert_eq!(set.work().await.unwrap().len(), 2);
    assert_eq!(set.held().await.unwrap().len(), 4);

    let kept = set
        .journal
        .delivery(&DeliveryId::given("test", "export-2"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((kept.state, kept.body.as_str()), (DeliveryState::Failed, cut_off));
    assert!(
        kept.report.contains("the alert is not JSON, or not all of it"),
        "{}",
        kept.report
    );
}

#[tokio::test]
async fn a_body_that_is_no_text_is_kept_as_one_delivery() {
    let set = Set::up("").await.unwrap();
    let received = set.receive("broken", &gzip("{}")[..10]).await;
    assert_eq!(received.len(), 1);
    let kept = set.journal.delivery(&received[0].id).await.unwrap().unwrap();
    assert_eq!(kept.state, DeliveryState::Failed);
}

#[tokio::test]
async fn an_empty_list_is_no_alert_and_no_failure() {
    let set = Set::up("").await.unwrap();
    assert_eq!(set.receive("list", br#"{"meta": {}, "objects": []}"#).await.len(), 0);
}

#[tokio::test]
async fn when_too_many_wait_those_that_were_taken_are_known_when_the_body_comes_again() {
    let set = Set::up("[work]\nqueue = 1").await.unwrap();
    let event = alert("security-hub-custom-action.json");
    let received = set.receive("event", event.as_bytes()).await;
    assert!(matches!(received[0].outcome, Ok(Receipt::Admitted(_))), "{received:?}");
    assert!(
        matches!(received[1].outcome, Err(ReceiveError::Full { .. })),
        "{received:?}"
    );
    set.work().await.unwrap();
    let again = set.receive("event", event.as_bytes()).await;
    assert!(
        matches!(again[0].outcome, Ok(Receipt::SeenBefore(DeliveryState::Done))),
        "{again:?}"
    );
    assert!(matches!(again[1].outcome, Ok(Receipt::Admitted(_))), "{again:?}");
}
