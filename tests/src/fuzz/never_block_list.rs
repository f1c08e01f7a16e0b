//! A never-block list: read whole or not at all. The first byte says how it is written, and whether nothing may stand in it.

use std::fmt::Write as _;

use quell::never_block::format::{Format, Listed, MOST_ENTRIES, is_narrow};

use super::told;

/// Reads the bytes behind the first as a list.
pub fn run(bytes: &[u8]) {
    let [kind, list @ ..] = bytes else {
        return;
    };
    let may_be_empty = kind & 4 == 4;
    let service = ["ROUTE53_HEALTHCHECKS".to_owned()];
    let format = match kind & 3 {
        0 | 1 => Format::Prefixes,
        2 => Format::IpRanges {
            services: service.into(),
            regions: [].into(),
        },
        _ => Format::IpRanges {
            services: service.into(),
            regions: ["eu-west-1".to_owned()].into(),
        },
    };
    let listed = match format.read(list, may_be_empty) {
        Ok(listed) => listed,
        Err(error) => {
            told::error(&error);
            return;
        }
    };
    assert!(may_be_empty || !listed.is_empty(), "nothing is taken for a list");
    assert!(listed.len() <= MOST_ENTRIES);
    for entry in &listed {
        assert_eq!(entry.prefix, entry.prefix.trunc(), "which addresses are meant is clear");
        assert_eq!(is_narrow(entry.prefix), Ok(()), "{} would spare too much", entry.prefix);
        if let Some(reason) = &entry.reason {
            assert!(
                !reason.is_empty() && !reason.chars().any(char::is_control),
                "{reason:?}"
            );
        }
    }
    // A person may write the same list with one prefix a line.
    let again = Format::Prefixes.read(written(&listed).as_bytes(), true);
    assert_eq!(again.as_ref(), Ok(&listed), "{}", written(&listed));
}

/// The list with one prefix a line.
fn written(listed: &[Listed]) -> String {
    listed
        .iter()
        .fold(String::new(), |mut text, Listed { prefix, reason, until }| {
            let _ = write!(text, "{prefix}");
            if let Some(until) = until {
                let _ = write!(text, " until {until}");
            }
            if let Some(reason) = reason {
                let _ = write!(text, " # {reason}");
            }
            text + "\n"
        })
}
