//! A mapping that somebody wrote, and an alert that is read with it. The input is both, with a NUL between them.

use std::path::Path;

use quell::{alert::Decoders, config::Config};

use super::decoder;

/// An account that a configuration needs and that says nothing of detectors.
const REST: &str = "aws.account = [{ id = '111122223333', regions = ['eu-west-1'] }]\n";

/// Reads the mapping, and the alert with it.
pub fn run(bytes: &[u8]) {
    let (mapping, alert) = match bytes.iter().position(|byte| *byte == 0) {
        Some(end) => (&bytes[..end], &bytes[end + 1..]),
        None => (bytes, &[][..]),
    };
    let Ok(mapping) = std::str::from_utf8(mapping) else {
        return;
    };
    let Ok(config) = Config::parse(&format!("{REST}{mapping}"), Path::new("quell.toml")) else {
        return;
    };
    let decoders = Decoders::new(config.detectors.iter().cloned());
    for (detector, _) in &config.detectors {
        decoder::one(&decoders, *detector, alert);
        if let Ok(alerts) = decoders.alerts_in(*detector, alert) {
            for alert in alerts.iter().take(8) {
                decoder::one(&decoders, *detector, alert.as_bytes());
            }
        }
    }
}
