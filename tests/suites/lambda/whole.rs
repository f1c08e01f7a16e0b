//! The whole way on AWS: boto3 publishes to a topic, the topic writes to a queue, the queue invokes the function, whose journal is a table, and the function changes network ACLs
//! of two accounts in two regions. The test plays the event source mapping, and the schedule.

mod ended;

use std::sync::Arc;

use anyhow::ensure;
use quell::cloud::AclId;
use quell_tests::{
    moto::{ACCOUNT, OTHER_ACCOUNT, OTHER_REGION, OTHER_ROLE, REGION},
    queue::Queue,
    recorded,
    scene::Scene,
    stage::TOKEN,
    world::World,
};
use serde_json::Value;

use self::ended::{MESSAGE_IS_LATE, TICK_IS_LATE, ended};
use crate::{
    event::{of_function_url, tick},
    function::{Function, Wanted},
    relay::{publish, relay},
};

/// A region of an account, with a scene in it.
struct Place {
    account: &'static str,
    region: &'static str,
    role: Option<&'static str>,
    scene: Scene,
}

impl Place {
    /// A recorded alert, as it is told of the web server here. Each wave is of new alerts.
    fn told(&self, recorded: &str, attacker: &str, wave: usize) -> String {
        let text = recorded::told_of(recorded, self.account, self.region, &self.scene).replace("203.0.113.7", attacker);
        let mut alert: Value = serde_json::from_str(&text).expect("a recorded alert is JSON");
        if let Some(id) = alert["id"].as_str() {
            alert["id"] = format!("{wave}{}", &id[1..]).into();
        }
        if let Some(labels) = alert.pointer_mut("/agent/labels/aws") {
            labels["account"] = self.account.into();
            labels["region"] = self.region.into();
        }
        alert.to_string()
    }
}

/// The two accounts in the two regions. The first is the function's own.
fn places(world: &World) -> anyhow::Result<Vec<Place>> {
    let mut places = Vec::new();
    for (account, role) in [(ACCOUNT, None), (OTHER_ACCOUNT, Some(OTHER_ROLE))] {
        for region in [REGION, OTHER_REGION] {
            let scene = Scene::build_in(&world.moto, region, role)?;
            places.push(Place {
                account,
                region,
                role,
                scene,
            });
        }
    }
    Ok(places)
}

/// What is denied, but for the entries of the scenes' owner, as boto3 sees it: one line for each entry, with where it is.
fn denied(world: &World, places: &[Place]) -> anyhow::Result<String> {
    let mut lines = Vec::new();
    for place in places {
        let Scene { web, database, .. } = &place.scene;
        for (name, acl) in [("web", &web.acl), ("database", &database.acl)] {
            for prefix in denied_at(world, place, acl)? {
                lines.push(format!("{} {} {name} {prefix}", place.account, place.region));
            }
        }
    }
    Ok(lines.join("\n"))
}

fn denied_at(world: &World, place: &Place, acl: &AclId) -> anyhow::Result<Vec<String>> {
    let entries = world.moto.seen_entries_in(acl, place.region, place.role)?;
    let new = entries.iter().filter(|entry| (51..100).contains(&entry.rule_number));
    let mut prefixes: Vec<_> = new.map(|entry| entry.prefix().to_owned()).collect();
    prefixes.sort();
    Ok(prefixes)
}

const PLUGINS: &str = r#"
    [[plugin.route]]
    detector = "stealthwatch-cloud"
    [[plugin.route]]
    detector = "wazuh"
    [[plugin]]
    name = "guardduty-block"
    route = [{ detector = "guardduty" }, { detector = "security-hub" }]
    settings = { block-seconds = 25, escalation-factor = 1, jitter-percent = 0 }
    [[detector]]
    name = "wazuh"
    [detector.mapping]
    id = "/id"
    kind = "/rule/description"
    severity = { at = "/rule/level", scale = [0, 15] }
    time = "/timestamp"
    test = false
    resolved = false
    instance = "/agent/labels/aws/instance-id"
    account = "/agent/labels/aws/account"
    region = "/agent/labels/aws/region"
    addresses = "/agent/ip"
    observations = { remote = "/data/srcip", attempts = "/rule/frequency" }
"#;

