//! Random alerts, settings and facts: what is usual, what is rare, and what should not be.

use std::{net::IpAddr, sync::Arc};

use fastrand::Rng;
use jiff::Timestamp;
use quell::{
    alert::{Alert, Detector, Place, Source},
    cloud::{Instance, Interface},
    fact::{Answer, FactError, History, Observation, Question, RecordedFacts},
    sandbox::Request,
};
use serde_json::{Map, Value, json};

/// Attackers, their spellings, and what is none.
const ADDRESSES: [&str; 22] = [
    "203.0.113.7",
    "203.0.113.8",
    "203.0.113.9",
    "198.51.100.23",
    "198.51.100.200",
    " 203.0.113.7 ",
    "::ffff:203.0.113.8",
    "::ffff:cb00:7109",
    "2001:db8:bad::7",
    "2001:DB8:BAD:0:0:0:0:7",
    "2001:db8:0:0:1:0:0:1",
    "2001:db8::1:0:0:0:1",
    "1:2:3:4:5:6:7::",
    "::",
    "10.0.1.20",
    "10.0.2.7",
    "203.0.113.007",
    "203.0.113.7/32",
    "fe80::1%eth0",
    "attacker.example",
    "",
    "1::2::3",
];

const OWN: [&str; 9] = [
    "10.0.1.20",
    "10.0.2.20",
    "10.0.2.20/32",
    "10.0.2.0/24",
    "10.0.2.77/24",
    "2001:db8:1::20",
    "203.0.113.8/31",
    "10.0.0.0/255.0.0.0",
    "10.0.0.0/08",
];

const INSTANCES: [(&str, &[&str]); 3] = [
    ("i-0abc1234def567890", &["10.0.1.20", "192.0.2.20", "2001:db8:1::20"]),
    ("i-0fed9876cba543210", &["10.0.2.20"]),
    ("i-0aaa0000bbb000000", &["203.0.113.9"]),
];

/// An alert with settings, and all facts that a plugin could ask.
pub(super) fn case(seed: u64) -> (Request, RecordedFacts) {
    let rng = &mut Rng::with_seed(seed);
    let request = Request {
        alert: Arc::new(alert(rng)),
        settings: settings(rng).to_string(),
        now: Timestamp::UNIX_EPOCH,
    };
    (request, facts(rng))
}

fn pick<'a, T: ?Sized>(rng: &mut Rng, of: &[&'a T]) -> &'a T {
    of[rng.usize(..of.len())]
}

fn rarely(rng: &mut Rng) -> bool {
    rng.u8(..) < 20
}

fn alert(rng: &mut Rng) -> Alert {
    let names = [
        "i-0abc1234def567890",
        "i-0abc1234def567890",
        "Network",
        "10.0.2.20",
        "web",
        "",
        "203.0.113.7",
    ];
    let kinds = [
        "Excessive Access Attempts (External)",
        "Excessive Access Attempts (External)",
        " Inbound Port Scanner ",
        "Inbound Port Scanner",
        "New Internal Device",
    ];
    let addresses = ["10.0.1.20", "192.0.2.20", "198.51.100.23"];
    Alert {
        id: rng.u16(..).to_string(),
        detector: Detector::StealthwatchCloud,
        kind: pick(rng, &kinds).to_owned(),
        title: "An alert".to_owned(),
        description: String::new(),
        severity: [None, Some(0), Some(57), Some(100)][rng.usize(..4)],
        time: Some(Timestamp::UNIX_EPOCH),
        test: rarely(rng),
        resolved: rarely(rng),
        source: Source {
            name: pick(rng, &names).to_owned(),
            addresses: (0..rng.usize(..3))
                .map(|_| pick(rng, &addresses).parse().unwrap())
                .collect(),
            host_names: (0..rng.usize(..2)).map(|_| "web.example.com".to_owned()).collect(),
        },
        place: Place::default(),
        raw: "{}".to_owned(),
        extensions: Default::default(),
    }
}

fn settings(rng: &mut Rng) -> Value {
    let mut settings = Map::new();
    let mut set = |rng: &mut Rng, name: &str, values: &[Value]| {
        if rng.bool() {
            settings.insert(name.to_owned(), values[rng.usize(..values.len())].clone());
        }
    };
    set(rng, "failed-attempts", &[json!(1), json!(10), json!(300)]);
    set(rng, "block-seconds", &[json!(1), json!(3600), json!(604_800)]);
    set(
        rng,
        "escalation-factor",
        &[json!(1), json!(3), json!(9_007_199_254_740_991_u64)],
    );
    set(rng, "jitter-percent", &[json!(0), json!(7), json!(50)]);
    set(rng, "direction", &[json!("ingress"), json!("egress"), json!("both")]);
    set(rng, "max-blocks", &[json!(1), json!(3), json!(1000)]);
    if rarely(rng) {
        settings.insert("max-block".to_owned(), json!(3));
    }
    Value::Object(settings)
}

