//! The packing against a search through all sets of prefixes of a small part of an address space.
//!
//! The search knows no tree. It works on *cells*, the narrowest prefixes of its part, as bits of a number, and scores a
//! set from the definition alone: covered weight once, innocents once, a bonus for each prefix that is in place.

use std::{cmp::Reverse, sync::LazyLock};

use proptest::{collection::vec, prelude::*};

use super::*;

/// A prefix and the cells in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Area {
    prefix: IpNet,
    cells: u64,
}

impl Area {
    fn is_inside(self, other: Self) -> bool {
        self.cells & !other.cells == 0
    }

    fn meets(self, cells: u64) -> bool {
        self.cells & cells != 0
    }
}

/// All prefixes of a small part of an address space.
struct Part {
    family: Family,
    areas: Vec<Area>,
    /// What counts as one innocent.
    units: Vec<Area>,
}

impl Part {
    fn new(outermost: &str, cell: u8, unit: u8) -> Self {
        let outermost = prefix(outermost);
        let cells: Vec<_> = outermost.subnets(cell).unwrap().collect();
        let lengths = outermost.prefix_len()..=cell;
        let all = lengths.flat_map(|length| outermost.subnets(length).unwrap());
        let bits = |prefix: IpNet| {
            (0..cells.len())
                .filter(|at| prefix.contains(&cells[*at]))
                .map(|at| 1u64 << at)
                .sum()
        };
        let areas: Vec<_> = all
            .map(|prefix| Area {
                prefix,
                cells: bits(prefix),
            })
            .collect();
        let units = areas.iter().copied().filter(|area| area.prefix.prefix_len() == unit);
        Self {
            family: Family::of(outermost),
            units: units.collect(),
            areas,
        }
    }
}

/// The 32 addresses of an IPv4 /27.
static ADDRESSES: LazyLock<Part> = LazyLock::new(|| Part::new("192.0.2.96/27", 32, 32));
/// The 16 /64s of an IPv6 /60, each in quarters.
static NETWORKS: LazyLock<Part> = LazyLock::new(|| Part::new("2001:db8:0:50::/60", 66, 64));

/// One thing to solve. Weights are a few millionths, so that ties are common.
#[derive(Debug, Clone)]
struct Case {
    holds: Vec<(Area, u64)>,
    never: Vec<Area>,
    in_place: Vec<Area>,
    widest: u8,
    innocent_cost: u64,
    keep_bonus: u64,
    most: usize,
}

fn any_case(part: &'static Part) -> impl Strategy<Value = Case> {
    let cell = part.areas[part.areas.len() - 1].prefix.prefix_len();
    let cells = part.areas.iter().filter(move |area| area.prefix.prefix_len() == cell);
    let any_cell = prop::sample::select(cells.copied().collect::<Vec<_>>());
    let any_area = prop::sample::select(part.areas.clone());
    let hold = (prop_oneof![3 => any_cell.clone(), 1 => any_area.clone()], 0..6u64);
    let never = prop_oneof![3 => any_cell, 1 => any_area.clone()];
    let lengths = part.areas[0].prefix.prefix_len()..=cell;
    (
        vec(hold, 0..8),
        prop_oneof![2 => vec(never.clone(), 0..1), 1 => vec(never, 1..3)],
        vec(any_area, 0..5),
        lengths,
        0..4u64,
        0..4u64,
        0..5usize,
    )
        .prop_map(
            |(holds, never, in_place, widest, innocent_cost, keep_bonus, most)| Case {
                holds,
                never,
                in_place,
                widest,
                innocent_cost,
                keep_bonus,
                most,
            },
        )
}

/// How good a set is, in the order in which it counts: worth, fewer rules, longer prefixes.
type Goodness = (i64, Reverse<usize>, u32);

struct Search<'a> {
    part: &'a Part,
    case: &'a Case,
    /// The cells that no aggregate may deny.
    never: u64,
    /// What is to be covered.
    holds: Vec<(Area, u64)>,
    /// What has to be covered as a whole.
    targets: Vec<Area>,
    candidates: Vec<Area>,
    /// The best so far, by the most rules that are allowed.
    best: Vec<Goodness>,
}

impl<'a> Search<'a> {
    fn new(part: &'a Part, case: &'a Case) -> Self {
        let never = case.never.iter().fold(0, |cells, area| cells | area.cells);
        let mut search = Self {
            part,
            case,
            never,
            targets: Vec::new(),
            holds: case.holds.clone(),
            candidates: Vec::new(),
            best: vec![(0, Reverse(0), 0); case.most + 1],
        };
        search.targets = search.targets();
        let candidates = part.areas.iter().copied().filter(|area| search.is_allowed(*area));
        let candidates = candidates.filter(|area| search.targets.iter().any(|target| target.is_inside(*area)));
        search.candidates = candidates.collect();
        search.look(&mut Vec::new(), 0);
        search
    }

