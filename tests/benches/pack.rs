//! What packing costs: offenders into the 38 rules that a raised quota leaves, from a handful to 100,000.
//!
//! `cargo bench --bench pack`

use std::{
    hint::black_box,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    time::{Duration, Instant},
};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ipnet::IpNet;
use quell::{
    cloud::Family,
    converge::pack::{NeverDeny, Offender, PackRules, Packing, Weight},
    guard::never_block,
};

/// A quota of 40 rules less the final deny and one of the owner's.
const RULES: usize = 38;

/// The most that 100,000 offenders may take.
const MOST: Duration = Duration::from_millis(100);

fn pack(criterion: &mut Criterion) {
    for family in [Family::IPv4, Family::IPv6] {
        let mut group = criterion.benchmark_group(format!("pack/{family}"));
        // The second is the length of a real list of bad addresses.
        for count in [10, 1_000, 1_413, 100_000] {
            let problem = Problem::new(family, count);
            group.throughput(Throughput::Elements(count as u64));
            group.bench_function(BenchmarkId::from_parameter(count), |bencher| {
                bencher.iter(|| problem.solve());
            });
        }
        group.finish();
        if !is_trial() {
            growth(family);
        }
    }
}

/// Whether this run only shows that the benchmark works, as `cargo test --benches` asks for.
fn is_trial() -> bool {
    !std::env::args().any(|argument| argument == "--bench")
}

/// Prints how the time grows with the number of offenders, and insists on the limit.
fn growth(family: Family) {
    let [some, many] = [1_000, 100_000].map(|count| {
        let problem = Problem::new(family, count);
        let mut durations: Vec<_> = (0..21)
            .map(|_| {
                let begin = Instant::now();
                problem.solve();
                begin.elapsed()
            })
            .collect();
        durations.sort();
        durations[durations.len() / 2]
    });
    let times = many.as_secs_f64() / some.as_secs_f64();
    println!(
        "pack/{family}: 1,000 in {some:.1?}, 100,000 in {many:.1?}: {times:.0} times for 100 times as many (medians)\n"
    );
    assert!(
        many <= MOST,
        "packing 100,000 offenders takes {many:.1?}, more than {MOST:?}"
    );
}

/// Offenders, half of them scattered and half in clusters, as botnets and rented ranges are.
struct Problem {
    offenders: Vec<Offender>,
    never: NeverDeny,
    in_place: Vec<IpNet>,
    rules: PackRules,
}

impl Problem {
    fn new(family: Family, count: usize) -> Self {
        let mut numbers = Numbers(0x5eed);
        let mut offenders = Vec::with_capacity(count);
        while offenders.len() < count {
            let address = numbers.address(family);
            let in_cluster = if numbers.below(2) == 0 {
                1
            } else {
                2 + numbers.below(30)
            };
            for _ in 0..in_cluster.min((count - offenders.len()) as u64) {
                offenders.push(Offender {
                    prefix: numbers.near(address),
                    weight: Weight::of_millionths(100_000 + numbers.below(900_001)),
                });
            }
        }
        let in_place = offenders
            .iter()
            .step_by(count.div_ceil(RULES))
            .map(|offender| offender.prefix);
        let mut never: Vec<_> = never_block::ALWAYS.iter().map(|(prefix, _)| *prefix).collect();
        never.extend((0..100).map(|_| IpNet::from(numbers.address(family))));
        Self {
            in_place: in_place.collect(),
            offenders,
            never: NeverDeny::new(&never),
            rules: PackRules {
                family,
                widest: match family {
                    Family::IPv4 => 24,
                    Family::IPv6 => 56,
                },
                innocent_cost: Weight::of_millionths(62_500),
                keep_bonus: Weight::of_millionths(250_000),
            },
        }
    }

    fn solve(&self) {
        let packing = Packing::solve(&self.offenders, &self.never, &self.in_place, &self.rules, RULES);
        let chosen = packing.choose(RULES);
        assert!(!chosen.is_empty() && chosen.len() <= RULES);
        black_box(chosen);
    }
}

/// Numbers that look random and are the same in each run: SplitMix64 (Steele, Lea and Flood, 2014).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// Anywhere in the IPv4 space, or in 2001:db8::/32.
    fn address(&mut self, family: Family) -> IpAddr {
        match family {
            Family::IPv4 => Ipv4Addr::from_bits((self.next() >> 32) as u32).into(),
            Family::IPv6 => {
                let network = 0x2001_0db8_u128 << 96 | u128::from(self.next() >> 32) << 64;
                Ipv6Addr::from_bits(network | u128::from(self.next())).into()
            }
        }
    }

    /// An address in the same /26, or in the same /58 of IPv6.
    fn near(&mut self, address: IpAddr) -> IpNet {
        let near: IpAddr = match address {
            IpAddr::V4(address) => Ipv4Addr::from_bits(address.to_bits() ^ self.below(64) as u32).into(),
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() ^ u128::from(self.below(64)) << 64).into(),
        };
        near.into()
    }
}

criterion_group!(benches, pack);
criterion_main!(benches);
