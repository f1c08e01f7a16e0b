//! A hold that denies a prefix, with the prefix at hand.

use std::ops::Deref;

use ipnet::IpNet;

use crate::{
    cloud::Direction,
    hold::{Denial, Hold},
};

/// A hold that denies a prefix.
#[derive(Debug, Clone, Copy)]
pub(super) struct BlockHold<'a> {
    hold: &'a Hold,
    pub(super) prefix: IpNet,
    pub(super) direction: Direction,
}

impl<'a> BlockHold<'a> {
    /// None if the hold does something else.
    pub(super) fn of(hold: &'a Hold) -> Option<Self> {
        let Denial { prefix, direction } = hold.remedy.denial()?;
        Some(Self {
            hold,
            prefix,
            direction,
        })
    }
}

impl Deref for BlockHold<'_> {
    type Target = Hold;

    fn deref(&self) -> &Hold {
        self.hold
    }
}
