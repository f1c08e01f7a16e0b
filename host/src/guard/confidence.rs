//! Confidence is a percentage.

use super::Word;

/// A plugin that does not keep the scale can't be weighed against others.
pub(super) fn guard(confidence: u8) -> Word {
    if confidence > 100 {
        return Err(format!("confidence {confidence} is not on the scale from 0 to 100"));
    }
    Ok(format!("confidence {confidence} of 100"))
}
