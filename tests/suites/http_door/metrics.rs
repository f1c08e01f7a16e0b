//! Figures for a monitoring system: what an alarm is set on is there, is right, and names nobody.

use std::time::Duration;

use jiff::SignedDuration;
use quell::{
    cloud::{Direction, Family, Fault, call::Call},
    decision::ActionKind,
    door::http::{ConnectionTerms, Powers, RequestTerms, TokenHashes},
    duration::HumanDuration,
    hold::{
        Budget,
        budget::{ComesBack, Limits, Per},
    },
    roster::{Answers, Snapshot},
    way::order::{Done, Order, TargetFilter},
};
use quell_tests::{
    figures::Figures,
    guest, recorded,
    stand::{Stand, WEB_ACL, load, routed},
};
use reqwest::{Method, StatusCode};

use crate::open_door::{ALERTS, OpenDoor, header, refusal};

async fn scraped(door: &OpenDoor) -> Figures {
    let answer = door.get("/metrics").await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(
        header(&answer, "content-type").unwrap(),
        "application/openmetrics-text; version=1.0.0; charset=utf-8"
    );
    Figures::read(&answer.text().await.unwrap()).unwrap()
}

async fn of(stand: &Stand) -> Figures {
    Figures::read(&stand.host.scrape().await.unwrap()).unwrap()
}

fn received(figures: &Figures, outcome: &str) -> Option<f64> {
    let labels = [("detector", "stealthwatch-cloud"), ("outcome", outcome)];
    figures.sum("quell_alerts_received_total", &labels)
}

fn decided(figures: &Figures, outcome: &str) -> Option<f64> {
    let labels = [("detector", "stealthwatch-cloud"), ("outcome", outcome)];
    figures.sum("quell_alerts_decided_total", &labels)
}

fn room(figures: &Figures) -> Option<f64> {
    let labels = [("acl", WEB_ACL), ("direction", "ingress"), ("family", "IPv4")];
    figures.sum("quell_network_acl_room", &labels)
}

#[tokio::test]
async fn an_attack_is_seen_in_the_figures_and_before_it_they_are_zeros() {
    let door = OpenDoor::new().await.unwrap();
    let before = scraped(&door).await;
    assert_eq!(
        (received(&before, "admitted"), decided(&before, "acted")),
        (Some(0.0), Some(0.0))
    );
    assert_eq!(before.sum("quell_holds", &[("plugin", "nacl-block")]), Some(0.0));
    assert_eq!(
        room(&before),
        None,
        "nothing is known of a network ACL that was never converged"
    );
    assert_eq!(before.sum("quell_enforcing", &[]), Some(1.0));
    assert_eq!(
        before.sum("quell_build_info", &[("version", env!("CARGO_PKG_VERSION"))]),
        Some(1.0)
    );

    door.deliver(recorded::ATTACK).await.unwrap();
    door.post(ALERTS, recorded::ATTACK).await.unwrap();
    door.post(ALERTS, "no alert").await.unwrap();
    let after = scraped(&door).await;
    assert_eq!(
        (received(&after, "admitted"), decided(&after, "acted")),
        (Some(1.0), Some(1.0))
    );
    assert_eq!(
        (received(&after, "seen-before"), received(&after, "unreadable")),
        (Some(1.0), Some(1.0))
    );
    let holds = door.stand.holds().await.unwrap().len() as f64;
    let covered = [("plugin", "nacl-block"), ("action", "block"), ("covered", "true")];
    assert_eq!(
        (after.sum("quell_holds", &covered), after.sum("quell_holds", &[])),
        (Some(holds), Some(holds))
    );
    let passed = [("plugin", "nacl-block"), ("action", "block"), ("refused_by", "")];
    assert!(
        after
            .sum("quell_remediations_total", &passed)
            .is_some_and(|passed| passed >= 1.0)
    );
    assert_eq!(after.sum("quell_alerts_waiting", &[]), Some(0.0));
    assert_eq!(after.sum("quell_targets_unfinished", &[]), Some(0.0));
    // As `quell capacity` says it.
    let at = TargetFilter::default();
    let Done::Capacity { acls } = door.stand.host.carry_order(Order::Capacity { at }).await.unwrap() else {
        panic!("it tells how full they are");
    };
    let [acl] = acls.as_slice() else {
        panic!("one was attacked: {acls:?}");
    };
    let sides = &acl.capacity.as_ref().unwrap().sides;
    let ingress = sides
        .iter()
        .find(|side| side.direction == Direction::Ingress && side.family == Family::IPv4)
        .unwrap();
    assert_eq!(room(&after), Some((ingress.room - ingress.ours) as f64));
}

