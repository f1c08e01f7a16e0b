//! The documents in a file, one after the other, without more of it in memory than one.

use std::io::{self, BufRead, BufReader, Read};

use flate2::read::MultiGzDecoder;

use super::format::Format;
use crate::alert::MAX_BYTES;

/// How many bytes of a line are kept: one more than an alert may have, so that its decoder says that it is too long.
const KEPT_OF_A_LINE: usize = MAX_BYTES + 1;
/// How many bytes are kept of a file that is one document, which may be a list of alerts.
const KEPT_OF_A_FILE: usize = 64 * MAX_BYTES + 1;

/// One document of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its line, from 1; for a file that is one document, 1.
    pub line: u64,
    /// What stands there.
    pub body: Vec<u8>,
}

/// The documents of a file, by its format. Empty lines are none.
pub struct Documents {
    reader: BufReader<Box<dyn Read + Send>>,
    is_lines: bool,
    kept: usize,
    line: u64,
    is_over: bool,
}

impl Documents {
    /// Of what is read here. More than so many bytes, unpacked, are an error.
    pub fn of(file: impl Read + Send + 'static, format: Format, max_unpacked: u64) -> Self {
        let unpacked: Box<dyn Read + Send> = if format.is_packed {
            Box::new(MultiGzDecoder::new(BufReader::new(file)))
        } else {
            Box::new(file)
        };
        Self {
            reader: BufReader::new(Box::new(Bounded {
                reader: unpacked,
                left: max_unpacked,
                limit: max_unpacked,
            })),
            is_lines: format.is_lines,
            kept: if format.is_lines {
                KEPT_OF_A_LINE
            } else {
                KEPT_OF_A_FILE
            },
            line: 0,
            is_over: false,
        }
    }

    /// The next line, or all there is. None at the end.
    fn piece(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut kept = Vec::new();
        let mut has_any = false;
        loop {
            let read = match self.reader.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                read => read?,
            };
            if read.is_empty() {
                return Ok(has_any.then_some(kept));
            }
            has_any = true;
            let end = read.iter().position(|byte| self.is_lines && *byte == b'\n');
            let piece = read.get(..end.unwrap_or(read.len())).unwrap_or(read);
            let room = self.kept.saturating_sub(kept.len()).min(piece.len());
            kept.extend(piece.iter().take(room));
            let used = piece.len() + usize::from(end.is_some());
            self.reader.consume(used);
            if end.is_some() {
                return Ok(Some(kept));
            }
        }
    }
}

impl Iterator for Documents {
    type Item = io::Result<Document>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.is_over {
            match self.piece() {
                Ok(Some(body)) => {
                    self.line += 1;
                    if self.is_lines && body.trim_ascii().is_empty() {
                        continue;
                    }
                    return Some(Ok(Document { line: self.line, body }));
                }
                Ok(None) => self.is_over = true,
                Err(error) => {
                    self.is_over = true;
                    return Some(Err(error));
                }
            }
        }
        None
    }
}

/// What packs to nothing can unpack to anything.
struct Bounded {
    reader: Box<dyn Read + Send>,
    left: u64,
    limit: u64,
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                format!("more than {} bytes are in it (max-unpacked)", self.limit),
            )
        })?;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use flate2::{Compression, write::GzEncoder};
    use proptest::prelude::*;

    use super::*;

    const LINES: Format = Format {
        is_packed: false,
        is_lines: true,
    };

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn read(bytes: &[u8], format: Format, max: u64) -> Vec<Result<(u64, String), String>> {
        let documents = Documents::of(Cursor::new(bytes.to_vec()), format, max);
        let told = |document: io::Result<Document>| match document {
            Ok(document) => Ok((document.line, String::from_utf8_lossy(&document.body).into_owned())),
            Err(error) => Err(error.to_string()),
        };
        documents.map(told).collect()
    }

    #[test]
    fn each_line_is_a_document_and_keeps_its_number() {
        let expected = [
            Ok((1, "a".to_owned())),
            Ok((3, "b\r".to_owned())),
            Ok((4, "c".to_owned())),
        ];
        assert_eq!(read(b"a\n \nb\r\nc", LINES, 100), expected);
        let format = Format {
            is_packed: true,
            ..LINES
        };
        // As GuardDuty's exports are: several packed parts one after the other.
        let parts = [packed(b"a\n \nb\r\n"), packed(b"c")].concat();
        assert_eq!(read(&parts, format, 100), expected);
    }

    #[test]
    fn a_file_of_one_document_keeps_its_lines() {
        let format = Format {
            is_packed: false,
            is_lines: false,
        };
        assert_eq!(read(b"{\n}\n", format, 100), [Ok((1, "{\n}\n".to_owned()))]);
        assert_eq!(read(b"", format, 100), []);
    }

    #[test]
    fn a_small_file_that_unpacks_to_a_giant_is_left_before_it_fills_the_memory() {
        let format = Format {
            is_packed: true,
            ..LINES
        };
        let giant = packed(&vec![b'x'; 8 * MAX_BYTES]);
        assert_eq!(
            read(&giant, format, 4 * MAX_BYTES as u64),
            [Err("more than 4194304 bytes are in it (max-unpacked)".to_owned())]
        );
        let whole = read(&giant, format, 100 * MAX_BYTES as u64);
        assert_eq!(whole[0].as_ref().unwrap().1.len(), KEPT_OF_A_LINE);
    }

    #[test]
    fn a_file_that_was_cut_off_gives_what_is_whole_and_says_so() {
        let format = Format {
            is_packed: true,
            ..LINES
        };
        let mut cut = packed(&b"{\"id\":1}\n".repeat(1000));
        cut.truncate(cut.len() - 4);
        let read = read(&cut, format, 100_000);
        assert!(read.last().unwrap().is_err(), "{:?}", read.last());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..512), is_packed: bool, is_lines: bool) {
            let _ = read(&bytes, Format { is_packed, is_lines }, 100);
        }

        #[test]
        fn lines_are_what_lies_between_line_breaks(lines in prop::collection::vec("[a-z{} ]{0,20}", 0..20)) {
            let read = read(lines.join("\n").as_bytes(), LINES, 10_000);
            let expected: Vec<_> = (1..).zip(&lines).filter(|(_, line)| !line.trim().is_empty()).map(|(number, line)| Ok((number, line.clone()))).collect();
            prop_assert_eq!(read, expected);
        }
    }
}
