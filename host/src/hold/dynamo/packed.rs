//! Long texts, packed: an item may have 400 KB, and what is read and written is paid by its size. JSON becomes a fifth.

use std::io::{Read, Write};

use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};

use super::{Failure, item::unreadable};

/// No text that the journal packs is longer: a body has up to 100 MiB (`http.max-body`), a report some times as much as its alert.
const LONGEST: u64 = 512 * 1024 * 1024;

/// Packs a text.
pub(super) fn pack(text: &str) -> Result<Vec<u8>, Failure> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    let packed = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
    packed.map_err(|error| unreadable("text", &error.to_string()))
}

/// A text out of its bytes. No bytes are no text.
pub(super) fn unpack(bytes: &[u8]) -> Result<String, Failure> {
    let mut text = String::new();
    if !bytes.is_empty() {
        let mut decoder = DeflateDecoder::new(bytes).take(LONGEST);
        let read = decoder.read_to_string(&mut text);
        read.map_err(|error| unreadable("packed text", &error.to_string()))?;
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_comes_back_as_it_was() {
        for text in ["", "x", "{\"id\": 1}", &"détecté ".repeat(100_000)] {
            assert_eq!(unpack(&pack(text).unwrap()).unwrap(), text);
        }
    }

    #[test]
    fn bytes_that_are_no_packed_text_are_an_error() {
        assert!(unpack(&[0xff; 10]).is_err());
    }
}
