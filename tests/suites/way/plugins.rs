//! Several plugins: one that can't be loaded beside a good one, one that keeps failing, one that stands in, and several that disagree.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use jiff::SignedDuration;
use quell::{
    decision::ActionKind,
    hold::DeliveryState,
    report::Outcome,
    roster::{Answers, Breaker, BreakerTerms, OnFailure, Routed},
};
use quell_tests::{
    guest, recorded,
    stand::{self, Stand, load},
};

/// The guest under this name, in this mode.
async fn guest(name: &str, mode: &str) -> Routed {
    let plugin = load(name, &guest::evil()).await.unwrap();
    // As in a configuration: the mode is of its decisions, and its settings are fine.
    let settings = format!(r#"{{"mode":"{mode}"}}"#);
    stand::routed(plugin, &settings, [ActionKind::Block]).await.unwrap()
}

/// The default plugin.
async fn good() -> Routed {
    let plugin = stand::default_plugin().await.unwrap();
    stand::routed(plugin, "{}", [ActionKind::Block]).await.unwrap()
}

fn not_loaded(routed: Routed) -> Routed {
    Routed {
        plugin: Err(Arc::from("the file is not there")),
        ..routed
    }
}

fn or_else(routed: Routed, name: &str) -> Routed {
    Routed {
        on_failure: OnFailure::FallBackTo(name.to_owned()),
        ..routed
    }
}

async fn stand_of(answers: Answers, plugins: impl IntoIterator<Item = Routed>) -> Stand {
    let stand = Stand::new().await.unwrap();
    stand.decides_with(answers, plugins).await.unwrap();
    stand
}

#[tokio::test]
async fn a_plugin_that_could_not_be_loaded_keeps_no_other_from_acting_and_its_alert_is_kept() {
    let absent = not_loaded(guest("absent", "block-short").await);
    let stand = stand_of(Answers::All, [absent, good().await]).await;
    let worked = stand.deliver("1", recorded::ATTACK).await.unwrap();
    assert_eq!(stand.denied().len(), 4, "the other acted");
    assert!(
        matches!(worked.state, DeliveryState::Waiting { .. }),
        "{:?}",
        worked.state
    );
    let report = worked.report.unwrap();
    assert_eq!(report.outcome, Outcome::Failed);
    let summary = &report.summary;
    assert!(
        summary.contains("absent failed: it could not be loaded: the file is not there"),
        "{summary}"
    );

    stand
        .decides_with(Answers::All, [guest("absent", "block-short").await, good().await])
        .await
        .unwrap();
    stand.clock.advance(SignedDuration::from_mins(1));
    let waiting = stand
        .journal
        .waiting(quell::clock::Clock::now(&*stand.clock), 10)
        .await
        .unwrap();
    let worked = stand.host.work(&waiting[0]).await.unwrap();
    assert_eq!(worked.state, DeliveryState::Done);
    assert_eq!(
        stand.denied().len(),
        5,
        "what it had to say is done as soon as it is there"
    );
}

#[tokio::test]
async fn without_any_plugin_alerts_are_taken_and_kept() {
    let stand = stand_of(Answers::All, [not_loaded(good().await)]).await;
    let worked = stand.deliver("1", recorded::ATTACK).await.unwrap();
    assert!(
        matches!(worked.state, DeliveryState::Waiting { .. }),
        "{:?}",
        worked.state
    );
    assert_eq!(stand.writes(), 0);
}

#[tokio::test]
async fn a_plugin_that_keeps_failing_is_put_aside_and_tried_again_after_the_pause() {
    let breaker = Breaker::new(BreakerTerms {
        failures: 2,
        pause: Duration::from_secs(300),
    });
    let failing = |mode: &'static str| {
        let breaker = breaker.clone();
        async move {
            Routed {
                breaker: Arc::new(Mutex::new(breaker)),
                ..guest("failing", mode).await
            }
        }
    };
    let stand = stand_of(Answers::All, [failing("panic").await]).await;
    let alert = |number: u32| recorded::changed(recorded::ATTACK, &[("id", number.into())]);
    for number in 1..=2 {
        let report = stand.report(&number.to_string(), &alert(number)).await.unwrap();
        assert!(report.summary.contains("panicked"), "{}", report.summary);
    }
    let worked = stand.deliver("3", &alert(3)).await.unwrap();
    assert!(
        matches!(worked.state, DeliveryState::Waiting { .. }),
        "it is kept: {:?}",
        worked.state
    );
    let report = worked.report.unwrap();
    insta::assert_snapshot!(report.summary, @"Excessive Access Attempts (External) on i-0abc1234def567890; failing failed: it is put aside until 2026-03-01T12:05:00Z, because it failed 2 times in a row; the last time it panicked at tests/guests/evil/src/attack.rs:86:5: the offender has no address");
    assert_eq!(report.plugins[0].cost.host_calls, 0, "it was not asked");

    stand.clock.advance(SignedDuration::from_secs(301));
    let report = stand.report("4", &alert(4)).await.unwrap();
    assert!(
        report.summary.contains("panicked"),
        "one alert tries it: {}",
        report.summary
    );
    let report = stand.report("5", &alert(5)).await.unwrap();
    assert!(
        report.summary.contains("put aside"),
        "and it is aside again: {}",
        report.summary
    );
}

