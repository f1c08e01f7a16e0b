//! The view: an instance as it was read, with our recent changes of its interfaces in it.

use super::interfaces::same;
use crate::{
    converge::LiveInstance,
    hold::{Change, GroupChange, MadeChange},
};

/// What was read, with our recent changes in it. `recent` is oldest first. Where a read shows what is neither the groups before a change nor those after
/// it, somebody else was there, and the read is believed.
pub(in crate::converge) fn view(mut live: LiveInstance, recent: &[MadeChange]) -> LiveInstance {
    for made in recent {
        let Change::Groups(GroupChange::SetGroups {
            interface, from, to, ..
        }) = &made.change
        else {
            continue;
        };
        let shown = live.interfaces.iter_mut().find(|shown| shown.id == *interface);
        if let Some(shown) = shown.filter(|shown| same(&shown.security_groups, from)) {
            shown.security_groups.clone_from(to);
        }
    }
    live
}