#[tokio::test]
async fn no_figure_names_an_address_an_alert_or_a_hold_and_more_alerts_make_no_more_series() {
    let door = OpenDoor::new().await.unwrap();
    door.deliver(recorded::ATTACK).await.unwrap();
    let first = scraped(&door).await;
    for number in 0..5 {
        let alert = recorded::changed(recorded::ATTACK, &[("id", (7_000 + number).into())]);
        door.deliver(&alert).await.unwrap();
    }
    let later = scraped(&door).await;
    for value in later.label_values() {
        let is_address = value.parse::<std::net::IpAddr>().is_ok() || value.parse::<ipnet::IpNet>().is_ok();
        assert!(
            !is_address && !value.starts_with("i-") && !value.starts_with("70"),
            "{value}"
        );
    }
    // Other outcomes than before may be counted of the same detector and plugin, but none per alert.
    assert!(later.series() <= first.series() + 2, "{later:?}");
}

#[tokio::test]
async fn who_may_only_send_reads_no_figures() {
    let hashed = |token: &str| TokenHashes::new([quell::digest::Digest::of(token.as_bytes())]);
    let terms = RequestTerms {
        powers: Powers {
            send: hashed("sender"),
            read: hashed("reader"),
            open: false,
            ..Powers::of(None)
        },
        ..RequestTerms::default()
    };
    let door = OpenDoor::asking(ConnectionTerms::default(), terms).await.unwrap();
    for token in [None, Some("sender")] {
        let mut request = door.request(Method::GET, "/metrics");
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let why = refusal(request.send().await.unwrap()).await.unwrap();
        insta::allow_duplicates! {
            insta::assert_snapshot!(why, @"401: the bearer token is missing or wrong: send `Authorization: Bearer <token>` with a token that may read (http.read-token-sha256)");
        }
    }
    let read = door
        .request(Method::GET, "/metrics")
        .bearer_auth("reader")
        .send()
        .await
        .unwrap();
    Figures::read(&read.text().await.unwrap()).unwrap();
}

#[tokio::test]
async fn what_waits_and_for_how_long_is_told_by_the_journal() {
    let door = OpenDoor::without_worker(Duration::from_secs(5)).await.unwrap();
    door.post(ALERTS, recorded::ATTACK).await.unwrap();
    door.stand.clock.advance(SignedDuration::from_secs(90));
    door.post(ALERTS, recorded::SCAN).await.unwrap();
    door.stand.clock.advance(SignedDuration::from_secs(30));
    let figures = scraped(&door).await;
    assert_eq!(figures.sum("quell_alerts_waiting", &[]), Some(2.0));
    assert_eq!(figures.sum("quell_alerts_waiting_limit", &[]), Some(100.0));
    assert_eq!(figures.sum("quell_oldest_waiting_alert_age_seconds", &[]), Some(120.0));
}

#[tokio::test]
async fn how_things_stand_outlives_a_restart_and_what_is_counted_begins_anew() {
    let mut stand = Stand::new().await.unwrap();
    stand.report("1", recorded::ATTACK).await.unwrap();
    stand
        .host
        .carry_order(Order::Pause {
            reason: "works".to_owned(),
        })
        .await
        .unwrap();
    let before = of(&stand).await;
    stand.restart().unwrap();
    let after = of(&stand).await;
    assert_eq!(after.sum("quell_holds", &[]), before.sum("quell_holds", &[]));
    assert_eq!(
        (before.sum("quell_paused", &[]), after.sum("quell_paused", &[])),
        (Some(1.0), Some(1.0))
    );
    assert_eq!(
        (decided(&before, "acted"), decided(&after, "acted")),
        (Some(1.0), Some(0.0))
    );
}

