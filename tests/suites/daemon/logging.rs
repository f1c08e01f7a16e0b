//! Logs: for machines, a line an alert, and never a secret.

use std::time::Duration;

use quell::simulated_stealthwatch::{Fault, SimulatedStealthwatch};
use quell_tests::process::json_lines;

use quell_tests::stage::{Stage, TOKEN};

#[tokio::test(flavor = "multi_thread")]
async fn logs_are_json_with_one_line_an_alert_and_no_secret_even_in_full() {
    let mut stage = Stage::build("").await.unwrap();
    stage.quell = stage.quell.with_environment([("QUELL_LOG", "trace".to_owned())]);
    let mut daemon = stage.quell.serve().unwrap();
    stage.deliver().await.unwrap();
    // A page that repeats the key, as debug pages do.
    stage.stealthwatch.set_fault(Fault::NotJson);
    let other = stage.recorded_attack().replace("\"id\":6125", "\"id\":6201");
    stage.post(&other).await.unwrap();
    daemon.wait_for_line("6201", Duration::from_secs(60)).unwrap();
    let (status, log) = daemon.terminate(Duration::from_secs(12)).unwrap();
    assert_eq!(status.code(), Some(0));
    let lines = json_lines(&log).unwrap();
    let of_alert: Vec<_> = lines
        .iter()
        .filter(|line| line["alert"] == "6125" && line["level"] == "INFO")
        .collect();
    assert_eq!(of_alert.len(), 1, "{of_alert:?}");
    for key in ["timestamp", "message", "outcome", "delivery", "changes"] {
        assert!(of_alert[0].get(key).is_some(), "{key}: {of_alert:?}");
    }
    for secret in [SimulatedStealthwatch::KEY, TOKEN] {
        assert!(!log.iter().any(|line| line.contains(secret)), "{secret} is in the log");
    }
}
