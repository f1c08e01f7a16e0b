//! One alert, by the decoder of each detector that Quell has.

use quell::alert::{Alert, Decoders, Detector, MAX_BYTES, recognise};

use super::told;

/// Reads the bytes as an alert of every detector.
pub fn run(bytes: &[u8]) {
    let decoders = Decoders::default();
    assert!(Detector::BUILT_IN.contains(&recognise(bytes)));
    for detector in Detector::BUILT_IN {
        one(&decoders, detector, bytes);
    }
}

/// Reads the bytes as an alert of this detector, and looks at what comes of it.
pub(super) fn one(decoders: &Decoders, detector: Detector, bytes: &[u8]) {
    match decoders.decode(detector, bytes) {
        Ok(alert) => good(decoders, detector, &alert),
        Err(error) => {
            told::error(&error);
        }
    }
}

fn good(decoders: &Decoders, detector: Detector, alert: &Alert) {
    assert_eq!(alert.detector, detector);
    assert!(
        !alert.id.is_empty(),
        "holds and feedback are told apart by the alert's id"
    );
    assert!(
        alert.severity.is_none_or(|severity| severity <= 100),
        "{:?}",
        alert.severity
    );
    assert!(alert.raw.len() <= MAX_BYTES);
    // The journal and recordings keep what was sent, and it must mean the same when it is read again.
    let again = decoders.decode(detector, alert.raw.as_bytes());
    assert_eq!(
        again.as_ref().ok(),
        Some(alert),
        "read again it is another alert: {again:?}"
    );
    match decoders.observations(alert) {
        Some(Err(error)) => {
            told::error(&error);
        }
        Some(Ok(observations)) => assert!(observations.len() <= alert.raw.len()),
        None => {}
    }
    let mut kept: Alert =
        serde_json::from_str(&serde_json::to_string(alert).expect("it is JSON")).expect("it is an alert");
    kept.raw.clone_from(&alert.raw);
    assert_eq!(kept, *alert, "an alert that is written and read again");
}
