//! The packing itself.

use ipnet::IpNet;

use super::{
    Chosen, NeverDeny, Offender, PackRules, Weight,
    block::{self, Block},
    leaf,
    tree::{Grower, Node, Tree, splits},
};
use crate::cloud::Family;

/// The best choice of prefixes for every number of rules up to a given one.
#[derive(Debug)]
pub struct Packing {
    family: Family,
    leaves: usize,
    tree: Tree,
}

impl Packing {
    /// Solves for every number of rules from 0 to `most`, in O(offenders × `most`) time and space.
    ///
    /// Offenders may come in any order, repeated and nested; weights of the same prefix add up. Offenders of the other
    /// family are left out. `never` is what no rule for several offenders may overlap: who must not be denied at all is no
    /// offender. `in_place` is what is denied today by entries of ours.
    pub fn solve(
        offenders: &[Offender],
        never: &NeverDeny,
        in_place: &[IpNet],
        rules: &PackRules,
        most: usize,
    ) -> Self {
        let never = never.of(rules.family);
        let leaves = leaf::leaves(offenders, never, rules);
        let in_place = in_place.iter().filter(|prefix| Family::of(**prefix) == rules.family);
        let in_place = in_place.map(|prefix| Block::of(*prefix));
        Self {
            family: rules.family,
            leaves: leaves.len(),
            tree: Grower::new(&leaves, never, in_place, rules, most).grow(),
        }
    }

    /// What the best choice of at most `rules` rules is worth: weights less cost plus bonus. It never falls as `rules`
    /// grows, and stays what it is beyond the most that was solved for. The curves of two families can be compared to
    /// share numbers between them.
    pub fn value(&self, rules: usize) -> Weight {
        let root = self.tree.root();
        root.map_or(Weight::ZERO, |root| self.tree.best(root, rules).worth())
    }

    /// The best choice of at most `rules` rules, in the order of their addresses. They have no address in common. There
    /// are fewer if one more would be worth nothing.
    pub fn choose(&self, rules: usize) -> Vec<Chosen> {
        let mut chosen = Vec::new();
        let mut open: Vec<_> = self.tree.root().map(|root| (root, rules)).into_iter().collect();
        while let Some((node, rules)) = open.pop() {
            let best = self.tree.best(node, rules);
            let fewest = self.tree.table(node).partition_point(|score| *score < best);
            match (node.whole, node.halves) {
                _ if fewest == 0 => {}
                (Some((block, score)), _) if score == best => chosen.push(self.chosen(node, block)),
                (_, Some(halves)) => {
                    let [lower, upper] = halves.map(|half| self.tree.node(half));
                    let (lower_table, upper_table) = (self.tree.table(lower), self.tree.table(upper));
                    // The table keeps no trace of the split that it was filled from: it is found again. The lower
                    // addresses go first.
                    let split = splits(lower_table, upper_table, fewest)
                        .rev()
                        .find(|to_lower| lower_table[*to_lower].plus(upper_table[fewest - to_lower]) == best);
                    if let Some(to_lower) = split {
                        open.extend([(upper, fewest - to_lower), (lower, to_lower)]);
                    }
                }
                (_, None) => {}
            }
        }
        chosen
    }

    /// How many rules it takes to cover all that can be covered, each with a rule of its own: nested prefixes and those
    /// in one /64 of IPv6 count once.
    pub fn leaves(&self) -> usize {
        self.leaves
    }

    fn chosen(&self, node: &Node, block: Block) -> Chosen {
        Chosen {
            prefix: block.prefix(self.family),
            offenders: node.contents.offenders,
            weight: node.contents.weight,
            innocents: block
                .units(block::unit(self.family))
                .saturating_sub(node.contents.units),
        }
    }
}
