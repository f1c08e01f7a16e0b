//! A body: what came through a door once, with one alert in it or with several.

use std::{borrow::Cow, io::Read};

use flate2::read::MultiGzDecoder;
use serde_json::value::RawValue;

use super::{DecodeError, error::Position};

/// How many bytes a body may have, decompressed. The largest that comes through a queue has 1 MiB; what GuardDuty exports to S3 is some MiB.
pub const MOST_BYTES: usize = 64 * 1024 * 1024;

/// How many alerts a body may have. Those that the queue (`work.queue`) has no room for come with the next try.
pub(super) const MOST_ALERTS: usize = 10_000;

/// How gzip begins.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The text of a body, decompressed if it is gzip.
pub(super) fn text(body: &[u8]) -> Result<Cow<'_, str>, DecodeError> {
    let bytes = if body.starts_with(&GZIP) {
        let mut bytes = Vec::new();
        // One byte more, so that what is too long is known to be.
        let mut decoder = MultiGzDecoder::new(body).take(MOST_BYTES as u64 + 1);
        decoder.read_to_end(&mut bytes).map_err(DecodeError::NotGzip)?;
        Cow::Owned(bytes)
    } else {
        Cow::Borrowed(body)
    };
    if bytes.len() > MOST_BYTES {
        return Err(DecodeError::TooLarge {
            bytes: bytes.len(),
            limit: MOST_BYTES,
        });
    }
    let not_text = |bytes: &[u8], source: std::str::Utf8Error| DecodeError::NotText {
        position: Position::of(bytes, source.valid_up_to()),
        source,
    };
    match bytes {
        Cow::Borrowed(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.into()),
            Err(source) => Err(not_text(bytes, source)),
        },
        Cow::Owned(bytes) => String::from_utf8(bytes)
            .map(Cow::Owned)
            .map_err(|error| not_text(error.as_bytes(), error.utf8_error())),
    }
}

/// The documents of a text: its lines if it is JSON by the line (NDJSON), or else the text as a whole, whatever it is.
///
/// It is JSON by the line if it is not JSON as a whole, and at least half of its lines are an object each: one that is damaged does not spoil the others.
pub(super) fn documents(text: &str) -> Vec<&str> {
    let whole = vec![text];
    if is_json(text) {
        return whole;
    }
    let lines: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let objects = lines
        .iter()
        .filter(|line| line.starts_with('{') && is_json(line))
        .count();
    if objects > 0 && objects * 2 >= lines.len() {
        lines
    } else {
        whole
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<&RawValue>(text).is_ok()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};
    use proptest::prelude::*;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn json_by_the_line_is_as_many_documents_also_if_a_line_is_damaged() {
        assert_eq!(
            documents("{\"a\": 1}\n\n{\"b\"\n{\"c\": 3}\r\n"),
            ["{\"a\": 1}", "{\"b\"", "{\"c\": 3}"]
        );
    }

    #[test]
    fn anything_else_is_one_document() {
        let cut_off = "{\n  \"a\": {},\n  \"b\":";
        for text in ["", "{}", "{\n  \"a\":\n  {}\n}", cut_off, "[{}\n,{}]", "not\nJSON"] {
            assert_eq!(documents(text), [text]);
        }
    }

    #[test]
    fn gzip_is_read_as_what_it_holds_also_in_several_parts() {
        let both = [gzip(b"{\"a\": 1}\n"), gzip(b"{\"b\": 2}\n")].concat();
        assert_eq!(text(&both).unwrap(), "{\"a\": 1}\n{\"b\": 2}\n");
        assert_eq!(text(b"{}").unwrap(), "{}");
    }

    #[test]
    fn a_small_body_that_would_fill_the_memory_is_refused() {
        let bomb = gzip(&vec![b' '; MOST_BYTES + 1000]);
        assert!(bomb.len() < MOST_BYTES / 100);
        insta::assert_snapshot!(text(&bomb).unwrap_err(), @"the alert has 67108865 bytes, and Quell reads at most 67108864; send one alert at a time, as the detector gave it");
    }

    #[test]
    fn half_of_a_gzip_is_refused() {
        let whole = gzip(b"{\"a\": 1}");
        let error = text(&whole[..whole.len() / 2]).unwrap_err();
        insta::assert_snapshot!(error, @"the body begins like gzip and can't be decompressed; send it whole");
        assert!(matches!(text(&gzip(b"\xff")), Err(DecodeError::NotText { .. })));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..256), is_gzip: bool) {
            let bytes = if is_gzip { [&GZIP[..], &bytes].concat() } else { bytes };
            if let Ok(text) = text(&bytes) {
                documents(&text);
            }
        }
    }
}
