//! Examples for people who know networks.

use std::fmt::Write;

use super::*;

/// Solves with nothing that must be spared and nothing in place, and chooses.
fn pack<const N: usize>(texts: [&str; N], rules: &PackRules, most: usize) -> String {
    line(&Packing::solve(&offenders(texts), &NeverDeny::default(), &[], rules, most).choose(most))
}

/// What each number of rules is worth and does.
fn table(packing: &Packing, most: usize) -> String {
    let mut table = String::new();
    for rules in 0..=most {
        writeln!(table, "rules {rules}, worth {}", packing.value(rules)).unwrap();
        for chosen in packing.choose(rules) {
            let Chosen {
                prefix,
                offenders,
                weight,
                innocents,
            } = chosen;
            writeln!(
                table,
                "  {prefix}  offenders {offenders}, weight {weight}, innocents {innocents}"
            )
            .unwrap();
        }
    }
    table
}

/// The page that explains the packing to network engineers.
const PAGE: &str = include_str!("../../../../../../examples/network-acl/README.md");

fn twelve() -> Packing {
    let twelve = offenders([
        "192.0.2.8",
        "192.0.2.9",
        "192.0.2.10",
        "192.0.2.12",
        "192.0.2.14",
        "198.51.100.65",
        "198.51.100.66",
        "198.51.100.67",
        "203.0.113.20",
        "203.0.113.21",
        "203.0.113.130",
        "203.0.113.200",
    ]);
    Packing::solve(&twelve, &NeverDeny::default(), &[], &IPV4, 5)
}

