//! Things that are made up from the bytes of an input: the same bytes make the same things, and no more bytes make the simplest.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use arbitrary::Unstructured;
use ipnet::IpNet;
use quell::guard::never_block::NeverBlock;

/// A source of things.
pub(super) struct Chance<'a>(Unstructured<'a>);

impl<'a> Chance<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        Self(Unstructured::new(bytes))
    }

    /// A number from 0 to `most`.
    pub(super) fn upto(&mut self, most: usize) -> usize {
        self.0.int_in_range(0..=most).unwrap_or_default()
    }

    /// Once in `times`.
    pub(super) fn once_in(&mut self, times: usize) -> bool {
        self.upto(times - 1) == times - 1
    }

    /// One of these.
    pub(super) fn one_of<T: Clone>(&mut self, these: &[T]) -> T {
        these[self.upto(these.len() - 1)].clone()
    }

    /// At most so many.
    pub(super) fn some<T>(&mut self, most: usize, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.upto(most)).map(|_| make(self)).collect()
    }

    pub(super) fn byte(&mut self) -> u8 {
        self.0.arbitrary().unwrap_or_default()
    }

    pub(super) fn word(&mut self) -> u64 {
        self.0.arbitrary().unwrap_or_default()
    }

    /// Any text, as somebody who means harm writes it.
    pub(super) fn text(&mut self) -> String {
        self.0.arbitrary::<&str>().unwrap_or_default().to_owned()
    }

    /// An address: mostly one of few, so that things meet.
    pub(super) fn address(&mut self) -> IpAddr {
        let (near, far) = (self.byte() % 8, self.byte());
        match self.upto(7) {
            0 | 1 => Ipv4Addr::new(203, 0, 113, far % 32).into(),
            2 => Ipv4Addr::new(203, 0, 112 + near, far).into(),
            3 => Ipv4Addr::new(10, 0, near, far).into(),
            4 => Ipv6Addr::new(0x2001, 0xdb8, 0, u16::from(near), 0, 0, 0, u16::from(far)).into(),
            5 => Ipv4Addr::from(u32::try_from(self.word() >> 32).unwrap_or_default()).into(),
            6 => Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0xcb00, 0x7100 + u16::from(far)).into(),
            _ => Ipv6Addr::from((u128::from(self.word()) << 64) | u128::from(self.word())).into(),
        }
    }

    /// What is never blocked.
    pub(super) fn never_block(&mut self) -> NeverBlock {
        NeverBlock {
            prefix: self.prefix(),
            reason: None,
            until: None,
            list: None,
        }
    }

    /// A prefix without host bits, mostly a long one.
    pub(super) fn prefix(&mut self) -> IpNet {
        let address = self.address();
        let whole = if address.is_ipv4() { 32 } else { 128 };
        let length = match self.upto(3) {
            0 | 1 => whole,
            2 => whole - self.byte() % 9,
            _ => self.byte() % (whole + 1),
        };
        IpNet::new(address, length).map_or_else(|_| IpNet::from(address), |prefix| prefix.trunc())
    }
}
