//! Packing: which prefixes to deny when there are more offenders than rules.
//!
//! Covering *all* of a scattered list is useless: 1,413 real bad addresses in 18 prefixes are most of IPv4. So the
//! packing covers *some*. It picks at most `n` disjoint prefixes so that
//!
//! ```text
//!   sum of the weights of the offenders inside
//! − innocent_cost × innocents inside
//! + keep_bonus × prefixes that are in place already
//! ```
//!
//! is as large as it can be. The packing is exact and pure, for one family and one direction at a time.
//!
//! # The tree
//!
//! The offenders, sorted, are the *leaves* of a binary tree: one inside another is absorbed by the outer, and several
//! in one IPv6 /64 are that /64, because a host owns a /64 and changes its address within. What a hold denies in any
//! case is no innocent. A *node* is the common prefix of its first and last leaf. Any other prefix covers the leaves of
//! some node with at least as many innocents, so only the `2 × leaves − 1` nodes need be looked at, and the prefixes
//! that are in place: one of those may be wider than its node, because some of its offenders have ended, and still be
//! worth keeping.
//!
//! A node `p` is *forbidden* as a rule if it is wider than [`PackRules::widest`] or overlaps what must never be denied.
//! A leaf never is: a guard or a person let that very hold pass.
//!
//! # The recurrence
//!
//! With `v(p, n)` the best that at most `n` rules do inside `p`:
//!
//! ```text
//! v(p, 0) = 0
//! v(p, n) = the greatest of  v(left, i) + v(right, n − i)                for i = 0 … n
//!                       and  weights(p) − innocent_cost × innocents(p)   if p may be one rule;
//!                                                                       + keep_bonus if it is in place
//! ```
//!
//! Ties go to fewer rules, then to the longer prefixes, then to the lower half of the addresses. The plan depends on
//! nothing else, above all not on the order of the input.
//!
//! # What it costs
//!
//! A node's table holds `min(leaves below, n) + 1` scores, and to fill all of them takes O(leaves × n) additions.
//! Before that the offenders are sorted. The tree is at most as deep as an address has bits.

mod block;
mod innocents;
mod leaf;
mod never_deny;
mod packing;
mod score;
mod tree;
mod weight;

use ipnet::IpNet;

pub use self::{innocents::innocents, never_deny::NeverDeny, packing::Packing, weight::Weight};
use crate::cloud::Family;

/// What one hold brings to the packing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offender {
    /// What the hold denies.
    pub prefix: IpNet,
    /// What it is worth to cover it. An offender of weight zero is never worth a rule of its own.
    pub weight: Weight,
}

/// What a packing may do, and what it minds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackRules {
    /// The family that is packed. Prefixes of the other one are left out.
    pub family: Family,
    /// The prefix length of the widest aggregate, 24 for IPv4 and 56 for IPv6 by default. A hold's own prefix may be
    /// wider.
    pub widest: u8,
    /// What it costs to deny one innocent address; for IPv6 one innocent /64.
    pub innocent_cost: Weight,
    /// What a prefix that is in place already is worth on top, so that a change must be better by a margin.
    pub keep_bonus: Weight,
}

/// One rule that a packing chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chosen {
    /// What it denies.
    pub prefix: IpNet,
    /// How many distinct prefixes of offenders are inside.
    pub offenders: usize,
    /// The sum of their weights, without cost and bonus.
    pub weight: Weight,
    /// How many addresses it denies that no offender's prefix contains; for IPv6 how many such /64s.
    pub innocents: u128,
}

#[cfg(test)]
mod tests;