#[tokio::test]
async fn a_fact_that_is_missing_or_an_alert_that_makes_no_sense_puts_nobody_aside() {
    for mode in ["fail-facts", "fail-alert"] {
        let stand = stand_of(Answers::All, [guest("honest", mode).await]).await;
        for number in 0..8 {
            let report = stand.report(&number.to_string(), recorded::ATTACK).await.unwrap();
            assert!(!report.summary.contains("put aside"), "{mode}: {}", report.summary);
        }
    }
}

#[tokio::test]
async fn who_stands_in_is_asked_once_and_the_report_shows_both() {
    let failing = or_else(guest("failing", "panic").await, "nacl-block");
    let absent = or_else(not_loaded(guest("absent", "").await), "failing");
    let stand = stand_of(Answers::All, [absent, failing, good().await]).await;
    let worked = stand.deliver("1", recorded::ATTACK).await.unwrap();
    assert_eq!(worked.state, DeliveryState::Done);
    let report = worked.report.unwrap();
    assert_eq!(report.outcome, Outcome::Acted, "{report}");
    let asked: Vec<_> = report
        .plugins
        .iter()
        .map(|plugin| {
            (
                plugin.plugin.as_str(),
                plugin.instead_of.as_deref(),
                plugin.fell_back_to.as_deref(),
            )
        })
        .collect();
    let expected = [
        ("absent", None, Some("failing")),
        ("failing", Some("absent"), Some("nacl-block")),
        ("nacl-block", Some("failing"), None),
    ];
    assert_eq!(asked, expected);
    let told = report.to_string();
    assert!(
        told.contains("nacl-block is asked instead") && told.contains("asked in place of failing"),
        "{told}"
    );
}

#[tokio::test]
async fn who_stands_in_and_fails_fails_the_alert() {
    let failing = or_else(guest("failing", "panic").await, "other");
    let other = Routed {
        routes: Vec::new(),
        ..guest("other", "fail-other").await
    };
    let stand = stand_of(Answers::All, [failing, other]).await;
    assert_eq!(
        stand.report("1", recorded::ATTACK).await.unwrap().outcome,
        Outcome::Failed
    );
}

#[tokio::test]
async fn of_two_that_disagree_the_stricter_wins_in_either_order_and_both_reasons_are_kept() {
    for modes in [["block-short", "block-long"], ["block-long", "block-short"]] {
        let plugins = [
            guest(&modes[0][6..], modes[0]).await,
            guest(&modes[1][6..], modes[1]).await,
        ];
        let stand = stand_of(Answers::All, plugins).await;
        let report = stand.report("1", recorded::ATTACK).await.unwrap();
        assert_eq!(report.outcome, Outcome::Acted, "{report}");
        let holds = stand.holds().await.unwrap();
        let [hold] = holds.as_slice() else { panic!("{holds:?}") };
        assert_eq!(
            hold.until.unwrap().duration_since(hold.since),
            SignedDuration::from_hours(2)
        );
        assert_eq!((hold.plugin.as_str(), hold.offences), ("long", 1));
        assert_eq!(hold.reason, "it tries passwords (long); it scans (short)");
        let asked: Vec<_> = report.disagreements[0]
            .asked
            .iter()
            .map(|asked| asked.plugin.as_str())
            .collect();
        assert_eq!(asked, ["long", "short"]);
        assert!(report.to_string().contains("stricter"), "{report}");
    }
}

