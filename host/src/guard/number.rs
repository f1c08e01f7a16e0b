//! Not more remediations in one decision than the operator allows.

use super::Word;

/// A decision with too many is refused as a whole: which of them were meant in earnest can't be known.
pub(super) fn guard(remediations: usize, most: usize) -> Word {
    if remediations > most {
        return Err(format!(
            "the decision holds {remediations} remediations, at most {most} are allowed (guard.max-remediations)"
        ));
    }
    Ok(format!("{remediations} of at most {most} remediations"))
}