#[tokio::test]
async fn a_call_to_aws_that_fails_is_counted_and_what_is_owed_then_is_told() {
    let stand = Stand::new().await.unwrap();
    let denied = Fault::Denied {
        code: "UnauthorizedOperation".to_owned(),
        message: "no".to_owned(),
    };
    stand.cloud.fail_next(Call::CreateNetworkAclEntry, denied);
    stand.report("1", recorded::ATTACK).await.unwrap();
    let figures = of(&stand).await;
    let failed = [("call", "CreateNetworkAclEntry"), ("fault", "denied")];
    assert_eq!(figures.sum("quell_aws_call_failures_total", &failed), Some(1.0));
    assert_eq!(decided(&figures, "failed"), Some(1.0));
    assert_eq!(figures.sum("quell_targets_unfinished", &[]), Some(1.0));
    stand.pass(60).await.unwrap();
    assert_eq!(of(&stand).await.sum("quell_targets_unfinished", &[]), Some(0.0));
}

#[tokio::test]
async fn a_plugin_that_panics_is_counted_and_told_as_aside_when_it_is() {
    let stand = Stand::new().await.unwrap();
    let evil = load("evil", &guest::evil()).await.unwrap();
    let evil = routed(evil, r#"{"mode":"panic"}"#, [ActionKind::Block]).await.unwrap();
    stand.decides_with(Answers::All, [evil]).await.unwrap();
    for number in 0..5 {
        stand.report(&number.to_string(), recorded::ATTACK).await.unwrap();
    }
    let figures = of(&stand).await;
    let trapped = [("plugin", "evil"), ("fault", "trap")];
    assert_eq!(figures.sum("quell_plugin_failures_total", &trapped), Some(5.0));
    assert_eq!(figures.sum("quell_plugin_aside", &[("plugin", "evil")]), Some(1.0));
    assert_eq!(figures.sum("quell_plugin_loaded", &[("plugin", "evil")]), Some(1.0));
    stand.report("5", recorded::ATTACK).await.unwrap();
    let aside = [("plugin", "evil"), ("fault", "aside")];
    assert_eq!(of(&stand).await.sum("quell_plugin_failures_total", &aside), Some(1.0));
}

#[tokio::test]
async fn a_budget_that_is_used_up_is_told_by_its_name_whoever_it_is_for() {
    let stand = Stand::new().await.unwrap();
    let budget = Budget {
        name: "most".to_owned(),
        per: Per::Account,
        limits: Limits {
            holds_per_hour: Some(1),
            ..Limits::default()
        },
        comes_back: ComesBack::After(HumanDuration::from_secs(600)),
    };
    let snapshot = Snapshot {
        budgets: vec![budget],
        ..(*stand.host.roster().now()).clone()
    };
    stand.host.take_over(snapshot).await.unwrap();
    let told = async || {
        let figures = of(&stand).await;
        let of_it = |name| figures.sum(name, &[("budget", "most")]);
        (of_it("quell_budget_used_up"), of_it("quell_budget_trips_total"))
    };
    assert_eq!(told().await, (Some(0.0), Some(0.0)));
    for number in 0..3 {
        stand.report(&number.to_string(), recorded::ATTACK).await.unwrap();
    }
    assert_eq!(told().await, (Some(1.0), Some(1.0)), "once");
    stand.pass(601).await.unwrap();
    assert_eq!(told().await, (Some(0.0), Some(1.0)), "it came back");
}

#[tokio::test]
async fn the_example_alarms_name_figures_that_there_are() {
    let stand = Stand::new().await.unwrap();
    let snapshot = Snapshot {
        budgets: vec![Budget {
            name: "most".to_owned(),
            per: Per::Overall,
            limits: Limits::default(),
            comes_back: ComesBack::ByHand,
        }],
        ..(*stand.host.roster().now()).clone()
    };
    stand.host.take_over(snapshot).await.unwrap();
    let throttled = Fault::Throttled {
        code: "RequestLimitExceeded".to_owned(),
        message: "later".to_owned(),
    };
    stand.cloud.fail_next(Call::CreateNetworkAclEntry, throttled);
    stand.report("1", recorded::ATTACK).await.unwrap();
    stand.pass(60).await.unwrap();
    stand.host.counters().refused(429);
    let figures = of(&stand).await;
    let alarms = include_str!("../../../examples/monitoring/alarms.yaml");
    let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let named: Vec<_> = alarms
        .split(|character| !is_part(character))
        .filter(|word| word.starts_with("quell_"))
        .collect();
    assert!(named.len() >= 14, "{named:?}");
    for name in named {
        assert!(figures.sum(name, &[]).is_some(), "{name}");
    }
}
