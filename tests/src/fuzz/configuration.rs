//! The configuration: any text is a configuration, or an error that says where.

use std::path::Path;

use quell::{alert::printable::printable_lines, config::Config, setup};

/// Reads the bytes as `quell.toml`.
pub fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let path = Path::new("/etc/quell/quell.toml");
    match Config::parse(text, path) {
        Ok(config) => {
            assert!(!config.plugins.is_empty(), "somebody decides");
            let rules = setup::rules(&config.guard);
            assert!(rules.max_remediations > 0 && rules.widest_ipv4 <= 32 && rules.widest_ipv6 <= 128);
            let _ = setup::decoders(&config);
            assert_eq!(Config::parse(text, path).ok().as_ref(), Some(&config));
        }
        Err(invalid) => {
            assert!(!invalid.problems.is_empty());
            for problem in &invalid.problems {
                assert!(!problem.message.is_empty());
                if let Some(span) = &problem.span {
                    assert!(
                        span.start <= span.end && span.end <= text.len(),
                        "{span:?} of {}",
                        text.len()
                    );
                }
            }
            let told = invalid.to_string();
            assert!(
                told.contains("/etc/quell/quell.toml"),
                "an error without a place: {told}"
            );
            assert_eq!(told, printable_lines(&told), "an error that is not printable");
        }
    }
}
