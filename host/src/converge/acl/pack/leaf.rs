//! Leaves: the offenders as disjoint blocks.

use super::{
    Offender, PackRules, Weight,
    block::{self, Block, Disjoint},
};
use crate::cloud::Family;

/// What lies inside a block.
#[derive(Debug, Clone, Copy)]
pub(super) struct Contents {
    /// Distinct prefixes of offenders.
    pub(super) offenders: usize,
    /// The sum of their weights.
    pub(super) weight: Weight,
    /// How many units (addresses, or /64s of IPv6) an offender's prefix touches. The others are innocents.
    pub(super) units: u128,
}

impl Contents {
    /// Of this and of what follows it in one block.
    pub(super) fn and(self, other: Self, block: Block, unit: u8) -> Self {
        Self {
            offenders: self.offenders.saturating_add(other.offenders),
            weight: self.weight.saturating_add(other.weight),
            // Two blocks inside one unit touch the same one.
            units: if block.length() >= unit {
                1
            } else {
                self.units.saturating_add(other.units)
            },
        }
    }
}

/// One block that a rule can cover by itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leaf {
    pub(super) block: Block,
    pub(super) contents: Contents,
}

/// The leaves that offenders make, in the order of their addresses. Those of the other family are left out.
pub(super) fn leaves(offenders: &[Offender], never: &Disjoint, rules: &PackRules) -> Vec<Leaf> {
    let unit = block::unit(rules.family);
    let mut blocks: Vec<_> = offenders
        .iter()
        .filter(|offender| Family::of(offender.prefix) == rules.family)
        .map(|offender| (Block::of(offender.prefix), offender.weight))
        .collect();
    blocks.sort_unstable();
    let leaves = absorb(&blocks, unit);
    // A whole unit is an aggregate like any other: it must not be wider than the widest.
    if rules.widest <= unit {
        collapse(leaves, unit, never)
    } else {
        leaves
    }
}

/// Takes each block into the outermost one around it.
fn absorb(blocks: &[(Block, Weight)], unit: u8) -> Vec<Leaf> {
    let mut leaves: Vec<Leaf> = Vec::with_capacity(blocks.len());
    let mut before = None;
    for (block, weight) in blocks {
        let distinct = before.replace(*block) != Some(*block);
        match leaves.last_mut() {
            Some(outer) if outer.block.contains(*block) => {
                outer.contents.offenders += usize::from(distinct);
                outer.contents.weight = outer.contents.weight.saturating_add(*weight);
            }
            _ => leaves.push(Leaf {
                block: *block,
                contents: Contents {
                    offenders: 1,
                    weight: *weight,
                    units: block.units(unit),
                },
            }),
        }
    }
    leaves
}

/// Makes one leaf of several in one unit: a host that is seen with two addresses of its /64 will come with a third.
/// Where something in the unit must never be denied, they stay apart.
fn collapse(leaves: Vec<Leaf>, unit: u8, never: &Disjoint) -> Vec<Leaf> {
    let mut collapsed: Vec<Leaf> = Vec::with_capacity(leaves.len());
    for leaf in leaves {
        let whole = leaf.block.widened(unit);
        match collapsed.last_mut() {
            Some(before) if whole.contains(before.block) && !never.overlaps(whole) => {
                *before = Leaf {
                    block: whole,
                    contents: before.contents.and(leaf.contents, whole, unit),
                };
            }
            _ => collapsed.push(leaf),
        }
    }
    collapsed
}