#[tokio::test]
async fn the_first_that_remediates_is_the_last_that_is_asked() {
    let plugins = [
        guest("idle", "nothing").await,
        guest("short", "block-short").await,
        guest("long", "block-long").await,
    ];
    let stand = stand_of(Answers::First, plugins).await;
    let report = stand.report("1", recorded::ATTACK).await.unwrap();
    let asked: Vec<_> = report.plugins.iter().map(|plugin| plugin.plugin.as_str()).collect();
    assert_eq!(asked, ["idle", "short"]);
    assert_eq!(stand.holds().await.unwrap()[0].reason, "it scans");
}

#[tokio::test]
async fn a_plugin_that_only_observes_is_heard_and_nothing_comes_of_it() {
    let observing = || async {
        Routed {
            observes: true,
            ..guest("observing", "block-long").await
        }
    };
    let stand = stand_of(Answers::All, [observing().await]).await;
    let report = stand.report("1", recorded::ATTACK).await.unwrap();
    assert_eq!(report.outcome, Outcome::WouldAct, "{report}");
    insta::assert_snapshot!(report.summary, @"Excessive Access Attempts (External) on i-0abc1234def567890; observing, which only observes, would ask for 1 remediation");
    assert!(
        report.plugins[0].examined[0]
            .verdicts
            .iter()
            .all(|verdict| verdict.passed)
    );
    assert_eq!((stand.writes(), stand.holds().await.unwrap().len()), (0, 0));

    let stand = stand_of(Answers::First, [observing().await, guest("short", "block-short").await]).await;
    let report = stand.report("1", recorded::ATTACK).await.unwrap();
    assert_eq!(
        (report.outcome, report.plugins.len()),
        (Outcome::Acted, 2),
        "it leaves it to the next"
    );
    assert_eq!(stand.holds().await.unwrap()[0].reason, "it scans");
}

#[tokio::test]
async fn an_alert_in_flight_keeps_the_plugin_that_it_began_with() {
    let stand = Arc::new(stand_of(Answers::All, [guest("asking", "ask").await]).await);
    stand
        .stealthwatch
        .set_fault(quell::simulated_stealthwatch::Fault::Slow(Duration::from_millis(800)));
    let begun = tokio::spawn({
        let stand = Arc::clone(&stand);
        async move { stand.report("1", recorded::ATTACK).await.unwrap() }
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    stand
        .decides_with(Answers::All, [guest("other", "nothing").await])
        .await
        .unwrap();
    assert_eq!(begun.await.unwrap().plugins[0].plugin, "asking");
    stand.stealthwatch.clear_fault();
    assert_eq!(
        stand
            .report("2", &recorded::ATTACK.replace("6125", "6126"))
            .await
            .unwrap()
            .plugins[0]
            .plugin,
        "other"
    );
}

#[tokio::test]
async fn a_never_block_list_that_grows_lets_through_at_once_what_is_denied() {
    let stand = Stand::new().await.unwrap();
    stand.report("1", recorded::ATTACK).await.unwrap();
    assert_eq!(stand.denied().len(), 4);
    let rules = quell::guard::Rules {
        never_block: vec!["203.0.113.0/24".parse::<ipnet::IpNet>().unwrap().into()],
        ..stand::rules()
    };
    let snapshot = quell::roster::Snapshot::new([good().await], rules);
    stand.host.take_over(snapshot).await.unwrap();
    let left = stand.denied();
    assert!(left.iter().all(|entry| !entry.contains("203.0.113.")), "{left:?}");
    assert_eq!(left.len(), 2);
}
