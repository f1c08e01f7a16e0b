//! One test a fear, against the simulated API.

use std::{collections::BTreeMap, time::Instant};

use serde_json::{Value, json};

use super::*;
use crate::secret::LiveSecret;
use crate::simulated_stealthwatch::{Fault as SimulatedFault, SimulatedStealthwatch};

const ALERT: &str = "4711";

fn observations(count: u64) -> Vec<Value> {
    (1..=count)
        .map(|id| json!({"id": id, "connected_ip": "203.0.113.7", "failed_attempts": id, "time": "2030-01-05T07:40:00Z"}))
        .collect()
}

async fn simulated(count: u64) -> SimulatedStealthwatch {
    SimulatedStealthwatch::start(BTreeMap::from([(ALERT.to_owned(), observations(count))]))
        .await
        .unwrap()
}

fn options(base_url: Url) -> StealthwatchOptions {
    StealthwatchOptions {
        base_url,
        user: SimulatedStealthwatch::USER.into(),
        key: LiveSecret::fixed(SimulatedStealthwatch::KEY),
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
        key: LiveSecret::fixed("another-key"),
        ..options(server.base_url())
    };
    let outcome = ask_with(wrong).await;
    assert!(matches!(outcome, Err(FactError::NotPermitted(_))));
    insta::assert_snapshot!(told(&server, outcome), @"not permitted: observations from Stealthwatch Cloud: GET http://127.0.0.1:PORT/api/v3/observations/all/?alert=4711&limit=1000&offset=0: status 401: the API does not accept the user and key; check both, what is kept where the configuration says that the key is, and that the user may read observations");
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn an_api_that_is_down_is_unavailable() {
    let server = simulated(1).await;
    let options = options(server.base_url());
    drop(server);
    // The port may be taken again by another test only after this one has its answer.
    let text = ask_with(options).await.unwrap_err().to_string();
    assert!(
        text.starts_with("unavailable: ") && text.contains("(3 attempts): no answer; ") && text.contains("refused"),
        "{text}"
    );
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
    insta::assert_snapshot!(told(&server, ask_with(impatient).await), @"unavailable: observations from Stealthwatch Cloud: GET http://127.0.0.1:PORT/api/v3/observations/all/?alert=4711&limit=1000&offset=0 (2 attempts): no full answer within 0.1 s; the API may be slow: try again later, or raise the time-out");
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn an_api_that_is_asked_too_often_is_asked_again_after_the_time_it_wants() {
    let server = simulated(1).await;
    server.set_fault(SimulatedFault::Status {
        code: 429,
        times: 1,
        retry_after: Some(1),
    });
    let start = Instant::now();
    assert_eq!(ask(&server).await.unwrap().len(), 1);
    assert!(start.elapsed() >= Duration::from_secs(1));
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn an_api_that_wants_an_hour_of_rest_is_given_up_at_once() {
    let server = simulated(1).await;
    server.set_fault(SimulatedFault::Status {
        code: 429,
        times: 9,
        retry_after: Some(3600),
    });
    insta::assert_snapshot!(told(&server, ask(&server).await), @"unavailable: observations from Stealthwatch Cloud: GET http://127.0.0.1:PORT/api/v3/observations/all/?alert=4711&limit=1000&offset=0: status 429: the API is asked too often and asks for 3600 s of rest; try again later");
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn an_api_that_fails_twice_is_asked_a_third_time() {
    let server = simulated(1).await;
    server.set_fault(SimulatedFault::Status {
        code: 503,
        times: 2,
        retry_after: None,
    });
    assert_eq!(ask(&server).await.unwrap().len(), 1);
    assert_eq!(server.requests(), 3);
}

#[tokio::test]
async fn an_api_that_always_fails_is_given_up() {
    let server = simulated(1).await;
    server.set_fault(SimulatedFault::Status {
        code: 500,
        times: u32::MAX,
        retry_after: None,
    });
    insta::assert_snapshot!(told(&server, ask(&server).await), @"unavailable: observations from Stealthwatch Cloud: GET http://127.0.0.1:PORT/api/v3/observations/all/?alert=4711&limit=1000&offset=0 (3 attempts): status 500: the API failed; try again later");
    assert_eq!(server.requests(), 3);
}

#[tokio::test]
async fn a_base_url_that_is_not_the_apis_is_said_so() {
    let server = simulated(1).await;
    let elsewhere = server.base_url().join("/api/v2/").unwrap();
    insta::assert_snapshot!(told(&server, ask_with(options(elsewhere)).await), @"unavailable: observations from Stealthwatch Cloud: GET http://127.0.0.1:PORT/api/v2/observations/all/?alert=4711&limit=1000&offset=0: status 404: not an answer of the API; check that the base URL ends in `/api/v3/`");
}

#[tokio::test]
async fn a_web_page_instead_of_json_is_said_so_and_not_quoted() {
    let server = simulated(1).await;
    server.set_fault(SimulatedFault::NotJson);
    insta::assert_snapshot!(told(&server, ask(&server).await), @"unavailable: observations from Stealthwatch Cloud: GET http://127.0.0.1:PORT/api/v3/observations/all/?alert=4711&limit=1000&offset=0: the answer is a web page, not JSON; check that the base URL is the API's (it ends in `/api/v3/`), not the console's");
}

#[tokio::test]
async fn an_answer_without_an_end_is_cut_off() {
    let server = simulated(1).await;
    server.set_fault(SimulatedFault::EndlessBody);
    insta::assert_snapshot!(told(&server, ask(&server).await), @"unavailable: observations from Stealthwatch Cloud: GET http://127.0.0.1:PORT/api/v3/observations/all/?alert=4711&limit=1000&offset=0: the answers have more than 1048576 bytes, the limit for one alert; raise the limit if the alert has that many observations");
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
    insta::assert_snapshot!(told(&server, ask_with(two_pages).await), @"unavailable: observations from Stealthwatch Cloud: GET http://127.0.0.1:PORT/api/v3/observations/all/?alert=4711&limit=1000&offset=0 (page 3): there are more than 2 pages, the limit for one alert; raise the limit if the alert has that many observations");
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn a_total_that_is_not_true_is_an_error() {
    let server = simulated(3).await;
    server.set_fault(SimulatedFault::LyingTotal(5000));
    insta::assert_snapshot!(told(&server, ask(&server).await), @"unavailable: observations from Stealthwatch Cloud: GET http://127.0.0.1:PORT/api/v3/observations/all/?alert=4711&limit=1000&offset=0 (page 2): the API says that there are 5000 observations, but gave 3; some may be missing: try again later");
    server.set_fault(SimulatedFault::LyingTotal(2));
    insta::assert_snapshot!(told(&server, ask(&server).await), @"unavailable: observations from Stealthwatch Cloud: GET http://127.0.0.1:PORT/api/v3/observations/all/?alert=4711&limit=1000&offset=0: the API says that there are 2 observations, but gave 3; some may be missing: try again later");
}

#[tokio::test]
async fn a_page_that_comes_again_and_again_ends_the_reading() {
    let server = simulated(2500).await;
    server.set_fault(SimulatedFault::RepeatedPage);
    insta::assert_snapshot!(told(&server, ask(&server).await), @"unavailable: observations from Stealthwatch Cloud: GET http://127.0.0.1:PORT/api/v3/observations/all/?alert=4711&limit=1000&offset=0 (page 2): a page came twice, so that reading would never end; try again later");
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn a_next_page_that_is_the_same_page_ends_the_reading() {
    let server = simulated(3).await;
    // The address is the API's own text. Should it hold the key, no message may repeat it.
    let key = SimulatedStealthwatch::KEY;
    let address = format!("?alert={ALERT}&limit=1000&offset=0&{key}");
    server.set_fault(SimulatedFault::Next(address));
    assert!(told(&server, ask(&server).await).contains("a page came twice"));
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn the_key_never_goes_to_another_host() {
    let server = simulated(3).await;
    let thief = simulated(3).await;
    let there = thief.base_url().join("observations/all/").unwrap();
    let with_user = format!("http://user@{}/api/v3/", server.base_url().authority());
    for address in [
        there.to_string(),
        format!("//{}/", thief.base_url().authority()),
        "https://127.0.0.1/".into(),
        with_user,
    ] {
        server.set_fault(SimulatedFault::Next(address.clone()));
        assert!(
            told(&server, ask(&server).await).contains("the key must not go"),
            "{address}"
        );
    }
    server.set_fault(SimulatedFault::Redirect(there));
    insta::assert_snapshot!(told(&server, ask(&server).await), @"unavailable: observations from Stealthwatch Cloud: GET http://127.0.0.1:PORT/api/v3/observations/all/?alert=4711&limit=1000&offset=0: status 302: a redirect, which is not followed because the key would go with it; write the URL where the API is into the configuration");
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
    let url = |url: &str| StealthwatchOptions {
        base_url: url.parse().unwrap(),
        ..base()
    };
    insta::assert_snapshot!(refused(url("http://example.obsrvbl.com/api/v3/")), @"the Stealthwatch Cloud API's base URL http://example.obsrvbl.com/api/v3/ must begin with `https://`: the API key would travel in the clear; http is only for this machine (localhost, 127.0.0.0/8, ::1)");
    insta::assert_snapshot!(refused(url("https://user:password@example.obsrvbl.com/")), @"the Stealthwatch Cloud API's base URL must be only scheme, host, port and path, such as `https://example.obsrvbl.com/api/v3/`; take the user, password, query or fragment out of it");
    let key = |key: &str| StealthwatchOptions {
        key: LiveSecret::fixed(key),
        ..base()
    };
    insta::assert_snapshot!(refused(key(" \n")), @"the Stealthwatch Cloud API's key is empty; create one in its console under Settings, API credentials");
    insta::assert_snapshot!(refused(key("two\nlines")), @"the Stealthwatch Cloud API's user or key holds a line break or another control character; check that its file or environment variable holds the key and nothing else");
    assert!(StealthwatchApi::new(key("ends-with-a-line-break\n")).is_ok());
}