#[test]
fn twelve_offenders_in_four_rules() {
    let packing = twelve();
    assert_eq!(packing.leaves(), 12);
    insta::assert_snapshot!(table(&packing, 5), @r"
    rules 0, worth 0
    rules 1, worth 4.8125
      192.0.2.8/29  offenders 5, weight 5, innocents 3
    rules 2, worth 7.75
      192.0.2.8/29  offenders 5, weight 5, innocents 3
      198.51.100.64/30  offenders 3, weight 3, innocents 1
    rules 3, worth 9.75
      192.0.2.8/29  offenders 5, weight 5, innocents 3
      198.51.100.64/30  offenders 3, weight 3, innocents 1
      203.0.113.20/31  offenders 2, weight 2, innocents 0
    rules 4, worth 10.75
      192.0.2.8/29  offenders 5, weight 5, innocents 3
      198.51.100.64/30  offenders 3, weight 3, innocents 1
      203.0.113.20/31  offenders 2, weight 2, innocents 0
      203.0.113.130/32  offenders 1, weight 1, innocents 0
    rules 5, worth 11.75
      192.0.2.8/29  offenders 5, weight 5, innocents 3
      198.51.100.64/30  offenders 3, weight 3, innocents 1
      203.0.113.20/31  offenders 2, weight 2, innocents 0
      203.0.113.130/32  offenders 1, weight 1, innocents 0
      203.0.113.200/32  offenders 1, weight 1, innocents 0
    ");
}

#[test]
fn the_page_on_network_acls_shows_what_the_packing_does() {
    assert!(PAGE.contains(&table(&twelve(), 5)), "its worked example is another");
}

#[test]
fn a_neighbour_that_must_stay_reachable_splits_an_aggregate() {
    let three = offenders(["192.0.2.8", "192.0.2.9", "192.0.2.10"]);
    let free = Packing::solve(&three, &NeverDeny::default(), &[], &IPV4, 1);
    assert_eq!(line(&free.choose(1)), "192.0.2.8/30");
    let never = NeverDeny::new(&prefixes(["192.0.2.11"]));
    let spared = Packing::solve(&three, &never, &[], &IPV4, 1);
    assert_eq!(line(&spared.choose(1)), "192.0.2.8/31");
}

#[test]
fn an_offender_inside_of_what_no_aggregate_may_touch_has_its_own_rule_or_none() {
    let never = NeverDeny::new(&prefixes(["192.0.2.8/30"]));
    let packing = Packing::solve(
        &offenders(["192.0.2.7", "192.0.2.8", "192.0.2.9"]),
        &never,
        &[],
        &IPV4,
        3,
    );
    assert_eq!(line(&packing.choose(1)), "192.0.2.7/32");
    assert_eq!(line(&packing.choose(3)), "192.0.2.7/32 192.0.2.8/32 192.0.2.9/32");
}

#[test]
fn an_address_inside_a_blocked_range_takes_no_rule_of_its_own() {
    let nested = offenders(["203.0.113.7", "203.0.113.0/28", "203.0.113.0/30", "203.0.113.7"]);
    let packing = Packing::solve(&nested, &NeverDeny::default(), &[], &IPV4, 4);
    assert_eq!(packing.leaves(), 1);
    insta::assert_snapshot!(table(&packing, 2), @r"
    rules 0, worth 0
    rules 1, worth 4
      203.0.113.0/28  offenders 3, weight 4, innocents 0
    rules 2, worth 4
      203.0.113.0/28  offenders 3, weight 4, innocents 0
    ");
}

#[test]
fn what_a_wide_hold_denies_is_no_innocent() {
    // One hold denies the lower half. Of the upper half one address offends and 127 do not.
    let packing = Packing::solve(
        &offenders(["192.0.2.0/25", "192.0.2.200"]),
        &NeverDeny::default(),
        &[],
        &PackRules {
            innocent_cost: Weight::of_millionths(1_000),
            ..IPV4
        },
        1,
    );
    insta::assert_snapshot!(table(&packing, 1), @r"
    rules 0, worth 0
    rules 1, worth 1.873
      192.0.2.0/24  offenders 2, weight 2, innocents 127
    ");
}

#[test]
fn nothing_wider_than_the_widest_prefix_unless_a_hold_is() {
    let free = PackRules {
        innocent_cost: Weight::ZERO,
        ..IPV4
    };
    assert_eq!(pack(["192.0.2.1", "192.0.3.1"], &free, 1), "192.0.2.1/32");
    assert_eq!(pack(["192.0.2.1", "192.0.2.254"], &free, 1), "192.0.2.0/24");
    assert_eq!(pack(["192.0.2.0/23"], &free, 1), "192.0.2.0/23");
}

#[test]
fn a_heavy_offender_is_covered_before_a_light_one() {
    let weighted = |text, millionths| Offender {
        prefix: prefix(text),
        weight: Weight::of_millionths(millionths),
    };
    let two = [weighted("192.0.2.1", 300_000), weighted("203.0.113.1", 900_000)];
    let packing = Packing::solve(&two, &NeverDeny::default(), &[], &IPV4, 1);
    assert_eq!(line(&packing.choose(1)), "203.0.113.1/32");
}

#[test]
fn repeated_holds_on_one_address_weigh_more_and_count_once() {
    let packing = Packing::solve(
        &offenders(["192.0.2.1", "203.0.113.1", "203.0.113.1"]),
        &NeverDeny::default(),
        &[],
        &IPV4,
        1,
    );
    insta::assert_snapshot!(table(&packing, 1), @r"
    rules 0, worth 0
    rules 1, worth 2
      203.0.113.1/32  offenders 1, weight 2, innocents 0
    ");
}

#[test]
fn of_equal_choices_the_lower_address_goes_first() {
    assert_eq!(
        pack(["203.0.113.1", "192.0.2.1", "198.51.100.1"], &IPV4, 2),
        "192.0.2.1/32 198.51.100.1/32"
    );
}

#[test]
fn of_equal_choices_the_one_with_fewer_rules_wins() {
    assert_eq!(pack(["192.0.2.0", "192.0.2.1"], &IPV4, 2), "192.0.2.0/31");
}

#[test]
fn of_equal_choices_the_narrower_prefix_wins() {
    // Two neighbours at half an offender each are worth as much as the certain one far off.
    let [near, far] = [Weight::of_millionths(500_000), Weight::FULL];
    let three = [("192.0.2.0", near), ("192.0.2.1", near), ("203.0.113.1", far)];
    let three = three.map(|(text, weight)| Offender {
        prefix: prefix(text),
        weight,
    });
    let packing = Packing::solve(&three, &NeverDeny::default(), &[], &IPV4, 1);
    assert_eq!(line(&packing.choose(1)), "203.0.113.1/32");
}

#[test]
fn an_aggregate_stays_though_some_of_its_offenders_have_ended() {
    let packing = |bonus, left: &[Offender]| {
        let rules = PackRules {
            keep_bonus: bonus,
            ..IPV4
        };
        line(&Packing::solve(left, &NeverDeny::default(), &prefixes(["192.0.2.0/29"]), &rules, 1).choose(1))
    };
    // Two of the /29 are left, both in its lower /30, which would spare four innocents: a quarter of an offender.
    let left = offenders(["192.0.2.0", "192.0.2.3"]);
    assert_eq!(packing(Weight::ZERO, &left), "192.0.2.0/30");
    assert_eq!(packing(Weight::of_millionths(249_999), &left), "192.0.2.0/30");
    assert_eq!(packing(Weight::of_millionths(250_001), &left), "192.0.2.0/29");
}

#[test]
fn an_aggregate_without_any_offender_left_goes() {
    let rules = PackRules {
        keep_bonus: Weight::MAX,
        ..IPV4
    };
    let packing = Packing::solve(
        &offenders(["203.0.113.1"]),
        &NeverDeny::default(),
        &prefixes(["192.0.2.0/29"]),
        &rules,
        2,
    );
    assert_eq!(line(&packing.choose(2)), "203.0.113.1/32");
}

#[test]
fn an_entry_in_place_goes_if_the_widest_prefix_or_a_never_block_address_forbids_it() {
    let rules = PackRules {
        keep_bonus: Weight::MAX,
        innocent_cost: Weight::ZERO,
        widest: 28,
        ..IPV4
    };
    let two = offenders(["192.0.2.1", "192.0.2.2"]);
    let too_wide = Packing::solve(&two, &NeverDeny::default(), &prefixes(["192.0.2.0/27"]), &rules, 1);
    assert_eq!(line(&too_wide.choose(1)), "192.0.2.0/30");
    let never = NeverDeny::new(&prefixes(["192.0.2.9"]));
    let over_never = Packing::solve(&two, &never, &prefixes(["192.0.2.0/28"]), &rules, 1);
    assert_eq!(line(&over_never.choose(1)), "192.0.2.0/30");
}

#[test]
fn of_equal_offenders_the_one_with_a_rule_in_place_keeps_it() {
    let rules = PackRules {
        keep_bonus: Weight::of_millionths(1),
        ..IPV4
    };
    let two = offenders(["192.0.2.1", "203.0.113.1"]);
    let packing = Packing::solve(&two, &NeverDeny::default(), &prefixes(["203.0.113.1"]), &rules, 1);
    assert_eq!(line(&packing.choose(1)), "203.0.113.1/32");
}

#[test]
fn two_addresses_of_one_ipv6_host_are_its_64() {
    let texts = ["2001:db8:0:1::17", "2001:db8:0:1:abcd::1", "2001:db8:0:9::1"];
    assert_eq!(pack(texts, &IPV6, 2), "2001:db8:0:1::/64 2001:db8:0:9::1/128");
}

#[test]
fn neighbouring_64s_are_aggregated_and_the_others_between_count_as_innocents() {
    let packing = Packing::solve(
        &offenders([
            "2001:db8:0:10::1",
            "2001:db8:0:11::1",
            "2001:db8:0:13::1",
            "2001:db8:0:13::2",
        ]),
        &NeverDeny::default(),
        &[],
        &IPV6,
        1,
    );
    insta::assert_snapshot!(table(&packing, 1), @r"
    rules 0, worth 0
    rules 1, worth 3.9375
      2001:db8:0:10::/62  offenders 4, weight 4, innocents 1
    ");
}

#[test]
fn in_a_64_with_an_address_to_spare_offenders_stay_apart() {
    let never = NeverDeny::new(&prefixes(["2001:db8::ffff"]));
    let three = offenders(["2001:db8::1", "2001:db8::2", "2001:db8:0:0:8000::1"]);
    let packing = Packing::solve(&three, &never, &[], &IPV6, 3);
    assert_eq!(packing.leaves(), 3);
    // The two whose common prefix spares the address share a rule at no cost.
    insta::assert_snapshot!(table(&packing, 2), @r"
    rules 0, worth 0
    rules 1, worth 2
      2001:db8::/126  offenders 2, weight 2, innocents 0
    rules 2, worth 3
      2001:db8::/126  offenders 2, weight 2, innocents 0
      2001:db8::8000:0:0:1/128  offenders 1, weight 1, innocents 0
    ");
}

#[test]
fn prefixes_of_the_other_family_are_left_out() {
    let both = ["192.0.2.1", "2001:db8::1"];
    assert_eq!(pack(both, &IPV4, 4), "192.0.2.1/32");
    assert_eq!(pack(both, &IPV6, 4), "2001:db8::1/128");
}
