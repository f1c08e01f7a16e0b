//! The tree over the leaves, with the table of each node.

use std::{collections::BTreeMap, ops::Range};

use super::{
    PackRules, Weight,
    block::{self, Block, Disjoint},
    leaf::{Contents, Leaf},
    score::Score,
};

/// One node: the leaves below it and what rules can do about them.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) contents: Contents,
    /// The one rule that covers all leaves below, if there may be one and it is worth something.
    pub(super) whole: Option<(Block, Score)>,
    /// The two halves; a leaf has none.
    pub(super) halves: Option<[usize; 2]>,
    /// Where in the tree's scores this node's table is.
    table: Range<usize>,
}

/// A binary tree. A node comes after its halves, so the root is the last one.
#[derive(Debug, Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    /// The tables of all nodes, one after the other: the entry at `n` is the best score of at most `n` rules.
    scores: Vec<Score>,
}

impl Tree {
    pub(super) fn root(&self) -> Option<&Node> {
        self.nodes.last()
    }

    pub(super) fn node(&self, node: usize) -> &Node {
        &self.nodes[node]
    }

    /// The best score of at most so many rules below a node; beyond the end of its table more rules bring nothing.
    pub(super) fn best(&self, node: &Node, rules: usize) -> Score {
        let table = self.table(node);
        table.get(rules).or(table.last()).copied().unwrap_or_default()
    }

    /// The best score by the number of rules, from none on.
    pub(super) fn table(&self, node: &Node) -> &[Score] {
        &self.scores[node.table.clone()]
    }
}

/// How many of `rules` can go to the lower half: all that both tables have an entry for.
pub(super) fn splits(lower: &[Score], upper: &[Score], rules: usize) -> Range<usize> {
    (rules + 1).saturating_sub(upper.len())..lower.len().min(rules + 1)
}

/// What it takes to grow a tree.
pub(super) struct Grower<'a> {
    leaves: &'a [Leaf],
    never: &'a Disjoint,
    rules: &'a PackRules,
    /// Prefixes that are in place, by the leaves that they cover. Of several that cover the same, the narrowest: it
    /// harms the fewest.
    in_place: BTreeMap<(usize, usize), Block>,
    most: usize,
    tree: Tree,
}

impl<'a> Grower<'a> {
    pub(super) fn new(
        leaves: &'a [Leaf],
        never: &'a Disjoint,
        in_place: impl Iterator<Item = Block>,
        rules: &'a PackRules,
        most: usize,
    ) -> Self {
        let mut grower = Self {
            leaves,
            never,
            rules,
            in_place: BTreeMap::new(),
            most,
            tree: Tree::default(),
        };
        grower.tree.nodes.reserve_exact((leaves.len() * 2).saturating_sub(1));
        for block in in_place {
            grower.keep(block);
        }
        grower
    }

    /// Takes a prefix that is in place as a candidate, if it covers a leaf and may be a rule.
    fn keep(&mut self, block: Block) {
        let begin = self.leaves.partition_point(|leaf| leaf.block < block);
        let end = self.leaves.partition_point(|leaf| leaf.block.last() <= block.last());
        if begin >= end {
            return;
        }
        let is_leaf = self.leaves[begin].block == block;
        if is_leaf || self.may_be_rule(block) {
            let narrowest = self.in_place.entry((begin, end)).or_insert(block);
            if block.length() > narrowest.length() {
                *narrowest = block;
            }
        }
    }

    fn may_be_rule(&self, block: Block) -> bool {
        block.length() >= self.rules.widest && !self.never.overlaps(block)
    }

    pub(super) fn grow(mut self) -> Tree {
        if !self.leaves.is_empty() {
            self.node(0..self.leaves.len());
        }
        self.tree
    }

    /// Adds the node of one or more leaves, after all that is below it. It calls itself no deeper than an address has
    /// bits.
    fn node(&mut self, leaves: Range<usize>) -> usize {
        let unit = block::unit(self.rules.family);
        let below = &self.leaves[leaves.clone()];
        let (first, last) = (below[0], below[below.len() - 1]);
        let (block, contents, halves) = if below.len() == 1 {
            (first.block, first.contents, None)
        } else {
            let block = first.block.around(last.block);
            let middle = leaves.start + below.partition_point(|leaf| !leaf.block.is_in_upper_half_of(block));
            let halves = [self.node(leaves.start..middle), self.node(middle..leaves.end)];
            let [lower, upper] = halves.map(|half| self.tree.node(half).contents);
            (block, lower.and(upper, block, unit), Some(halves))
        };
        let whole = self.whole(&leaves, block, contents);
        let table = self.fill(leaves.len(), whole, halves);
        self.tree.nodes.push(Node {
            contents,
            whole,
            halves,
            table,
        });
        self.tree.nodes.len() - 1
    }

    /// The best single rule for all of a node's leaves: the node's own prefix, or a prefix around it that is in place.
    fn whole(&self, leaves: &Range<usize>, block: Block, contents: Contents) -> Option<(Block, Score)> {
        let kept = self.in_place.get(&(leaves.start, leaves.end)).copied();
        let own = (leaves.len() == 1 || self.may_be_rule(block)).then_some(block);
        let scored = |candidate: Block| {
            let bonus = if kept == Some(candidate) {
                self.rules.keep_bonus
            } else {
                Weight::ZERO
            };
            let innocents = candidate
                .units(block::unit(self.rules.family))
                .saturating_sub(contents.units);
            let cost = self.rules.innocent_cost.saturating_mul(innocents);
            let worth = contents.weight.saturating_add(bonus).saturating_sub(cost);
            (candidate, Score::of_rule(worth, candidate.length()))
        };
        let candidates = own.into_iter().chain(kept).map(scored);
        candidates
            .filter(|(_, score)| score.worth() > Weight::ZERO)
            .max_by_key(|(_, score)| *score)
    }

    /// Adds the table of a node whose halves have theirs.
    fn fill(&mut self, leaves: usize, whole: Option<(Block, Score)>, halves: Option<[usize; 2]>) -> Range<usize> {
        let start = self.tree.scores.len();
        self.tree.scores.push(Score::default());
        for rules in 1..=self.most.min(leaves) {
            let whole = whole.map(|(_, score)| score);
            let split = halves.and_then(|halves| {
                let [lower, upper] = halves.map(|half| self.tree.table(self.tree.node(half)));
                splits(lower, upper, rules)
                    .map(|to_lower| lower[to_lower].plus(upper[rules - to_lower]))
                    .max()
            });
            // Where sums saturate, a rule more adds nothing to them and would count as one too many.
            let fewer = self.tree.scores.last().copied();
            self.tree.scores.push(whole.max(split).max(fewer).unwrap_or_default());
        }
        start..self.tree.scores.len()
    }
}
