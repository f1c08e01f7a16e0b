//! Why something is not PEM, in words and in one line. The reader's own errors print the bytes of a line, however long it is, as numbers.

use rustls_pki_types::pem;

use crate::alert::printable::printable;

/// How much of a line is shown, in characters.
const SHOWN: usize = 64;

/// Why something is not PEM.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotPem {
    /// The section of this name does not end.
    #[error("the line `-----END {0}-----` is missing")]
    NoEnd(String),
    /// A line begins as one that begins a section, and does not end so.
    #[error("the line `{0}` should end with five hyphens")]
    NoBeginning(String),
    /// A section has what Base64 has not.
    #[error("what is between its lines is not Base64")]
    NotBase64,
    /// There is no section of the kind that is looked for.
    #[error("there is none in it")]
    Empty,
    /// What only files and endless texts can have.
    #[error("it can't be read to its end")]
    Unreadable,
}

impl From<pem::Error> for NotPem {
    fn from(error: pem::Error) -> Self {
        match error {
            pem::Error::MissingSectionEnd { end_marker } => Self::NoEnd(shown(&end_marker)),
            pem::Error::IllegalSectionStart { line } => Self::NoBeginning(shown(&line)),
            pem::Error::Base64Decode(_) => Self::NotBase64,
            pem::Error::NoItemsFound => Self::Empty,
            _ => Self::Unreadable,
        }
    }
}

/// The beginning of a line.
fn shown(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line);
    let text = text.trim_end();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", printable(&text[..end])),
        None => printable(text),
    }
}

#[cfg(test)]
mod tests {
    use rustls_pki_types::{CertificateDer, pem::PemObject};

    use super::*;

    fn error(pem: &str) -> String {
        let error = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap_err();
        NotPem::from(error).to_string()
    }

    #[test]
    fn a_line_that_should_begin_a_certificate_is_shown_as_text_however_long_it_is() {
        insta::assert_snapshot!(error("-----BEGIN CERTIFICATE---\nAAAA\n"), @"the line `-----BEGIN CERTIFICATE---` should end with five hyphens");
        let long = error(&format!("-----BEGIN CERTIFICATE{}\n", "\u{1b}[2J".repeat(4_000)));
        assert!(long.len() < 500, "{long}");
        assert_eq!(long, printable(&long));
    }

    #[test]
    fn what_a_certificate_has_not_is_said() {
        insta::assert_snapshot!(error("-----BEGIN CERTIFICATE-----\nAAAA\n"), @"the line `-----END CERTIFICATE-----` is missing");
        insta::assert_snapshot!(error("-----BEGIN CERTIFICATE-----\nA!AA\n-----END CERTIFICATE-----\n"), @"what is between its lines is not Base64");
        insta::assert_snapshot!(error("a letter"), @"there is none in it");
    }
}
