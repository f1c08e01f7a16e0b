//! One test a fear, against the simulated API.

use std::{collections::BTreeMap, time::Instant};

use secrecy::SecretString;
use serde_json::{Value, json};

use super::*;
use crate::simulated_stealthwatch::{Fault as SimulatedFault, SimulatedStealthwatch};

const ALERT: &str = "4711";

fn observations(count: u64) -> Vec<Value> {
    (1..=count)
        .map(|id| json!({"id": id, "connected_ip": "203.0.113.7", "failed_attempts": id, "time": "2030-01-05T07:40:00Z"}))
        .collect()
}

async fn simulated(count: u64) -> SimulatedStealthwatch {
    SimulatedStealthwatch::start(BTreeMap::from([(ALERT.to_owned(), observations(count))])).await.unwrap()
}

fn options(base_url: Url) -> StealthwatchOptions {
    StealthwatchOptions {
        base_url,
        user: SimulatedStealthwatch::USER.into(),
        key: SecretString::from(SimulatedStealthwatch::KEY),
        timeout: Duration::from_secs(10),
        max_pages: 10,
        max_bytes: 1024 * 1024,
        attempts: 3,
    }
}

async fn ask(server: &SimulatedStealthwatch) -> Result<Vec<Observation>, FactError> {
    ask_with(options(server.base_url())).await
}

async fn ask_with(options: StealthwatchOptions) -> Result<Vec<Observation>, FactError> {
    let api = StealthwatchApi::new(options).unwrap();
    ObservationSource::observations(&api, ALERT).await
}

/// An error's text with the port, which differs from run to run, taken out.
fn told(server: &SimulatedStealthwatch, outcome: Result<Vec<Observation>, FactError>) -> String {
    let text = outcome.unwrap_err().to_string();
    assert!(!text.contains(SimulatedStealthwatch::KEY), "{text}");
    text.replace(&server.base_url().port().unwrap().to_string(), "PORT")
}

