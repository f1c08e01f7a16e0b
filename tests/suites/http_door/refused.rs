//! A flood of requests that are refused: each is counted, and the log stays readable.

use std::{
    io,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use quell::{
    door::http::{ConnectionTerms, RequestTerms},
    telemetry::{LogFilter, LogFormat, subscriber},
};
use quell_tests::figures::Figures;
use reqwest::{Method, StatusCode};

use crate::open_door::{ALERTS, OpenDoor};

/// What the log was told.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn lines(&self) -> Vec<String> {
        let bytes = self.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

// On one thread, whose log is looked at.
#[tokio::test]
async fn hundreds_of_refused_requests_are_a_few_lines_that_say_how_many_and_all_of_them_are_counted() {
    // With a single subscriber tracing asks that of the thread on which a line is first met whether anybody wants it: other tests have threads without one.
    let _second = tracing::Dispatch::new(subscriber(
        &LogFilter::default(),
        LogFormat::Brief { colour: false },
        io::sink,
    ));
    let log = Log::default();
    let writer = log.clone();
    let lines = subscriber(&LogFilter::default(), LogFormat::Brief { colour: false }, move || {
        writer.clone()
    });
    let _as_long_as_it_lasts = tracing::subscriber::set_default(lines);
    let terms = RequestTerms {
        requests_a_minute: Some(10),
        ..RequestTerms::default()
    };
    let began = Instant::now();
    let door = OpenDoor::asking(ConnectionTerms::default(), terms).await.unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let place = format!("http://{}{ALERTS}", door.address);
    let is_refused = async || {
        let request = client.request(Method::POST, &place).body("no alert");
        request.send().await.unwrap().status() == StatusCode::TOO_MANY_REQUESTS
    };
    let (mut sent, mut refused) = (300, 0);
    for _ in 0..sent {
        refused += u32::from(is_refused().await);
    }
    // The next one that is refused says how many were not told one by one.
    loop {
        tokio::time::sleep(Duration::from_millis(1100)).await;
        sent += 1;
        if is_refused().await {
            refused += 1;
            break;
        }
    }
    let seconds = began.elapsed().as_secs();
    assert!(refused >= 280, "{refused}");

    let lines = log.lines();
    let told: Vec<_> = lines
        .iter()
        .filter(|line| line.contains("a request was refused: more than 10"))
        .collect();
    assert!(!told.is_empty() && told.len() as u64 <= seconds + 1, "{lines:#?}");
    assert!(
        told[0].contains("sender=127.0.0.1") && told[0].contains("status=429"),
        "{}",
        told[0]
    );
    let untold = lines
        .iter()
        .filter(|line| line.contains("more requests were refused than are told one by one"))
        .map(|line| {
            let number = line.split("untold=").nth(1).unwrap();
            number.split_whitespace().next().unwrap().parse::<usize>().unwrap()
        });
    assert_eq!(
        told.len() + untold.sum::<usize>(),
        refused as usize,
        "none is left out: {lines:#?}"
    );

    let figures = Figures::read(&door.stand.host.scrape().await.unwrap()).unwrap();
    let counted = |status| figures.sum("quell_requests_refused_total", &[("status", status)]);
    assert_eq!(counted("429"), Some(f64::from(refused)));
    assert_eq!(counted("422"), Some(f64::from(sent - refused)));
}
