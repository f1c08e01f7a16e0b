//! More to write than the pace lets through at once.

use std::{fmt::Write, sync::Arc};

use futures::future::join_all;
use jiff::Timestamp;
use quell::{
    clock::{Clock, ManualClock},
    cloud::{
        Direction,
        simulated::{Account, SimulatedCloud},
    },
    converge::{Converger, InstanceTerms, Means, Stance, Terms},
    hold::{DeliveryId, Intent, Isolation, Journal, Owner, Remedy, SqliteJournal, Target},
};
use quell_tests::stand::clouds;

/// As many as EC2 lets through at once of one kind: all are written when the simulated clock has come to the last of them. Many wait for longer than a read is good for.
const ACLS: u32 = 50;
const INSTANCE: &str = "i-0abc1234def567890";
const VPC: &str = "vpc-0a1b2c3d4e5f60718";

fn account() -> String {
    let mut account = format!(
        r#"
        account = "111122223333"
        region = "eu-west-1"
        rule-quota = 20
        [[vpc]]
        id = "{VPC}"
        prefixes = ["10.0.0.0/16"]
        [[security-group]]
        id = "sg-0aaa1111bbb22222c"
        name = "web"
        vpc = "{VPC}"
        [[network-acl]]
        id = "acl-0def000000000000a"
        vpc = "{VPC}"
        default = true
        [[subnet]]
        id = "subnet-0aaa1111bbb22222c"
        vpc = "{VPC}"
        [[instance]]
        id = "{INSTANCE}"
        [[instance.interface]]
        id = "eni-0aaa1111bbb22222c"
        subnet = "subnet-0aaa1111bbb22222c"
        addresses = ["10.0.0.10"]
        security-groups = ["sg-0aaa1111bbb22222c"]
        "#
    );
    for acl in 0..ACLS {
        writeln!(
            account,
            "[[network-acl]]\nid = \"acl-{acl:017x}\"\nvpc = \"{VPC}\"\nentries = [\n\
             {{ number = 100, direction = \"ingress\", action = \"allow\", prefix = \"0.0.0.0/0\" }},\n]"
        )
        .unwrap();
    }
    account
}

fn target(id: &str) -> Target {
    Target {
        account: "111122223333".to_owned(),
        region: "eu-west-1".to_owned(),
        resource: id.parse().unwrap(),
    }
}

fn intent(target: &Target, remedy: Remedy) -> Intent {
    Intent {
        target: target.clone(),
        remedy,
        reason: "600 failed attempts".to_owned(),
        confidence: 80,
        severity: None,
        spare: Vec::new(),
        plugin: "nacl-block".to_owned(),
        alert: "stealthwatch-cloud/6125".to_owned(),
        until: None,
        scope: Default::default(),
    }
}

/// A converger with many network ACLs and an instance.
struct Crowd {
    clock: Arc<ManualClock>,
    journal: Arc<dyn Journal>,
    converger: Converger,
}

impl Crowd {
    fn gather() -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
        let cloud = Arc::new(SimulatedCloud::new(Account::read(&account()).unwrap(), clock.clone()));
        let journal: Arc<dyn Journal> = Arc::new(SqliteJournal::in_memory().unwrap());
        let converger = Converger::new(Means {
            clouds: clouds([&cloud]),
            journal: Arc::clone(&journal),
            clock: clock.clone(),
            terms: Terms::default(),
            lists: Arc::default(),
            instances: InstanceTerms::default(),
            stance: Stance::Enforce,
            owner: Owner::new("the crowd"),
        });
        Self {
            clock,
            journal,
            converger,
        }
    }

    async fn put(&self, intents: &[Intent]) {
        let delivery = DeliveryId::given("test", "1");
        let put = self.journal.put_in_force(intents, &delivery, self.clock.now());
        put.await.unwrap();
    }

    /// Writes one entry into each network ACL, all at the same time. Says how many milliseconds that took.
    async fn write_everywhere(&self) -> i128 {
        let acls: Vec<_> = (0..ACLS).map(|acl| target(&format!("acl-{acl:017x}"))).collect();
        let intents: Vec<_> = acls
            .iter()
            .map(|acl| intent(acl, Remedy::deny("203.0.113.7/32".parse().unwrap(), Direction::Ingress)))
            .collect();
        self.put(&intents).await;
        let begun = self.clock.now();
        for converged in join_all(acls.iter().map(|acl| self.converger.converge(acl))).await {
            assert_eq!(converged.unwrap().changes.len(), 1);
        }
        self.clock.now().duration_since(begun).as_millis()
    }
}

#[tokio::test]
async fn where_many_write_everybody_gets_a_turn_and_no_turn_is_wasted() {
    // 25 at once, and 2 a second after that.
    assert_eq!(Crowd::gather().write_everywhere().await, 12_500);
}

#[tokio::test]
async fn an_interface_that_lets_everything_in_between_two_calls_does_not_wait_for_others_who_write() {
    let crowd = Crowd::gather();
    crowd.write_everywhere().await;
    let isolate = Isolation::default();
    crowd
        .put(&[intent(&target(INSTANCE), Remedy::Isolate { isolate })])
        .await;
    let begun = crowd.clock.now();
    let converged = crowd.converger.converge(&target(INSTANCE)).await.unwrap();
    let lasted = crowd.clock.now().duration_since(begun).as_millis();
    let calls = i128::try_from(converged.changes.len()).unwrap();
    assert!(calls > 2, "{:#?}", converged.changes);
    assert_eq!(
        lasted,
        500 * (calls - 1),
        "all but the last waited: {:#?}",
        converged.changes
    );
}
