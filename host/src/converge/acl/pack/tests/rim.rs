//! Inputs at the rim of what is possible: nothing overflows, nothing panics.

use super::*;

fn of_weight(texts: &[&str], weight: Weight) -> Vec<Offender> {
    let offender = |text: &&str| Offender {
        prefix: prefix(text),
        weight,
    };
    texts.iter().map(offender).collect()
}

#[test]
fn nothing_to_pack_is_worth_nothing() {
    let packing = Packing::solve(&[], &NeverDeny::default(), &prefixes(["192.0.2.1"]), &IPV4, 5);
    assert_eq!(
        (packing.leaves(), packing.value(5), packing.choose(5)),
        (0, Weight::ZERO, vec![])
    );
}

#[test]
fn no_rules_are_worth_nothing() {
    let packing = Packing::solve(&offenders(["192.0.2.1"]), &NeverDeny::default(), &[], &IPV4, 0);
    assert_eq!(
        (packing.leaves(), packing.value(5), packing.choose(5)),
        (1, Weight::ZERO, vec![])
    );
}

#[test]
fn more_rules_than_were_solved_for_are_worth_what_the_last_was() {
    let packing = Packing::solve(
        &offenders(["192.0.2.1", "203.0.113.1"]),
        &NeverDeny::default(),
        &[],
        &IPV4,
        1,
    );
    assert_eq!(packing.value(usize::MAX), Weight::FULL);
    assert_eq!(line(&packing.choose(usize::MAX)), "192.0.2.1/32");
    let ample = Packing::solve(
        &offenders(["192.0.2.1", "203.0.113.1"]),
        &NeverDeny::default(),
        &[],
        &IPV4,
        usize::MAX,
    );
    assert_eq!(ample.choose(usize::MAX).len(), 2);
}

#[test]
fn weights_beyond_all_measure_saturate() {
    let rules = PackRules {
        widest: 8,
        keep_bonus: Weight::MAX,
        ..IPV4
    };
    let texts = [
        "198.51.100.1",
        "198.51.100.1",
        "198.51.100.2",
        "198.18.0.0/15",
        "203.0.113.9",
    ];
    let in_place = prefixes(["198.0.0.0/8", "203.0.113.9"]);
    let packing = Packing::solve(
        &of_weight(&texts, Weight::MAX),
        &NeverDeny::default(),
        &in_place,
        &rules,
        9,
    );
    assert_eq!(packing.value(1), Weight::MAX);
    assert_eq!(packing.value(9), Weight::MAX);
    // One rule is worth as much as any number of them.
    assert_eq!(packing.choose(9).len(), 1);
}

#[test]
fn a_cost_beyond_all_measure_leaves_only_rules_without_innocents() {
    let rules = PackRules {
        widest: 8,
        innocent_cost: Weight::MAX,
        ..IPV4
    };
    let packing = Packing::solve(
        &offenders(["198.51.100.0", "198.51.100.1", "198.51.100.3"]),
        &NeverDeny::default(),
        &[],
        &rules,
        2,
    );
    assert_eq!(line(&packing.choose(2)), "198.51.100.0/31 198.51.100.3/32");
    assert_eq!(packing.value(2).millionths(), 3_000_000);
}

#[test]
fn both_ends_of_an_address_space_fit_under_one_rule() {
    for (rules, ends, all, innocents) in [
        (IPV4, ["0.0.0.0", "255.255.255.255"], "0.0.0.0/0", (1u128 << 32) - 2),
        (
            IPV6,
            ["::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
            "::/0",
            (1u128 << 64) - 2,
        ),
    ] {
        let free = PackRules {
            widest: 0,
            innocent_cost: Weight::ZERO,
            ..rules
        };
        let packing = Packing::solve(&offenders(ends), &NeverDeny::default(), &[], &free, 1);
        let chosen = packing.choose(1);
        assert_eq!((line(&chosen), chosen[0].innocents), (all.to_owned(), innocents));
    }
}

#[test]
fn a_hold_on_everything_absorbs_all_others() {
    for (rules, all, one) in [(IPV4, "0.0.0.0/0", "192.0.2.1"), (IPV6, "::/0", "2001:db8::1")] {
        let packing = Packing::solve(&offenders([one, all]), &NeverDeny::default(), &[], &rules, 2);
        let chosen = packing.choose(2);
        assert_eq!(
            (line(&chosen), chosen[0].innocents, chosen[0].offenders),
            (all.to_owned(), 0, 2)
        );
    }
}

#[test]
fn a_tree_as_deep_as_addresses_are_long_is_climbed() {
    // Each address shares one bit more with the first: every split leaves one leaf on one side.
    let first = u128::from(0x2001_0db8_u32) << 96;
    let deep: Vec<_> = (0..96)
        .map(|bit| std::net::Ipv6Addr::from_bits(first | 1 << bit))
        .map(|address| Offender {
            prefix: std::net::IpAddr::from(address).into(),
            weight: Weight::FULL,
        })
        .collect();
    let apart = PackRules { widest: 128, ..IPV6 };
    let packing = Packing::solve(&deep, &NeverDeny::default(), &[], &apart, 96);
    assert_eq!((packing.leaves(), packing.choose(96).len()), (96, 96));
    assert_eq!(packing.value(50).millionths(), 50_000_000);
}

#[test]
fn bits_after_the_length_of_a_prefix_do_not_count() {
    let packing = Packing::solve(
        &offenders(["192.0.2.77/24", "192.0.2.0/24"]),
        &NeverDeny::new(&prefixes(["198.51.100.9/24"])),
        &[],
        &IPV4,
        2,
    );
    let chosen = packing.choose(2);
    assert_eq!((line(&chosen), chosen[0].offenders), ("192.0.2.0/24".to_owned(), 1));
}
