//! A body with one alert in it or with several.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use quell::alert::{Decoders, Detector};

use super::{decoder, told};

/// How many alerts of one body are decoded: what one of many is, `decoder` looks at.
const DECODED: usize = 8;

/// Takes the bytes apart as a body of every detector.
pub fn run(bytes: &[u8]) {
    let decoders = Decoders::default();
    for detector in Detector::BUILT_IN {
        let alerts = decoders.alerts_in(detector, bytes);
        match &alerts {
            Ok(alerts) => {
                assert!(alerts.len() <= 10_000);
                for alert in alerts.iter().take(DECODED) {
                    decoder::one(&decoders, detector, alert.as_bytes());
                }
            }
            Err(error) => {
                told::error(error);
            }
        }
        // Packed it is the same, unless it is packed already.
        if !bytes.starts_with(&[0x1f, 0x8b]) {
            let packed = decoders.alerts_in(detector, &packed(bytes));
            assert_eq!(packed.ok(), alerts.ok(), "a body that is packed is another one");
        }
    }
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}