    /// The outermost holds; where several are in one unit that may be denied as a whole, the unit.
    fn targets(&self) -> Vec<Area> {
        let mut targets: Vec<Area> = Vec::new();
        for (hold, _) in &self.holds {
            let outermost = !self
                .holds
                .iter()
                .any(|(other, _)| other != hold && hold.is_inside(*other));
            if outermost && !targets.contains(hold) {
                targets.push(*hold);
            }
        }
        for unit in &self.part.units {
            let inside = targets.iter().filter(|target| target.is_inside(*unit)).count();
            if inside > 1 && self.is_allowed(*unit) {
                targets.retain(|target| !target.is_inside(*unit));
                targets.push(*unit);
            }
        }
        targets
    }

    fn is_allowed(&self, area: Area) -> bool {
        self.targets.contains(&area) || area.prefix.prefix_len() >= self.case.widest && !area.meets(self.never)
    }

    /// Tries all sets that begin with this one.
    fn look(&mut self, set: &mut Vec<Area>, from: usize) {
        let goodness = self.goodness(set);
        for best in &mut self.best[set.len()..] {
            *best = goodness.max(*best);
        }
        if set.len() == self.case.most {
            return;
        }
        for next in from..self.candidates.len() {
            let candidate = self.candidates[next];
            if !set.iter().any(|area| area.meets(candidate.cells)) {
                set.push(candidate);
                self.look(set, next + 1);
                set.pop();
            }
        }
    }

    fn goodness(&self, set: &[Area]) -> Goodness {
        let covered = set.iter().fold(0, |cells, area| cells | area.cells);
        let cost = self.case.innocent_cost * self.innocents(covered) as u64;
        let kept = set.iter().filter(|area| self.case.in_place.contains(area)).count() as u64;
        let gain = self.weight(covered) + kept * self.case.keep_bonus;
        let lengths = set.iter().map(|area| u32::from(area.prefix.prefix_len())).sum();
        (gain as i64 - cost as i64, Reverse(set.len()), lengths)
    }

    fn weight(&self, covered: u64) -> u64 {
        let covered = self.holds.iter().filter(|(hold, _)| hold.cells & !covered == 0);
        covered.map(|(_, weight)| weight).sum()
    }

    fn innocents(&self, covered: u64) -> usize {
        let guilty = self.holds.iter().fold(0, |cells, (hold, _)| cells | hold.cells);
        let innocent = |unit: &&Area| unit.meets(covered) && !unit.meets(guilty);
        self.part.units.iter().filter(innocent).count()
    }

    /// Whether the packing found, for each number of rules, a set that is allowed and as good as any.
    fn compare(&self, packing: &Packing) -> Result<(), TestCaseError> {
        prop_assert_eq!(packing.leaves(), self.targets.len());
        for (most, best) in self.best.iter().enumerate() {
            prop_assert_eq!(
                packing.value(most).millionths() as i64,
                best.0,
                "the value of {} rules",
                most
            );
            let chosen = packing.choose(most);
            let find = |prefix| {
                self.part
                    .areas
                    .iter()
                    .copied()
                    .find(|area| area.prefix == prefix)
                    .unwrap()
            };
            let set: Vec<_> = chosen.iter().map(|chosen| find(chosen.prefix)).collect();
            for (at, (area, chosen)) in set.iter().zip(&chosen).enumerate() {
                prop_assert!(self.is_allowed(*area), "{} may not be a rule", area.prefix);
                prop_assert!(
                    !set[..at].iter().any(|other| other.meets(area.cells)),
                    "{} twice",
                    area.prefix
                );
                prop_assert_eq!(chosen.weight.millionths(), self.weight(area.cells));
                prop_assert_eq!(chosen.innocents, self.innocents(area.cells) as u128);
                let mut inside: Vec<_> = self.holds.iter().map(|(hold, _)| *hold).collect();
                inside.retain(|hold| hold.is_inside(*area));
                inside.sort_unstable_by_key(|hold| hold.prefix);
                inside.dedup();
                prop_assert_eq!(chosen.offenders, inside.len());
            }
            prop_assert_eq!(&self.goodness(&set), best, "{} rules: {}", most, line(&chosen));
        }
        Ok(())
    }
}

fn check(part: &Part, case: &Case) -> Result<(), TestCaseError> {
    let of = |areas: &[Area]| areas.iter().map(|area| area.prefix).collect::<Vec<_>>();
    let offender = |(area, weight): &(Area, u64)| Offender {
        prefix: area.prefix,
        weight: Weight::of_millionths(*weight),
    };
    let offenders: Vec<_> = case.holds.iter().map(offender).collect();
    let rules = PackRules {
        family: part.family,
        widest: case.widest,
        innocent_cost: Weight::of_millionths(case.innocent_cost),
        keep_bonus: Weight::of_millionths(case.keep_bonus),
    };
    let never = NeverDeny::new(&of(&case.never));
    let packing = Packing::solve(&offenders, &never, &of(&case.in_place), &rules, case.most);
    Search::new(part, case).compare(&packing)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_set_of_ipv4_prefixes_is_better(case in any_case(&ADDRESSES)) {
        check(&ADDRESSES, &case)?;
    }

    #[test]
    fn no_set_of_ipv6_prefixes_is_better(case in any_case(&NETWORKS)) {
        check(&NETWORKS, &case)?;
    }
}
