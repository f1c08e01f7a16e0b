//! A stand whose detector is told what was done.

use std::{sync::Arc, time::Duration};

use quell::{
    config::feedback::StealthwatchFeedback,
    fact::stealthwatch::StealthwatchOptions,
    feedback::{StealthwatchAlerts, Teller, Tellers},
    report::Mode,
    secret::LiveSecret,
    simulated_stealthwatch::{SimulatedAlert, SimulatedStealthwatch},
};
use quell_tests::{recorded, stand::Stand};
use tokio::time::Instant;

/// How long one request may take here.
pub(crate) const TIMEOUT: Duration = Duration::from_millis(500);

/// The alert of the recorded attack.
pub(crate) const ALERT: &str = "6125";

/// A stand that tells its detector this.
pub(crate) async fn telling(told: StealthwatchFeedback) -> Stand {
    telling_in(Mode::Enforce, told).await
}

/// As [`telling`], in a mode.
pub(crate) async fn telling_in(mode: Mode, told: StealthwatchFeedback) -> Stand {
    let settings = serde_json::json!({ "jitter-percent": 0 });
    let mut stand = Stand::with(settings, mode).await.unwrap();
    let tellers = tellers(&stand, told);
    stand.restart_with_tellers(tellers).unwrap();
    stand
}

/// Who tells the stand's detector.
pub(crate) fn tellers(stand: &Stand, told: StealthwatchFeedback) -> Tellers {
    let options = StealthwatchOptions {
        base_url: stand.stealthwatch.base_url(),
        user: SimulatedStealthwatch::USER.to_owned(),
        key: LiveSecret::fixed(SimulatedStealthwatch::KEY),
        timeout: TIMEOUT,
        max_pages: 20,
        max_bytes: 1 << 20,
        attempts: 2,
    };
    let on_end = told.on_end;
    Tellers {
        stealthwatch_cloud: Some(Teller {
            service: Arc::new(StealthwatchAlerts::new(options, told).unwrap()),
            on_end,
        }),
        security_hub: None,
        pause: Duration::ZERO,
    }
}

/// Delivers the recorded attack.
pub(crate) async fn attack(stand: &Stand, delivery: &str) -> String {
    let report = stand.report(delivery, recorded::ATTACK).await.unwrap();
    report.outcome.name().to_owned()
}

/// The same alert as the detector sends it after it was changed: other bytes.
pub(crate) fn again() -> String {
    recorded::ATTACK.replace("\"id\":6125", "\"id\": 6125")
}

/// Lets the host tell all that is due.
pub(crate) async fn tell(stand: &Stand) {
    let until = Instant::now() + Duration::from_secs(30);
    stand.host.tell_detectors(until).await.unwrap();
}

/// The alert as the detector has it.
pub(crate) fn alert(stand: &Stand) -> SimulatedAlert {
    stand.stealthwatch.alert(ALERT).unwrap()
}
