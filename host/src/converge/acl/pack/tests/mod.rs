//! Tests of the packing: examples to read, and an exhaustive search to agree with.

mod example;
mod exhaustive;
mod invariant;
mod rim;

use ipnet::IpNet;

use super::*;

/// λ of the examples: an innocent costs a sixteenth of an offender.
const SIXTEENTH: Weight = Weight::of_millionths(62_500);

const IPV4: PackRules = PackRules {
    family: Family::IPv4,
    widest: 24,
    innocent_cost: SIXTEENTH,
    keep_bonus: Weight::ZERO,
};

const IPV6: PackRules = PackRules {
    family: Family::IPv6,
    widest: 56,
    ..IPV4
};

fn prefix(text: &str) -> IpNet {
    let address = || text.parse::<std::net::IpAddr>().map(IpNet::from);
    text.parse().or_else(|_| address()).unwrap()
}

fn prefixes<const N: usize>(texts: [&str; N]) -> Vec<IpNet> {
    texts.map(prefix).to_vec()
}

/// One certain offender for each prefix.
fn offenders<const N: usize>(texts: [&str; N]) -> Vec<Offender> {
    let certain = |text| Offender {
        prefix: prefix(text),
        weight: Weight::FULL,
    };
    texts.map(certain).to_vec()
}

/// The prefixes that are chosen, in one line.
fn line(chosen: &[Chosen]) -> String {
    let texts: Vec<_> = chosen.iter().map(|chosen| chosen.prefix.to_string()).collect();
    texts.join(" ")
}
