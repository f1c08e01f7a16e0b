//! The form of a change of state.

use crate::decision::StateChange;

/// Which state, and a reason.
pub(in crate::guard) fn state(change: StateChange, reason: &str) -> Result<(StateChange, String), String> {
    super::reason(reason)?;
    Ok((change, format!("{}, with a reason", change.name())))
}
