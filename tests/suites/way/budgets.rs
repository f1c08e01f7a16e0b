//! Budgets: a plugin that is wrong, or deceived, or evil does so much and no more, whatever restarts and however many work at once.

use futures::future::join_all;
use quell::{
    clock::Clock,
    decision::ActionKind,
    duration::HumanDuration,
    hold::{
        Budget, NoteKind,
        budget::{ComesBack, Limits, Per},
    },
    report::{Outcome, Report},
    roster::{Answers, Snapshot},
    way::order::{Done, Order},
};
use quell_tests::{
    guest, recorded,
    stand::{Stand, default_plugin, load, routed},
};

fn budget(per: Per, limits: Limits, comes_back: ComesBack) -> Budget {
    Budget {
        name: "most".to_owned(),
        per,
        limits,
        comes_back,
    }
}

fn three_an_hour() -> Budget {
    let limits = Limits {
        holds_per_hour: Some(3),
        ..Limits::default()
    };
    budget(Per::Overall, limits, ComesBack::After(HumanDuration::from_secs(7200)))
}

async fn with(stand: &Stand, budgets: &[Budget]) {
    let snapshot = Snapshot {
        budgets: budgets.to_vec(),
        ..(*stand.host.roster().now()).clone()
    };
    stand.host.take_over(snapshot).await.unwrap();
}

async fn stand(budgets: &[Budget]) -> Stand {
    let stand = Stand::new().await.unwrap();
    with(&stand, budgets).await;
    stand
}

fn kept_back(report: &Report) -> Vec<String> {
    let withheld = report.held_back.withheld.iter();
    withheld
        .map(|withheld| format!("{}: {}", withheld.intent.remedy, withheld.why))
        .collect()
}

/// Which budgets these alerts used up.
fn used_up(reports: &[&Report]) -> Vec<String> {
    let all = reports.iter().flat_map(|report| &report.held_back.used_up);
    all.map(|used_up| used_up.why.clone()).collect()
}

#[tokio::test]
async fn what_is_too_much_is_reported_and_not_put_in_force_and_what_is_in_force_is_extended() {
    let stand = stand(&[three_an_hour()]).await;
    let report = stand.report("1", recorded::ATTACK).await.unwrap();
    assert_eq!((report.outcome, stand.denied().len()), (Outcome::OverBudget, 3));
    insta::assert_snapshot!(kept_back(&report).join("\n"));
    assert!(report.to_string().contains("by budgets"), "{report}");
    let before = stand.holds().await.unwrap();
    stand.pass(60).await.unwrap();
    let again = stand.report("2", recorded::ATTACK).await.unwrap();
    assert_eq!(kept_back(&again).len(), 1, "used up, it stays so");
    let after = stand.holds().await.unwrap();
    assert_eq!(after.len(), 3);
    assert!(
        after
            .iter()
            .zip(&before)
            .all(|(after, before)| after.until > before.until)
    );
}

#[tokio::test]
async fn a_budget_outlives_a_restart_and_comes_back_by_time() {
    let mut stand = stand(&[three_an_hour()]).await;
    stand.report("1", recorded::ATTACK).await.unwrap();
    stand.restart().unwrap();
    with(&stand, &[three_an_hour()]).await;
    stand.pass(3700).await.unwrap();
    let hour_later = stand.report("2", recorded::ATTACK).await.unwrap();
    assert_eq!(kept_back(&hour_later).len(), 1, "the hour is over, and it is not back");
    stand.pass(3600).await.unwrap();
    let back = stand.report("3", recorded::ATTACK).await.unwrap();
    assert_eq!((kept_back(&back).len(), stand.denied().len()), (0, 4));
}

#[tokio::test]
async fn by_hand_it_is_a_person_who_brings_it_back() {
    let by_hand = Budget {
        comes_back: ComesBack::ByHand,
        ..three_an_hour()
    };
    let stand = stand(&[by_hand]).await;
    stand.report("1", recorded::ATTACK).await.unwrap();
    stand.pass(7 * 86_400).await.unwrap();
    assert_eq!(kept_back(&stand.report("2", recorded::ATTACK).await.unwrap()).len(), 4);
    let listed = stand.host.carry_order(Order::Budgets {}).await.unwrap();
    insta::assert_snapshot!(listed);
    let name = "most".to_owned();
    let reset = stand.host.carry_order(Order::ResetBudget { name }).await.unwrap();
    assert!(matches!(reset, Done::BudgetReset { tripped: Some(_), .. }));
    assert_eq!(kept_back(&stand.report("3", recorded::ATTACK).await.unwrap()).len(), 1);
    let name = "mots".to_owned();
    let error = stand.host.carry_order(Order::ResetBudget { name }).await.unwrap_err();
    insta::assert_snapshot!(error, @"nothing was spent of a budget `mots`; there are most");
}

#[tokio::test]
async fn what_can_not_be_read_keeps_everything_back() {
    let stand = stand(&[three_an_hour()]).await;
    let note = quell::hold::Note::new(NoteKind::Budget, "most").saying("nonsense".to_owned(), jiff::Timestamp::MAX);
    assert!(stand.journal.write_note(&note).await.unwrap());
    let report = stand.report("1", recorded::ATTACK).await.unwrap();
    assert_eq!((report.outcome, stand.denied().len()), (Outcome::OverBudget, 0));
    assert!(
        kept_back(&report)[0].contains("can't be read"),
        "{:?}",
        kept_back(&report)
    );
}