#[tokio::test]
async fn the_observations_of_an_alert_are_read() {
    let server = simulated(3).await;
    let found = ask(&server).await.unwrap();
    let ids: Vec<_> = found.iter().map(|observation| observation.id.as_str()).collect();
    assert_eq!(ids, ["1", "2", "3"]);
    assert!(found[0].raw.contains("203.0.113.7"));
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn an_alert_without_observations_has_none() {
    let server = SimulatedStealthwatch::start(BTreeMap::new()).await.unwrap();
    assert_eq!(ask(&server).await, Ok(Vec::new()));
}

#[tokio::test]
async fn all_pages_are_read() {
    let server = simulated(2500).await;
    let found = ask(&server).await.unwrap();
    assert_eq!(found.len(), 2500);
    assert_eq!(found[2499].id, "2500");
    assert_eq!(server.requests(), 3);
}

#[tokio::test]
async fn a_wrong_key_is_not_permitted_and_not_tried_again() {
    let server = simulated(1).await;
    let wrong = StealthwatchOptions {
        key: SecretString::from("another-key"),
        ..options(server.base_url())
    };
    let outcome = ask_with(wrong).await;
    assert!(matches!(outcome, Err(FactError::NotPermitted(_))));
    insta::assert_snapshot!(told(&server, outcome), @"");
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn an_api_that_is_down_is_unavailable() {
    let server = simulated(1).await;
    let options = options(server.base_url());
    drop(server);
    // The port may be taken again by another test only after this one has its answer.
    let text = ask_with(options).await.unwrap_err().to_string();
    assert!(text.starts_with("unavailable: ") && text.contains("(3 attempts): no answer: "), "{text}");
}

#[tokio::test]
async fn a_slow_api_is_given_up_in_time() {
    let server = simulated(1).await;
    server.set_fault(SimulatedFault::Slow(Duration::from_secs(60)));
    let start = Instant::now();
    let impatient = StealthwatchOptions {
        timeout: Duration::from_millis(100),
        attempts: 2,
        ..options(server.base_url())
    };
    insta::assert_snapshot!(told(&server, ask_with(impatient).await), @"");
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn an_api_that_is_asked_too_often_is_asked_again_after_the_time_it_wants() {
    let server = simulated(1).await;
    server.set_fault(SimulatedFault::Status { code: 429, times: 1, retry_after: Some(1) });
    let start = Instant::now();
    assert_eq!(ask(&server).await.unwrap().len(), 1);
    assert!(start.elapsed() >= Duration::from_secs(1));
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn an_api_that_wants_an_hour_of_rest_is_given_up_at_once() {
    let server = simulated(1).await;
    server.set_fault(SimulatedFault::Status { code: 429, times: 9, retry_after: Some(3600) });
    insta::assert_snapshot!(told(&server, ask(&server).await), @"");
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn an_api_that_fails_twice_is_asked_a_third_time() {
    let server = simulated(1).await;
    server.set_fault(SimulatedFault::Status { code: 503, times: 2, retry_after: None });
    assert_eq!(ask(&server).await.unwrap().len(), 1);
    assert_eq!(server.requests(), 3);
}

#[tokio::test]
async fn an_api_that_always_fails_is_given_up() {
    let server = simulated(1).await;
    server.set_fault(SimulatedFault::Status { code: 500, times: u32::MAX, retry_after: None });
    insta::assert_snapshot!(told(&server, ask(&server).await), @"");
    assert_eq!(server.requests(), 3);
}

#[tokio::test]
async fn a_base_url_that_is_not_the_apis_is_said_so() {
    let server = simulated(1).await;
    let elsewhere = server.base_url().join("/api/v2/").unwrap();
    insta::assert_snapshot!(told(&server, ask_with(options(elsewhere)).await), @"");
}

#[tokio::test]
async fn a_web_page_instead_of_json_is_said_so_and_not_quoted() {
    let server = simulated(1).await;
    server.set_fault(SimulatedFault::NotJson);
    insta::assert_snapshot!(told(&server, ask(&server).await), @"");
}

#[tokio::test]
async fn an_answer_without_an_end_is_cut_off() {
    let server = simulated(1).await;
    server.set_fault(SimulatedFault::EndlessBody);
    insta::assert_snapshot!(told(&server, ask(&server).await), @"");
}

#[tokio::test]
async fn the_bound_on_bytes_is_over_all_pages() {
    let server = simulated(2500).await;
    let one_page = StealthwatchOptions {
        max_bytes: 150_000,
        ..options(server.base_url())
    };
    assert!(told(&server, ask_with(one_page).await).contains("more than 150000 bytes"));
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn more_pages_than_allowed_are_an_error_and_not_half_of_the_observations() {
    let server = simulated(2500).await;
    let two_pages = StealthwatchOptions {
        max_pages: 2,
        ..options(server.base_url())
    };
    insta::assert_snapshot!(told(&server, ask_with(two_pages).await), @"");
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn a_total_that_is_not_true_is_an_error() {
    let server = simulated(3).await;
    server.set_fault(SimulatedFault::LyingTotal(5000));
    insta::assert_snapshot!(told(&server, ask(&server).await), @"");
    server.set_fault(SimulatedFault::LyingTotal(2));
    insta::assert_snapshot!(told(&server, ask(&server).await), @"");
}

#[tokio::test]
async fn a_page_that_comes_again_and_again_ends_the_reading() {
    let server = simulated(2500).await;
    server.set_fault(SimulatedFault::RepeatedPage);
    insta::assert_snapshot!(told(&server, ask(&server).await), @"");
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn a_next_page_that_is_the_same_page_ends_the_reading() {
    let server = simulated(3).await;
    server.set_fault(SimulatedFault::Next(format!("?alert={ALERT}&limit=1000&offset=0")));
    assert!(told(&server, ask(&server).await).contains("a page came twice"));
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn the_key_never_goes_to_another_host() {
    let server = simulated(3).await;
    let thief = simulated(3).await;
    let there = thief.base_url().join("observations/all/").unwrap();
    let with_user = format!("http://user@{}/api/v3/", server.base_url().authority());
    for address in [there.to_string(), format!("//{}/", thief.base_url().authority()), "https://127.0.0.1/".into(), with_user] {
        server.set_fault(SimulatedFault::Next(address.clone()));
        assert!(told(&server, ask(&server).await).contains("the key must not go"), "{address}");
    }
    server.set_fault(SimulatedFault::Redirect(there));
    insta::assert_snapshot!(told(&server, ask(&server).await), @"");
    assert_eq!(thief.requests(), 0);
}

#[tokio::test]
async fn the_key_is_in_no_debug_output() {
    let server = simulated(1).await;
    let options = options(server.base_url());
    let shown = format!("{options:?} {:?}", StealthwatchApi::new(options.clone()).unwrap());
    assert!(!shown.contains(SimulatedStealthwatch::KEY), "{shown}");
}

#[tokio::test]
async fn an_alert_id_can_not_change_the_request() {
    let server = simulated(1).await;
    let api = StealthwatchApi::new(options(server.base_url())).unwrap();
    assert_eq!(api.observations("4712&alert=4711").await.unwrap(), []);
}

#[test]
fn options_that_would_give_the_key_away_or_can_not_work_are_refused() {
    let base = || options("https://example.obsrvbl.com/api/v3".parse().unwrap());
    let refused = |options| StealthwatchApi::new(options).unwrap_err().to_string();
    assert!(StealthwatchApi::new(base()).is_ok());
    let url = |url: &str| StealthwatchOptions { base_url: url.parse().unwrap(), ..base() };
    insta::assert_snapshot!(refused(url("http://example.obsrvbl.com/api/v3/")), @"");
    insta::assert_snapshot!(refused(url("https://user:password@example.obsrvbl.com/")), @"");
    let key = |key: &str| StealthwatchOptions { key: SecretString::from(key), ..base() };
    insta::assert_snapshot!(refused(key(" \n")), @"");
    insta::assert_snapshot!(refused(key("two\nlines")), @"");
    assert!(StealthwatchApi::new(key("ends-with-a-line-break\n")).is_ok());
}
