use rstest::rstest;

use super::*;

/// A rule such as `tcp 22 198.51.100.0/24`, `-1 - 0.0.0.0/0` or `tcp 1024-65535 sg-0b1b2c3d`.
fn rule(text: &str) -> SecurityGroupRule {
    let mut words = text.split(' ');
    let mut next = || words.next().unwrap();
    let (protocol, ports, peer) = (next(), next(), next());
    SecurityGroupRule {
        protocol: protocol.to_owned(),
        ports: (ports != "-").then(|| {
            let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
            PortRange {
                first: first.parse().unwrap(),
                last: last.parse().unwrap(),
            }
        }),
        peer: match peer.parse() {
            Ok(prefix) => Peer::Prefix(prefix),
            Err(_) => Peer::Group(peer.to_owned()),
        },
    }
}

fn group(ingress: &[&str], egress: &[&str]) -> SecurityGroup {
    SecurityGroup {
        id: "sg-0a1b2c3d".parse().unwrap(),
        name: "group".to_owned(),
        vpc: None,
        tags: Vec::new(),
        ingress: ingress.iter().map(|text| rule(text)).collect(),
        egress: egress.iter().map(|text| rule(text)).collect(),
    }
}

fn tcp(direction: Direction, remote: &str, port: u16) -> Flow {
    Flow {
        direction,
        remote: remote.parse().unwrap(),
        protocol: TCP,
        port: Some(port),
    }
}

fn attack() -> Flow {
    tcp(Direction::Ingress, "198.51.100.7", 22)
}

const EVERYTHING: &[&str] = &["-1 - 0.0.0.0/0", "-1 - ::/0"];

/// SSH from one network, as most owners have it.
fn narrow() -> SecurityGroup {
    group(&["tcp 22 198.51.100.0/24"], EVERYTHING)
}

fn all_access() -> SecurityGroup {
    group(EVERYTHING, EVERYTHING)
}

fn isolation() -> SecurityGroup {
    group(&[], &[])
}

/// AWS's own example: SSH from one address, HTTP from everywhere, ping, and everything out.
fn documented() -> SecurityGroup {
    group(
        &[
            "tcp 22 203.0.113.1/32",
            "tcp 80 0.0.0.0/0",
            "tcp 80 ::/0",
            "icmp - 0.0.0.0/0",
        ],
        EVERYTHING,
    )
}

#[rstest]
#[case::ssh_of_one_address(tcp(Direction::Ingress, "203.0.113.1", 22), Tracking::Tracked)]
#[case::ssh_of_another(tcp(Direction::Ingress, "203.0.113.2", 22), Tracking::Cut)]
#[case::http_of_everyone(tcp(Direction::Ingress, "203.0.113.1", 80), Tracking::Untracked)]
#[case::http_of_everyone_by_v6(tcp(Direction::Ingress, "2001:db8::1", 80), Tracking::Untracked)]
#[case::ping(Flow { protocol: ICMP, port: None, ..tcp(Direction::Ingress, "203.0.113.1", 0) }, Tracking::Tracked)]
#[case::out_to_anywhere(tcp(Direction::Egress, "203.0.113.1", 443), Tracking::Tracked)]
fn amazons_own_example(#[case] flow: Flow, #[case] expected: Tracking) {
    assert_eq!(begin(&flow, &[&documented()]), expected);
}

#[test]
fn without_the_rule_for_responses_also_the_flows_of_everyone_are_tracked() {
    let mut closed = documented();
    closed.egress = vec![rule("-1 - ::/0")];
    let v4 = tcp(Direction::Ingress, "203.0.113.1", 80);
    let v6 = tcp(Direction::Ingress, "2001:db8::1", 80);
    assert_eq!(begin(&v4, &[&closed]), Tracking::Tracked);
    assert_eq!(begin(&v6, &[&closed]), Tracking::Untracked);
}

#[rstest]
#[case::all_protocols("-1 - 0.0.0.0/0", Tracking::Untracked)]
#[case::all_ports("tcp 0-65535 0.0.0.0/0", Tracking::Untracked)]
#[case::by_number("6 0-65535 0.0.0.0/0", Tracking::Untracked)]
#[case::only_high_ports("tcp 1024-65535 0.0.0.0/0", Tracking::Tracked)]
#[case::only_one_network("-1 - 198.51.100.0/24", Tracking::Tracked)]
#[case::half_of_all("-1 - 128.0.0.0/1", Tracking::Tracked)]
#[case::another_protocol("udp 0-65535 0.0.0.0/0", Tracking::Tracked)]
#[case::the_other_family("-1 - ::/0", Tracking::Tracked)]
#[case::a_group("-1 - sg-0b1b2c3d", Tracking::Tracked)]
fn a_flow_is_untracked_only_if_all_responses_may_go_anywhere(#[case] egress: &str, #[case] expected: Tracking) {
    let open = group(&["tcp 22 0.0.0.0/0"], &[egress]);
    assert_eq!(begin(&attack(), &[&open]), expected);
}

