//! A file that lies in a folder or bucket. The first byte says of which format, the second how much it may unpack to.

use std::io::Cursor;

use quell::door::folder::{documents::Documents, format::Format};

/// Reads the bytes as a file.
pub fn run(bytes: &[u8]) {
    let [kind, most, file @ ..] = bytes else {
        return;
    };
    if let Ok(name) = std::str::from_utf8(file) {
        let _ = Format::of(name);
    }
    let format = Format {
        is_packed: kind & 1 == 1,
        is_lines: kind & 2 == 2,
    };
    let most = u64::from(*most) * 64;
    let mut last = 0;
    let mut read = 0;
    let mut is_over = false;
    for document in Documents::of(Cursor::new(file.to_vec()), format, most) {
        assert!(!is_over, "something comes behind an error");
        match document {
            Ok(document) => {
                assert!(
                    document.line > last,
                    "lines are numbered upwards, so that each is known again"
                );
                assert!(format.is_lines || document.line == 1);
                assert!(!format.is_lines || !document.body.contains(&b'\n'));
                last = document.line;
                read += document.body.len() as u64;
            }
            Err(_) => is_over = true,
        }
    }
    assert!(read <= most, "{read} bytes of {most}");
}
