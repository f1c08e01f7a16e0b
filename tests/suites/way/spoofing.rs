//! A spoofing campaign: somebody makes a detector name the company's own partner, resolver, health checkers and office, among real attackers beside them. Not one of the
//! company's is ever denied: the packet oracle looks after every write.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{Arc, Mutex},
};

use fastrand::Rng;
use ipnet::IpNet;
use jiff::SignedDuration;
use quell::{
    cloud::{
        Direction, NetworkAcl, RuleAction,
        oracle::{Packet, judge},
    },
    duration::HumanDuration,
    never_block::{FileSource, Format, List, ListTerms, OwnAddresses},
    way::order::Order,
};
use quell_tests::{
    recorded::{self, changed},
    stand::{Stand, WEB_ACL, rules},
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::never_block::Partners;

/// In the configuration, with a reason.
const RESOLVER: &str = "203.0.113.53/32";
/// In a list in a file.
const PARTNER: &str = "198.51.100.64/27";
/// In Amazon's file.
const HEALTH_CHECKERS: [&str; 2] = ["203.0.113.128/27", "2001:db8:40::/64"];
/// An elastic address of the account's own, which a NAT gateway has, and the far end of its VPN.
const NAT: &str = "198.51.100.200";
const VPN: &str = "192.0.2.201";
/// Added by hand.
const OFFICE: &str = "192.0.2.16/28";

/// Amazon's file, with health checkers.
fn ip_ranges(folder: &TempDir) -> List {
    let path = folder.path().join("ip-ranges.json");
    let [ipv4, ipv6] = HEALTH_CHECKERS;
    let text = json!({
        "prefixes": [{"ip_prefix": ipv4, "region": "eu-west-1", "service": "ROUTE53_HEALTHCHECKS"}],
        "ipv6_prefixes": [{"ipv6_prefix": ipv6, "region": "eu-west-1", "service": "ROUTE53_HEALTHCHECKS"}],
    });
    std::fs::write(&path, text.to_string()).unwrap();
    let terms = ListTerms {
        name: "amazon".to_owned(),
        place: "ip-ranges.json".to_owned(),
        format: Format::IpRanges {
            services: ["ROUTE53_HEALTHCHECKS".to_owned()].into(),
            regions: ["eu-west-1".to_owned()].into(),
        },
        every: HumanDuration::from_secs(10),
        max_age: HumanDuration::from_secs(3_600),
        may_be_empty: false,
    };
    List::new(terms, FileSource::at(&path))
}

/// What the account itself has.
fn own_addresses(stand: &Stand) -> List {
    let terms = ListTerms {
        name: "own-addresses".to_owned(),
        place: "of the account".to_owned(),
        format: Format::Prefixes,
        every: HumanDuration::from_secs(300),
        max_age: HumanDuration::from_secs(3_600),
        may_be_empty: true,
    };
    List::new(terms, OwnAddresses::of(stand.cloud.clone()))
}

fn all_of_the_company() -> Vec<IpNet> {
    let prefixes = [RESOLVER, PARTNER, OFFICE].into_iter().chain(HEALTH_CHECKERS);
    let prefixes = prefixes.map(|prefix| prefix.parse().unwrap());
    let addresses = [NAT, VPN].map(|address| IpNet::from(address.parse::<IpAddr>().unwrap()));
    prefixes.chain(addresses).collect()
}

/// What must be reachable just now, and whether it ever was not.
#[derive(Default)]
struct Reachable {
    now: Vec<IpNet>,
    wrong: Vec<String>,
}

impl Reachable {
    /// Looks at a network ACL after a write.
    fn look(&mut self, acl: &NetworkAcl) {
        for prefix in &self.now {
            for remote in samples(*prefix) {
                for direction in Direction::BOTH {
                    let judgement = judge(acl, &Packet::tcp(direction, remote, 443));
                    if judgement.action == RuleAction::Deny {
                        self.wrong
                            .push(format!("{remote} of {prefix} {direction}: {:?}", judgement.entry));
                    }
                }
            }
        }
    }
}

/// The rims of a prefix, and its middle.
fn samples(prefix: IpNet) -> Vec<IpAddr> {
    let middle = match prefix.hosts().nth(7) {
        Some(host) => host,
        None => prefix.network(),
    };
    vec![prefix.network(), middle, prefix.broadcast()]
}

/// A stand in an account with so little room that neighbours share rules, and an oracle that looks after every write.
struct Company {
    stand: Stand,
    partners: Partners,
    amazon: TempDir,
    reachable: Arc<Mutex<Reachable>>,
}

impl Company {
    async fn attacked(observations: BTreeMap<String, Vec<Value>>) -> Self {
        let account = recorded::ACCOUNT.replace("rule-quota = 20", "rule-quota = 6");
        let account = format!(
            "{account}\n[[elastic-address]]\nid = \"eipalloc-0a1b2c3d\"\naddress = \"{NAT}\"\n\
             [[customer-gateway]]\nid = \"cgw-0a1b2c3d\"\naddress = \"{VPN}\"\n"
        );
        let stand = Stand::under_attack(&account, observations).await.unwrap();
        let company = Self {
            stand,
            partners: Partners::having(&format!("{PARTNER} # Example Ltd\n")),
            amazon: tempfile::tempdir().unwrap(),
            reachable: Arc::default(),
        };
        let seen = Arc::clone(&company.reachable);
        company
            .stand
            .cloud
            .on_write(Box::new(move |acl| seen.lock().unwrap().look(acl)));
        company.configure().await;
        let office: Order =
            serde_json::from_value(json!({"never-block": {"prefix": OFFICE, "reason": "our office"}})).unwrap();
        company.stand.host.carry_order(office).await.unwrap();
        company.must_reach(company.all());
        company
    }

    /// As the configuration is read.
    async fn configure(&self) {
        let lists = vec![
            self.partners.list(),
            ip_ranges(&self.amazon),
            own_addresses(&self.stand),
        ];
        self.stand.host.take_over_lists(lists).await.unwrap();
        let mut rules = rules();
        rules.never_block =
            vec![serde_json::from_value(json!({"prefix": RESOLVER, "reason": "our resolver"})).unwrap()];
        self.stand.rules_are(rules).await.unwrap();
        self.stand.host.repair().await.unwrap();
    }

    fn all(&self) -> Vec<IpNet> {
        all_of_the_company()
    }

    fn must_reach(&self, prefixes: Vec<IpNet>) {
        self.reachable.lock().unwrap().now = prefixes;
    }

    /// Whether all that must be is reachable, now and after each write so far.
    fn check(&self, when: &str) {
        let acl = self.stand.acl(WEB_ACL);
        let mut reachable = self.reachable.lock().unwrap();
        reachable.look(&acl);
        assert!(
            reachable.wrong.is_empty(),
            "{when}: {:#?}\n{:#?}",
            reachable.wrong,
            acl.entries
        );
    }

    async fn report(&self, id: usize) -> quell::report::Report {
        let alert = changed(recorded::ATTACK, &[("id", json!(id))]);
        self.stand.report(&id.to_string(), &alert).await.unwrap()
    }
}

fn observed(number: usize, address: IpAddr) -> Value {
    json!({
        "id": number,
        "observation_name": "Multiple Access Failures",
        "resource_name": "multiple_access_failures_v1",
        "time": "2026-01-14T22:00:00Z",
        "connected_ip": address,
        "failed_attempts": 400,
    })
}

/// An address beside the company's, in the same /24s, or one of the company's.
fn named(rng: &mut Rng, company: &[IpNet]) -> IpAddr {
    if rng.u8(0..3) == 0 {
        let samples = samples(company[rng.usize(0..company.len())]);
        return samples[rng.usize(0..samples.len())];
    }
    let last = rng.u8(..);
    match rng.u8(0..4) {
        0 => IpAddr::from([203, 0, 113, last]),
        1 => IpAddr::from([198, 51, 100, last]),
        2 => IpAddr::from([192, 0, 2, last]),
        _ => IpAddr::from([0x2001, 0xdb8, 0x40, u16::from(last % 8), 0, 0, 0, u16::from(last)]),
    }
}

/// What is observed for so many alerts.
fn campaign(rng: &mut Rng, alerts: usize) -> BTreeMap<String, Vec<Value>> {
    let company = all_of_the_company();
    let alert = |id: usize, rng: &mut Rng| {
        let observations = (0..rng.usize(1..16)).map(|number| observed(id * 100 + number, named(rng, &company)));
        (id.to_string(), observations.collect::<Vec<_>>())
    };
    (1..=alerts).map(|id| alert(id, rng)).collect()
}

#[tokio::test]
async fn of_the_company_nobody_is_ever_denied_however_often_a_detector_names_him_also_not_inside_a_shared_rule() {
    let mut rng = Rng::with_seed(7);
    let alerts = 40;
    let company = Company::attacked(campaign(&mut rng, alerts)).await;
    let (mut shared, mut refused) = (0, 0);
    for id in 1..=alerts {
        let report = company.report(id).await;
        let verdicts = report.plugins[0]
            .examined
            .iter()
            .flat_map(|examined| &examined.verdicts);
        refused += verdicts.filter(|verdict| !verdict.passed).count();
        shared += report
            .targets
            .iter()
            .map(|target| target.aggregates.len())
            .sum::<usize>();
        company.check(&format!("alert {id}"));
    }
    assert!(refused > 50, "they were named {refused} times only");
    assert!(
        shared > 20,
        "rules were shared {shared} times only: there was too much room"
    );
    assert!(
        company.stand.denied().len() > 3,
        "attackers are denied: {:?}",
        company.stand.denied()
    );
    company.stand.pass(40 * 86_400).await.unwrap();
    company.check("in the end");
}

#[tokio::test]
async fn somebody_who_was_denied_is_let_through_with_the_next_look_and_his_neighbours_stay_denied() {
    let neighbours = ["203.0.113.64", "203.0.113.65", "203.0.113.66", "203.0.113.67"];
    let observations = (1..)
        .zip(neighbours)
        .map(|(number, address)| observed(number, address.parse().unwrap()));
    let others = (10..).zip(["198.51.100.201", "192.0.2.240", "192.0.2.77", "198.51.100.9"]);
    let others = others.map(|(number, address)| observed(number, address.parse().unwrap()));
    let all = observations.chain(others).collect();
    let company = Company::attacked(BTreeMap::from([("1".to_owned(), all)])).await;
    let report = company.report(1).await;
    assert!(
        report.targets.iter().any(|target| !target.aggregates.is_empty()),
        "they share a rule"
    );
    company.partners.write(&format!(
        "{PARTNER}\n203.0.113.66 # a customer behind a shared address\n"
    ));
    company.stand.host.look_at_lists().await.unwrap();
    let mut reach = company.all();
    reach.push("203.0.113.66/32".parse().unwrap());
    company.must_reach(reach);
    company.check("with the customer");
}

#[tokio::test]
async fn a_random_campaign_with_lists_that_change_break_and_heal_denies_nobody_of_the_company() {
    let seed = match std::env::var("QUELL_SEED") {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => 7_919,
    };
    println!("QUELL_SEED={seed} plays it again");
    let mut rng = Rng::with_seed(seed);
    let alerts = 60;
    let mut company = Company::attacked(campaign(&mut rng, alerts)).await;
    let customer: IpNet = "203.0.113.192/28".parse().unwrap();
    let mut denied = 0;
    for id in 1..=alerts {
        match rng.u8(0..8) {
            // The list breaks: what it had goes on, and later nobody is blocked.
            0 => company.partners.write("198.51.100.64/27\nhalf a l"),
            1 | 2 => {
                let is_customer = rng.bool();
                let more = if is_customer {
                    customer.to_string()
                } else {
                    String::new()
                };
                // Who is taken out may be denied at once.
                company.must_reach(company.all());
                company.partners.write(&format!("{PARTNER} # Example Ltd\n{more}\n"));
                company.stand.host.look_at_lists().await.unwrap();
                // What the list had before it broke may still be spared; who is in it now must be.
                let mut reach = company.all();
                reach.extend(Some(customer).filter(|_| is_customer));
                company.must_reach(reach);
            }
            3 => {
                company.stand.restart().unwrap();
                company.configure().await;
            }
            4 => company.stand.pass(rng.i64(1..7_200)).await.unwrap(),
            _ => company.stand.clock.advance(SignedDuration::from_secs(rng.i64(1..60))),
        }
        let alert = changed(recorded::ATTACK, &[("id", json!(id))]);
        // One that comes while a list can't be read waits.
        company.stand.deliver(&id.to_string(), &alert).await.unwrap();
        company.stand.host.follow_never_block().await.unwrap();
        company.check(&format!("seed {seed}, alert {id}"));
        denied += company.stand.denied().len();
    }
    assert!(denied > 0, "seed {seed}: nobody was ever denied");
}