#[rstest]
#[case::its_port("tcp 22 0.0.0.0/0", Tracking::Untracked)]
#[case::several_ports("tcp 20-25 0.0.0.0/0", Tracking::Untracked)]
#[case::everything("-1 - 0.0.0.0/0", Tracking::Untracked)]
#[case::one_network("tcp 22 198.51.100.0/24", Tracking::Tracked)]
#[case::another_port("tcp 443 0.0.0.0/0", Tracking::Cut)]
#[case::another_protocol("udp 22 0.0.0.0/0", Tracking::Cut)]
#[case::another_network("tcp 22 203.0.113.0/24", Tracking::Cut)]
#[case::the_other_family("-1 - ::/0", Tracking::Cut)]
#[case::a_group_whose_members_are_not_known("tcp 22 sg-0b1b2c3d", Tracking::Cut)]
fn how_a_flow_begins_depends_on_the_rule_that_allows_it(#[case] ingress: &str, #[case] expected: Tracking) {
    assert_eq!(begin(&attack(), &[&group(&[ingress], EVERYTHING)]), expected);
}

#[rstest]
#[case::icmp(ICMP)]
#[case::icmp_v6(ICMP_V6)]
#[case::gre(47)]
fn what_is_neither_tcp_nor_udp_is_always_tracked(#[case] protocol: u8) {
    let flow = Flow {
        protocol,
        port: None,
        ..attack()
    };
    assert_eq!(begin(&flow, &[&all_access()]), Tracking::Tracked);
    assert_eq!(
        after_change(&flow, Tracking::Tracked, &[&isolation()]),
        Tracking::Tracked
    );
}

#[test]
fn the_rules_of_all_groups_count_together() {
    let way_in = group(&["tcp 22 0.0.0.0/0"], &[]);
    let way_out = group(&[], EVERYTHING);
    assert_eq!(begin(&attack(), &[&way_in]), Tracking::Tracked);
    assert_eq!(begin(&attack(), &[&way_in, &way_out]), Tracking::Untracked);
    assert_eq!(begin(&attack(), &[&way_out]), Tracking::Cut);
    assert_eq!(begin(&attack(), &[]), Tracking::Cut);
}

/// How a flow stands after each of the groups, one after the other.
fn through(flow: &Flow, steps: &[&SecurityGroup]) -> Vec<Tracking> {
    let (first, later) = steps.split_first().unwrap();
    let mut states = vec![begin(flow, &[first])];
    for group in later {
        states.push(after_change(flow, *states.last().unwrap(), &[group]));
    }
    states
}

#[test]
fn an_isolation_group_alone_does_not_cut_the_attacker_who_is_inside() {
    let states = through(&attack(), &[&narrow(), &isolation()]);
    assert_eq!(states, [Tracking::Tracked, Tracking::Tracked]);
    assert_eq!(
        begin(&attack(), &[&isolation()]),
        Tracking::Cut,
        "but a new flow does not begin"
    );
}

#[test]
fn the_way_through_an_all_access_group_cuts_the_attacker_who_is_inside() {
    let states = through(&attack(), &[&narrow(), &all_access(), &isolation()]);
    assert_eq!(states, [Tracking::Tracked, Tracking::Untracked, Tracking::Cut]);
}

#[test]
fn a_flow_out_to_the_attacker_is_cut_on_that_way_too() {
    let out = tcp(Direction::Egress, "198.51.100.7", 443);
    let states = through(&out, &[&narrow(), &all_access(), &isolation()]);
    assert_eq!(states, [Tracking::Tracked, Tracking::Untracked, Tracking::Cut]);
}

#[test]
fn a_group_that_lets_all_in_but_not_all_out_does_not_help() {
    let half = group(EVERYTHING, &["tcp 443 0.0.0.0/0"]);
    let states = through(&attack(), &[&narrow(), &half, &isolation()]);
    assert_eq!(states, [Tracking::Tracked; 3]);
}

#[test]
fn an_all_access_group_without_v6_does_not_cut_a_flow_of_v6() {
    let v6 = tcp(Direction::Ingress, "2001:db8::7", 22);
    let narrow = group(&["tcp 22 2001:db8::/32"], EVERYTHING);
    let v4_only = group(&["-1 - 0.0.0.0/0"], &["-1 - 0.0.0.0/0"]);
    assert_eq!(through(&v6, &[&narrow, &v4_only, &isolation()]), [Tracking::Tracked; 3]);
    let states = through(&v6, &[&narrow, &all_access(), &isolation()]);
    assert_eq!(states, [Tracking::Tracked, Tracking::Untracked, Tracking::Cut]);
}

#[test]
fn revoking_the_rule_that_let_everyone_in_cuts_at_once_and_one_for_a_network_does_not() {
    let open = group(&["tcp 22 0.0.0.0/0"], EVERYTHING);
    let closed = group(&[], EVERYTHING);
    assert_eq!(
        through(&attack(), &[&open, &closed]),
        [Tracking::Untracked, Tracking::Cut]
    );
    assert_eq!(
        through(&attack(), &[&narrow(), &closed]),
        [Tracking::Tracked, Tracking::Tracked]
    );
}

#[test]
fn a_flow_that_was_cut_does_not_come_back_with_its_rule() {
    let open = group(&["tcp 22 0.0.0.0/0"], EVERYTHING);
    let states = through(&attack(), &[&open, &isolation(), &open]);
    assert_eq!(states, [Tracking::Untracked, Tracking::Cut, Tracking::Cut]);
    assert!(states[0].passes() && !states[2].passes());
}

#[test]
fn an_untracked_flow_is_tracked_once_its_rule_is_narrower() {
    let open = group(&["tcp 22 0.0.0.0/0"], EVERYTHING);
    let states = through(&attack(), &[&open, &narrow(), &isolation()]);
    assert_eq!(states, [Tracking::Untracked, Tracking::Tracked, Tracking::Tracked]);
}
