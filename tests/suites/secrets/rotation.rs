//! Secrets are rotated, and can't be had for a while.

use std::time::Duration;

use quell_tests::{
    proxy::{Kind, Trouble, Whom},
    stage::{PATIENCE, Stage, TOKEN},
};
use reqwest::{Client, StatusCode};

use crate::kept::Kept;

/// What the door says to who shows this token.
async fn knock(stage: &Stage, token: &str) -> StatusCode {
    let client = Client::builder().no_proxy().build().unwrap();
    let request = client.get(stage.url("/holds")).bearer_auth(token);
    request.send().await.unwrap().status()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotated_key_and_a_rotated_token_work_without_a_restart() {
    let kept = Kept::with("first-key", TOKEN, "").await.unwrap();
    let stage = &kept.stage;
    let mut daemon = stage.quell.serve().unwrap();
    stage.deliver().await.unwrap();

    assert_eq!(knock(stage, "second-token").await, StatusCode::UNAUTHORIZED);
    kept.put_token("second-token").await.unwrap();
    kept.put_key("second-key").await.unwrap();
    stage.stealthwatch.rotate_key("second-key");
    // Whoever shows a wrong token does not make Quell look each time.
    let deadline = std::time::Instant::now() + PATIENCE;
    while knock(stage, "second-token").await != StatusCode::OK {
        assert!(std::time::Instant::now() < deadline, "the new token does not work");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(knock(stage, TOKEN).await, StatusCode::UNAUTHORIZED);

    kept.put_token(TOKEN).await.unwrap();
    while knock(stage, TOKEN).await != StatusCode::OK {
        assert!(std::time::Instant::now() < deadline, "the new token does not work");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let other = stage.recorded_attack().replace("\"id\":6125", "\"id\":6125 ");
    let report = stage.report(&other).await.unwrap();
    assert_eq!(report["outcome"], "already-so", "{report}");
    daemon.wait_for_line("the secret was changed", PATIENCE).unwrap();
    daemon.terminate(Duration::from_secs(12)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn while_secrets_manager_fails_the_last_key_goes_on_and_the_log_is_loud() {
    let kept = Kept::with("lasting-key", TOKEN, "").await.unwrap();
    let stage = &kept.stage;
    let mut daemon = stage.quell.serve().unwrap();
    stage.deliver().await.unwrap();
    for service in ["secretsmanager", "ssm"] {
        stage.ec2.set(Trouble::new(Kind::Lost, Whom::Service(service)));
    }
    tokio::time::sleep(Duration::from_secs(11)).await;
    let again = stage.recorded_attack().replace("\"id\":6125", "\"id\":6125 ");
    let report = stage.report(&again).await.unwrap();
    assert_eq!(report["outcome"], "already-so", "{report}");
    let line = daemon
        .wait_for_line("the last one that was had is used on", PATIENCE)
        .unwrap();
    assert!(line.contains("ERROR"), "{line}");
    daemon.terminate(Duration::from_secs(12)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_not_there_keeps_nothing_but_what_needs_it_from_working() {
    let kept = Kept::with("a-key", TOKEN, "").await.unwrap();
    let stage = &kept.stage;
    let path = stage.quell.path("quell.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace(&kept.token, "/quell/nowhere")).unwrap();
    let mut daemon = stage.quell.serve().unwrap();
    assert_eq!(knock(stage, TOKEN).await, StatusCode::SERVICE_UNAVAILABLE);
    daemon.wait_for_line("check its name and its region", PATIENCE).unwrap();

    let told = stage.quell.run(&["doctor"]).unwrap();
    assert!(
        told.stdout
            .contains("the parameter /quell/nowhere in Parameter Store can't be had"),
        "{told:?}"
    );
    assert!(
        told.stdout.contains(&format!(
            "the key api-key of the secret {} in Secrets Manager",
            kept.key
        )),
        "{told:?}"
    );
    let told = stage.quell.run(&["config", "check"]).unwrap();
    assert!(
        told.stdout
            .contains("note: as things are here, the parameter /quell/nowhere"),
        "{told:?}"
    );
    daemon.terminate(Duration::from_secs(12)).unwrap();
}
