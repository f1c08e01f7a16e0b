//! The recorded alerts of `examples/`, with what the detector observed.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::scene::Scene;

/// The simulated account.
pub const ACCOUNT: &str = include_str!("../../examples/simulated-account.toml");

/// An attack on the web server: five addresses that tried often enough, one of them IPv6 and one private.
pub const ATTACK: &str = include_str!("../../examples/alerts/excessive-access.json");
/// A scan of the whole network: its source is no instance.
pub const SCAN: &str = include_str!("../../examples/alerts/inbound-port-scanner.json");
/// A test of the channel, with the attack's id, source and observations.
pub const TEST: &str = include_str!("../../examples/alerts/test-alert.json");
/// An alert that is over.
pub const RESOLVED: &str = include_str!("../../examples/alerts/resolved.json");
/// A finding of Security Hub, in its own format: somebody guesses passwords at the web server.
pub const FINDING: &str = include_str!("../../examples/alerts/security-hub-ssh-brute-force.json");
/// An alert of a type that the default plugin does nothing about.
pub const OTHER: &str = include_str!("../../examples/alerts/new-internal-device.json");

/// All observations, by alert id, for the simulated Stealthwatch API.
pub fn observations() -> serde_json::Result<BTreeMap<String, Vec<Value>>> {
    const PAGES: [(&str, &str); 4] = [
        ("6098", include_str!("../../examples/observations/6098.json")),
        ("6125", include_str!("../../examples/observations/6125.json")),
        ("6150", include_str!("../../examples/observations/6150.json")),
        ("6201", include_str!("../../examples/observations/6201.json")),
    ];
    #[derive(Deserialize)]
    struct Page {
        objects: Vec<Value>,
    }
    let read = |(id, text): (&str, &str)| Ok((id.to_owned(), serde_json::from_str::<Page>(text)?.objects));
    PAGES.into_iter().map(read).collect()
}

/// A recorded alert or finding, as it is told of the web server of a scene in this account and region.
pub fn told_of(recorded: &str, account: &str, region: &str, scene: &Scene) -> String {
    recorded
        .replace("111122223333", account)
        .replace("eu-west-1", region)
        .replace("vpc-0a1b2c3d4e5f60718", scene.vpc.as_str())
        .replace("subnet-0aaa1111bbb22222c", scene.web.subnet.as_str())
        .replace("i-0abc1234def567890", scene.web.instance.as_str())
}

/// A recorded alert with some of its keys changed.
pub fn changed(alert: &str, changes: &[(&str, Value)]) -> String {
    let mut object: serde_json::Map<String, Value> =
        serde_json::from_str(alert).expect("a recorded alert is an object");
    for (key, value) in changes {
        object.insert((*key).to_owned(), value.clone());
    }
    Value::Object(object).to_string()
}