fn facts(rng: &mut Rng) -> RecordedFacts {
    let mut facts = vec![(Question::Observations, observations(rng))];
    let names = ["web", "web.example.com", "203.0.113.7"];
    let known = INSTANCES
        .iter()
        .flat_map(|(id, addresses)| addresses.iter().chain([id]));
    for name in known.chain(&names).chain(&["192.0.2.20"]).chain(&["198.51.100.23"]) {
        let question = Question::Instance((*name).to_owned());
        if !facts.iter().any(|(it, _)| *it == question) {
            facts.push((question, instance(rng, name)));
        }
    }
    let canonical = ADDRESSES.iter().filter_map(|text| text.trim().parse::<IpAddr>().ok());
    for address in canonical.map(|address| address.to_canonical()) {
        let question = Question::History(address.to_string());
        if !facts.iter().any(|(it, _)| *it == question) {
            facts.push((question, history(rng)));
        }
    }
    RecordedFacts::new(facts).unwrap()
}

fn observations(rng: &mut Rng) -> Result<Answer, FactError> {
    if rarely(rng) {
        return Err(match rng.u8(..3) {
            0 => FactError::NotKnown("the alert has none".to_owned()),
            1 => FactError::NotPermitted("no key".to_owned()),
            _ => FactError::Unavailable("timed out".to_owned()),
        });
    }
    let most = if rarely(rng) { 120 } else { 12 };
    let number = rng.usize(..most);
    let observation = |id: usize| Observation {
        id: id.to_string(),
        kind: "Multiple Access Failures".to_owned(),
        time: None,
        raw: if rarely(rng) {
            pick(rng, &["[]", "{}", "{", "null"]).to_owned()
        } else {
            fields(rng).to_string()
        },
    };
    Ok(Answer::Observations((0..number).map(observation).collect()))
}

/// What an observation says: sometimes in the field of another kind, sometimes with a value of another type.
fn fields(rng: &mut Rng) -> Value {
    let mut fields = Map::new();
    for name in ["connected_ip", "scanner_ip", "remote_ip"] {
        let often = if name == "connected_ip" { 200 } else { 60 };
        if rng.u8(..) < often {
            fields.insert(name.to_owned(), side(rng, &ADDRESSES));
        }
    }
    for name in ["scanned_ip", "cidr_range"] {
        if rng.u8(..) < 70 {
            fields.insert(name.to_owned(), side(rng, &OWN));
        }
    }
    let counts = [
        json!(0),
        json!(9),
        json!(10),
        json!(75),
        json!(400),
        json!("12"),
        json!(" 7 "),
        json!("many"),
        json!(-3),
        json!(2.5),
        Value::Null,
    ];
    if rng.u8(..) < 220 {
        fields.insert("failed_attempts".to_owned(), counts[rng.usize(..counts.len())].clone());
    }
    Value::Object(fields)
}

fn side(rng: &mut Rng, texts: &[&str]) -> Value {
    match rng.u8(..16) {
        0 => Value::Null,
        1 => json!(3_405_803_783_u32),
        2 => json!({ "ip": "203.0.113.7" }),
        3 => json!([pick(rng, texts), null, pick(rng, texts), true]),
        4 => json!("é".repeat(100)),
        _ => json!(pick(rng, texts)),
    }
}

fn instance(rng: &mut Rng, name: &str) -> Result<Answer, FactError> {
    let has = |(id, addresses): &&(&str, &[&str])| *id == name || addresses.contains(&name);
    if rarely(rng) && rarely(rng) {
        return Err(FactError::NotPermitted("ec2:DescribeInstances".to_owned()));
    }
    let Some((id, addresses)) = INSTANCES.iter().find(has) else {
        return Err(FactError::NotKnown(format!("no instance has {name}")));
    };
    Ok(Answer::Instance(Instance {
        id: id.parse().unwrap(),
        state: "running".to_owned(),
        vpc: None,
        host_names: Vec::new(),
        interfaces: vec![Interface {
            id: "eni-0a1b2c3d".parse().unwrap(),
            subnet: "subnet-0a1b2c3d".parse().unwrap(),
            vpc: "vpc-0a1b2c3d".parse().unwrap(),
            addresses: addresses.iter().map(|address| address.parse().unwrap()).collect(),
            security_groups: Vec::new(),
        }],
        tags: Vec::new(),
    }))
}

fn history(rng: &mut Rng) -> Result<Answer, FactError> {
    if rarely(rng) {
        return Err(FactError::Unavailable("the journal is locked".to_owned()));
    }
    let holds = [0, 0, 1, 2, 5, u32::MAX][rng.usize(..6)];
    Ok(Answer::History(History {
        holds,
        offences: holds,
        in_force: if rng.bool() { 0 } else { holds.min(1) },
        last_since: (holds > 0).then_some(Timestamp::UNIX_EPOCH),
        last_until: None,
    }))
}
