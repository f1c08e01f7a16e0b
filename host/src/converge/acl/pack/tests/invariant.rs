//! Larger random inputs: what holds whatever they are.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::{collection::vec, prelude::*};

use super::*;

/// A prefix of one of the families, mostly single addresses, dense enough that aggregates pay.
fn any_prefix(family: Family) -> impl Strategy<Value = IpNet> {
    let length = prop_oneof![6 => Just(0), 1 => 0..8u8];
    (0..4u32, 0..512u32, length).prop_map(move |(network, host, shorter)| {
        let (address, width): (IpAddr, _) = match family {
            Family::IPv4 => (Ipv4Addr::from_bits(0xcb00_0000 | network << 16 | host).into(), 32),
            // Hosts differ in their /64 and in the lowest bits.
            Family::IPv6 => {
                let (subnet, host) = (u128::from(network << 6 | host >> 3), u128::from(host & 7));
                (Ipv6Addr::from_bits(0x2001_0db8 << 96 | subnet << 64 | host).into(), 128)
            }
        };
        IpNet::new_assert(address, width - shorter * if width == 128 { 9 } else { 1 }).trunc()
    })
}

prop_compose! {
    fn any_input()(family in prop_oneof![Just(Family::IPv4), Just(Family::IPv6)])(
        offenders in vec((any_prefix(family), 0..=1_000_000u64), 0..120),
        never in vec(any_prefix(family), 0..6),
        in_place in vec(any_prefix(family), 0..20),
        family in Just(family),
    ) -> (PackRules, Vec<Offender>, Vec<IpNet>, Vec<IpNet>) {
        let offender = |(prefix, millionths)| Offender { prefix, weight: Weight::of_millionths(millionths) };
        let rules = match family { Family::IPv4 => IPV4, Family::IPv6 => IPV6 };
        let rules = PackRules { keep_bonus: SIXTEENTH, ..rules };
        (rules, offenders.into_iter().map(offender).collect(), never, in_place)
    }
}

prop_compose! {
    fn any_input_twice()(input in any_input())(
        offenders in Just(input.1.clone()).prop_shuffle(),
        never in Just(input.2.clone()).prop_shuffle(),
        in_place in Just(input.3.clone()).prop_shuffle(),
        input in Just(input),
    ) -> [(PackRules, Vec<Offender>, Vec<IpNet>, Vec<IpNet>); 2] {
        let shuffled = (input.0, offenders, never, in_place);
        [input, shuffled]
    }
}

const MOST: usize = 24;

fn solve((rules, offenders, never, in_place): &(PackRules, Vec<Offender>, Vec<IpNet>, Vec<IpNet>)) -> Packing {
    Packing::solve(offenders, &NeverDeny::new(never), in_place, rules, MOST)
}

fn overlap(one: IpNet, other: IpNet) -> bool {
    one.contains(&other) || other.contains(&one)
}

/// What a choice is worth, in millionths, with each sum cut off where weights end.
fn worth(rules: &PackRules, in_place: &[IpNet], chosen: &[Chosen]) -> u128 {
    let cut = |sum: u128| sum.min(u128::from(u64::MAX));
    let of = |one: &Chosen| {
        let bonus = u128::from(in_place.contains(&one.prefix)) * u128::from(rules.keep_bonus.millionths());
        let cost = cut(one.innocents * u128::from(rules.innocent_cost.millionths()));
        cut(u128::from(one.weight.millionths()) + bonus) - cost
    };
    cut(chosen.iter().map(of).sum())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    #[test]
    fn the_order_of_the_input_does_not_matter(inputs in any_input_twice()) {
        let [one, other] = [solve(&inputs[0]), solve(&inputs[1])];
        for rules in 0..=MOST {
            prop_assert_eq!(one.choose(rules), other.choose(rules));
        }
    }

    #[test]
    fn a_rule_more_is_never_worse_and_every_choice_is_allowed(input in any_input()) {
        let packing = solve(&input);
        let (rules, offenders, never, in_place) = input;
        for most in 0..=MOST {
            prop_assert!(most == 0 || packing.value(most) >= packing.value(most - 1));
            let chosen = packing.choose(most);
            prop_assert!(chosen.len() <= most);
            for (index, one) in chosen.iter().enumerate() {
                let of_hold = offenders.iter().any(|offender| offender.prefix == one.prefix);
                prop_assert!(of_hold || one.prefix.prefix_len() >= rules.widest);
                prop_assert!(of_hold || !never.iter().any(|never| overlap(*never, one.prefix)));
                prop_assert!(!chosen[..index].iter().any(|other| overlap(other.prefix, one.prefix)));
                prop_assert!(one.offenders > 0);
            }
            prop_assert_eq!(u128::from(packing.value(most).millionths()), worth(&rules, &in_place, &chosen));
        }
    }

    #[test]
    fn weights_that_saturate_still_give_a_choice_that_is_worth_what_was_promised(input in any_input()) {
        let (mut rules, mut offenders, never, in_place) = input;
        // The heaviest by itself is more than there is, and a few of the lighter ones together are.
        for weight in offenders.iter_mut().map(|offender| &mut offender.weight) {
            *weight = weight.saturating_mul(1 << 45);
        }
        rules.innocent_cost = rules.innocent_cost.saturating_mul(1 << 45);
        let packing = solve(&(rules, offenders, never, in_place.clone()));
        for most in 0..=MOST {
            prop_assert!(most == 0 || packing.value(most) >= packing.value(most - 1));
            let chosen = packing.choose(most);
            prop_assert!(chosen.len() <= most);
            prop_assert_eq!(u128::from(packing.value(most).millionths()), worth(&rules, &in_place, &chosen));
        }
    }
}