#[tokio::test]
async fn what_can_not_be_read_is_told_as_used_up_however_old_it_is() {
    let stand = stand(&[three_an_hour()]).await;
    let note = quell::hold::Note::new(NoteKind::Budget, "most").saying("nonsense".to_owned(), stand.clock.now());
    assert!(stand.journal.write_note(&note).await.unwrap());
    let alert = stand.report("1", recorded::ATTACK).await.unwrap().alert;
    let explained = stand.host.explain(alert).await.unwrap();
    assert_eq!(explained.outcome, Outcome::OverBudget, "{explained}");
    assert!(kept_back(&explained)[0].contains("can't be read"), "{explained}");
    let Done::Budgets { budgets } = stand.host.carry_order(Order::Budgets {}).await.unwrap() else {
        panic!("it lists budgets");
    };
    assert!(budgets[0].is_used_up(), "{budgets:?}");
}

#[tokio::test]
async fn an_evil_plugin_uses_up_its_own_budget_and_no_other_plugins() {
    let limits = Limits {
        holds_per_minute: Some(4),
        ..Limits::default()
    };
    let stand = stand(&[]).await;
    let evil = load("evil", &guest::evil()).await.unwrap();
    let evil = routed(evil, "block-many 20", [ActionKind::Block]).await.unwrap();
    let good = routed(default_plugin().await.unwrap(), "{}", [ActionKind::Block])
        .await
        .unwrap();
    stand.decides_with(Answers::All, [evil, good]).await.unwrap();
    with(&stand, &[budget(Per::Plugin, limits, ComesBack::ByHand)]).await;
    let report = stand.report("1", recorded::ATTACK).await.unwrap();
    let of_evil = report
        .held_back
        .withheld
        .iter()
        .filter(|withheld| withheld.intent.plugin == "evil");
    assert_eq!((of_evil.count(), report.held_back.withheld.len()), (16, 16), "{report}");
    let holds = stand.holds().await.unwrap();
    let by = |name: &str| holds.iter().filter(|hold| hold.plugin == name).count();
    assert_eq!((by("evil"), by("nacl-block")), (4, 4));
}

#[tokio::test]
async fn many_alerts_at_once_do_not_exceed_it_together() {
    let stand = stand(&[three_an_hour()]).await;
    let alerts = (0..6).map(|number| {
        let stand = &stand;
        async move { stand.report(&number.to_string(), recorded::ATTACK).await.unwrap() }
    });
    join_all(alerts).await;
    assert_eq!(stand.holds().await.unwrap().len(), 3);
}

#[tokio::test]
async fn calls_that_write_use_up_a_budget_as_well() {
    let limits = Limits {
        writes_per_hour: Some(4),
        ..Limits::default()
    };
    let stand = stand(&[budget(Per::Account, limits, ComesBack::ByHand)]).await;
    let first = stand.report("1", recorded::ATTACK).await.unwrap();
    assert_eq!(first.outcome, Outcome::Acted, "{first}");
    let second = stand.report("2", recorded::SCAN).await.unwrap();
    assert_eq!(second.outcome, Outcome::OverBudget);
    assert!(
        kept_back(&second)[0].contains("4 calls that write within an hour, of at most 4"),
        "{second}"
    );
    // Nothing was kept back of the alert whose calls used it up, and it says so all the same.
    let why = "budget `most/111122223333` is used up since 2026-03-01T12:00:00Z: 4 calls that write within an hour, of at most 4 (writes-per-hour); `quell budgets reset most/111122223333` brings it back";
    assert_eq!(used_up(&[&first, &second]), [why]);
    assert!(first.summary.ends_with(why), "{}", first.summary);
    assert!(first.to_string().contains(why), "{first}");
}

#[tokio::test]
async fn that_a_budget_is_used_up_is_told_by_one_alert_whatever_restarts_and_however_many_processes_count_in_it() {
    let mut stand = stand(&[three_an_hour()]).await;
    let mut reports = Vec::new();
    for process in 0..3 {
        let alerts = (0..3).map(|number| {
            let stand = &stand;
            async move {
                stand
                    .report(&format!("{process}-{number}"), recorded::ATTACK)
                    .await
                    .unwrap()
            }
        });
        reports.extend(join_all(alerts).await);
        stand.restart().unwrap();
        with(&stand, &[three_an_hour()]).await;
    }
    let reports: Vec<_> = reports.iter().collect();
    assert!(reports.iter().all(|report| report.outcome == Outcome::OverBudget));
    assert_eq!(used_up(&reports).len(), 1);
    // It came back, and is used up once more: that is told anew.
    stand.pass(7_201).await.unwrap();
    let none = Limits {
        holds_per_hour: Some(0),
        ..Limits::default()
    };
    with(&stand, &[budget(Per::Overall, none, ComesBack::ByHand)]).await;
    let again = stand.report("again", recorded::ATTACK).await.unwrap();
    let other = stand.report("other", recorded::ATTACK).await.unwrap();
    assert_eq!((used_up(&[&again]).len(), used_up(&[&other]).len()), (1, 0), "{again}");
}

#[tokio::test]
async fn who_asks_what_would_be_is_told_that_a_budget_is_used_up_and_spends_nothing() {
    let stand = stand(&[three_an_hour()]).await;
    let alert = stand.report("1", recorded::ATTACK).await.unwrap().alert;
    let explained = stand.host.explain(alert).await.unwrap();
    assert_eq!(explained.outcome, Outcome::OverBudget);
    let Done::Budgets { budgets } = stand.host.carry_order(Order::Budgets {}).await.unwrap() else {
        panic!("it lists budgets");
    };
    assert_eq!(budgets[0].spent.unwrap().holds_per_hour, 3);
}
