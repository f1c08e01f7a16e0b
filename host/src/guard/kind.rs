//! Only what the plugin may do, and what this host can do.

use std::collections::BTreeSet;

use super::Word;
use crate::decision::ActionKind;

/// The permission is asked first: what a plugin may not do is nobody's business to explain further.
pub(super) fn guard(kind: ActionKind, may: &BTreeSet<ActionKind>) -> Word {
    if !may.contains(&kind) {
        return Err(format!(
            "the plugin may not {kind}; add `{kind}` to its `may` list in the configuration if it shall"
        ));
    }
    match kind {
        ActionKind::Block | ActionKind::Isolate | ActionKind::RevokeIngress | ActionKind::SetInstanceState => {
            Ok(format!("the plugin may {kind}"))
        }
        ActionKind::Custom => Err("this version of Quell has no custom actions".to_owned()),
    }
}