const SETTINGS: &str = r#"
    alert-types = ["Excessive Access Attempts (External)", "sshd: brute force trying to get access to the system."]
    failed-attempts = 5
    block-seconds = 25
    escalation-factor = 1
    jitter-percent = 0
"#;

// Scripts block their threads, and the proxy needs one.
#[tokio::test(flavor = "multi_thread")]
async fn alerts_of_every_detector_land_in_their_account_region_and_acl_and_end_by_the_delay_queue_and_by_the_schedule()
-> anyhow::Result<()> {
    let world = World::shared()?;
    let places = places(&world)?;
    let [home, away, other, far] = places.as_slice() else {
        anyhow::bail!("there are four places");
    };
    let (queue, ends) = (Queue::new(&world.moto).await?, Queue::new(&world.moto).await?);
    let of_wazuh = Queue::new(&world.moto).await?;
    let accounts = format!(
        "[[aws.account]]\nid = '{ACCOUNT}'\nregions = ['{REGION}', '{OTHER_REGION}']\n\
         [[aws.account]]\nid = '{OTHER_ACCOUNT}'\nregions = ['{REGION}', '{OTHER_REGION}']\nrole = '{OTHER_ROLE}'\nexternal-id = 'quell'"
    );
    let wanted = Wanted {
        settings: SETTINGS,
        accounts: &accounts,
        tables: &format!(
            "{PLUGINS}\n[ends]\nqueue = '{}'\n[[door.sqs]]\nqueue = '{}'\ndetector = 'wazuh'",
            ends.url, of_wazuh.url
        ),
        ..Wanted::default()
    };
    let function = Function::in_scene(Arc::clone(&world), home.scene.clone(), &wanted).await?;
    let mut seen = Vec::new();
    for wave in 1..=2 {
        let alerts = [
            home.told(recorded::ATTACK, "203.0.113.7", wave),
            away.told(
                include_str!("../../../examples/alerts/guardduty-ssh-brute-force.json"),
                "203.0.113.21",
                wave,
            ),
            other.told(recorded::FINDING, "203.0.113.22", wave),
            far.told(
                include_str!("../../../examples/alerts/security-hub-v2-ssh-brute-force.json"),
                "2001:db8:bad::23",
                wave,
            ),
        ];
        publish(&function, &queue, &alerts).await?;
        while queue.count().await? > 0 {
            relay(&function, &queue).await?;
        }
        // Nobody knows a mapped detector by its look: its alerts come by a queue of its own, or by a path that names it.
        let mapped = far.told(
            include_str!("../../../examples/alerts/wazuh-ssh-brute-force.json"),
            "203.0.113.24",
            wave,
        );
        if wave == 1 {
            publish(&function, &of_wazuh, &[mapped]).await?;
            ensure!(relay(&function, &of_wazuh).await? == 1, "nothing came");
            ensure!(of_wazuh.count().await? == 0, "it comes again:\n{}", function.log());
        } else {
            let request = of_function_url("POST", "/alerts/wazuh", Some(TOKEN), &mapped);
            let answer = function.invoke(&request).await?;
            ensure!(answer["statusCode"] == 202, "{answer}\n{}", function.log());
        }
        seen.push(denied(&world, &places)?);

        if wave == 1 {
            let messages = async || relay(&function, &ends).await.map(|_| ());
            ended(&function, &places, MESSAGE_IS_LATE, messages).await?;
        } else {
            let ticks = async || function.invoke(&tick()).await.map(|_| ());
            ended(&function, &places, TICK_IS_LATE, ticks).await?;
        }
    }
    insta::assert_snapshot!(seen[0], @r"
    123456789012 eu-west-1 web 192.0.2.99/32
    123456789012 eu-west-1 web 2001:db8:bad:cafe::66/128
    123456789012 eu-west-1 web 203.0.113.50/32
    123456789012 eu-west-1 web 203.0.113.7/32
    123456789012 us-east-1 web 203.0.113.21/32
    444455556666 eu-west-1 web 203.0.113.22/32
    444455556666 us-east-1 web 2001:db8:bad::23/128
    444455556666 us-east-1 web 203.0.113.24/32
    ");
    assert_eq!(seen[0], seen[1], "{}", function.log());
    Ok(())
}
