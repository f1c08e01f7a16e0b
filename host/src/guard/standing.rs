//! Only an open alert may cause a write.

use super::Word;
use crate::alert::Alert;

/// A test alert carries a real old alert's id, source and observations; a resolved one is over.
pub(super) fn guard(alert: &Alert) -> Word {
    if alert.test {
        return Err(format!("alert {} only tests the channel", alert.id));
    }
    if alert.resolved {
        return Err(format!("alert {} is resolved", alert.id));
    }
    Ok(format!("alert {} is open and no test", alert.id))
}
