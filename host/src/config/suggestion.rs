//! Suggestions for a misspelt word.

/// The candidate that was most likely meant, if one is close enough: at most every third letter is wrong, or only the rest
/// of it is missing.
pub fn nearest<'list>(word: &str, candidates: impl IntoIterator<Item = &'list str>) -> Option<&'list str> {
    candidates
        .into_iter()
        .map(|candidate| match candidate.strip_prefix(word) {
            Some(rest) if !word.is_empty() && rest.starts_with('-') => (1, candidate),
            _ => (strsim::damerau_levenshtein(word, candidate), candidate),
        })
        .filter(|(distance, candidate)| *distance <= word.len().max(candidate.len()).div_ceil(3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: [&str; 3] = ["never-block", "widest-ipv4", "widest-ipv6"];

    #[test]
    fn a_slip_of_the_finger_is_understood() {
        assert_eq!(nearest("never-blok", KEYS), Some("never-block"));
        assert_eq!(nearest("never_block", KEYS), Some("never-block"));
        assert_eq!(nearest("never", KEYS), Some("never-block"));
        assert_eq!(nearest("widest-ipv5", KEYS), Some("widest-ipv4"));
    }

    #[test]
    fn a_quite_different_word_gets_no_wild_guess() {
        assert_eq!(nearest("colour", KEYS), None);
        assert_eq!(nearest("", KEYS), None);
    }
}
