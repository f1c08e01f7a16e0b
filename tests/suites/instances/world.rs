//! A world: an account with an instance of three interfaces and one in an Auto Scaling group, a journal, and a converger that may die.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use quell::{
    clock::{Clock, ManualClock},
    cloud::{
        Cloud, Clouds, GroupRule, InstanceId, InterfaceId, Machine, Peer, PortRange, SecurityGroupId,
        simulated::{Account, SimulatedCloud},
    },
    converge::{ConvergeError, Converged, Converger, InstanceTerms, Means, Stance, Terms},
    decision::StateChange,
    hold::{
        Coverage, DeliveryId, EndReason, Hold, HoldFilter, HoldId, Intent, Isolation, Journal, Owner, Remedy, Resource,
        Revocation, SqliteJournal, Target,
    },
};
use quell_tests::fault::{Death, FaultyCloud, Life};

/// The instance with three interfaces.
pub(crate) const WEB: &str = "i-0aaaaaaa";
/// The instance in an Auto Scaling group.
pub(crate) const SCALED: &str = "i-0bbbbbbb";
/// An instance that can hibernate.
pub(crate) const SLEEPER: &str = "i-0ccccccc";
/// The interfaces of [`WEB`].
pub(crate) const INTERFACES: [&str; 3] = ["eni-0aaaaaaa", "eni-0bbbbbbb", "eni-0ccccccc"];
/// A group that a web server is in.
pub(crate) const GROUP: &str = "sg-0aaaaaaa";
/// A group of somebody else.
pub(crate) const OTHER: &str = "sg-0ddddddd";

/// How long a read may lag behind.
pub(crate) const SETTLED: SignedDuration = SignedDuration::from_secs(61);

pub(crate) struct World {
    pub(crate) cloud: Arc<SimulatedCloud>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) journal: Arc<dyn Journal>,
    life: Arc<Life>,
    terms: InstanceTerms,
    converger: Converger,
    processes: usize,
    deliveries: usize,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(InstanceTerms::default())
    }

    pub(crate) fn with(terms: InstanceTerms) -> Self {
        Self::in_account(include_str!("account.toml"), terms)
    }

    pub(crate) fn in_account(account: &str, terms: InstanceTerms) -> Self {
        let clock = Arc::new(ManualClock::at("2026-03-01T12:00:00Z".parse().unwrap()));
        let account = Account::read(account).unwrap();
        let cloud = Arc::new(SimulatedCloud::new(account, clock.clone()));
        let journal: Arc<dyn Journal> = Arc::new(SqliteJournal::in_memory().unwrap());
        let life = Arc::default();
        let converger = converger(cloud.clone(), &life, &journal, &clock, &terms, Stance::Enforce, 0);
        Self {
            cloud,
            clock,
            journal,
            life,
            terms,
            converger,
            processes: 0,
            deliveries: 0,
        }
    }

    /// Another process on the same account and journal, as after a crash or with another configuration.
    pub(crate) async fn restart(&mut self, stance: Stance) {
        self.life.ends(None);
        self.journal.break_leases().await.unwrap();
        self.processes += 1;
        self.converger = converger(
            self.cloud.clone(),
            &self.life,
            &self.journal,
            &self.clock,
            &self.terms,
            stance,
            self.processes,
        );
    }

    /// Puts a remedy in force for an hour, and brings its target to it.
    pub(crate) async fn hold(&mut self, id: &str, remedy: Remedy) -> Result<Hold, ConvergeError> {
        let hold = self.put(id, remedy).await;
        self.converge(id).await?;
        Ok(self.hold_of(hold.id).await)
    }

    /// Puts a remedy in force for an hour, in the journal.
    pub(crate) async fn put(&mut self, id: &str, remedy: Remedy) -> Hold {
        self.deliveries += 1;
        let intent = Intent {
            target: target(id),
            remedy,
            reason: "it attacks others".to_owned(),
            confidence: 90,
            severity: None,
            spare: Vec::new(),
            plugin: "isolate-attacker".to_owned(),
            alert: "guardduty/1".to_owned(),
            until: Some(self.clock.now() + SignedDuration::from_hours(1)),
            scope: Default::default(),
        };
        let delivery = DeliveryId::read(&format!("delivery {}", self.deliveries));
        let held = self.journal.put_in_force(&[intent], &delivery, self.clock.now()).await;
        held.unwrap().remove(0)
    }

    /// Ends a hold, and brings its target to what is left.
    pub(crate) async fn release(&self, hold: &Hold) -> Result<Arc<Converged>, ConvergeError> {
        self.end(hold.id).await;
        self.converge(hold.target.resource.as_str()).await
    }

    pub(crate) async fn end(&self, hold: HoldId) {
        let ended = self.journal.end(&[hold], EndReason::Released, self.clock.now()).await;
        ended.unwrap();
    }

    pub(crate) async fn converge(&self, id: &str) -> Result<Arc<Converged>, ConvergeError> {
        self.converger.converge(&target(id)).await
    }

    pub(crate) async fn put_back(&self, id: &str) -> Result<Arc<Converged>, ConvergeError> {
        self.converger.put_back(&target(id)).await
    }

    /// Converges until the process dies at a write, and goes on as the next one. Returns whether it died.
    pub(crate) async fn converge_until_it_dies(&mut self, id: &str, death: Death) -> bool {
        self.life.ends(Some(death));
        let life = Arc::clone(&self.life);
        let died = tokio::select! {
            result = self.converge(id) => { result.unwrap(); false }
            () = life.ended() => true,
        };
        self.restart(Stance::Enforce).await;
        died
    }

    /// As [`Self::converge_until_it_dies`], but what fails is no matter.
    pub(crate) async fn converge_or_die(&mut self, id: &str, death: Death) {
        self.life.ends(Some(death));
        let life = Arc::clone(&self.life);
        tokio::select! {
            result = self.converge(id) => drop(result),
            () = life.ended() => {}
        }
        self.restart(Stance::Enforce).await;
    }

    /// Lets time pass, and looks after what is unfinished and after everything, as the timer does.
    pub(crate) async fn pass(&self, time: SignedDuration) {
        self.clock.advance(time);
        for target in self.journal.targets().await.unwrap() {
            self.converger.converge(&target).await.unwrap();
        }
    }

    pub(crate) async fn hold_of(&self, id: HoldId) -> Hold {
        let filter = HoldFilter {
            ids: Some(vec![id]),
            ended: true,
            ..HoldFilter::default()
        };
        self.journal.holds(&filter).await.unwrap().remove(0)
    }

    pub(crate) async fn coverage(&self, hold: &Hold) -> Coverage {
        self.hold_of(hold.id).await.coverage
    }

    /// The groups of each interface of [`WEB`].
    pub(crate) fn groups(&self) -> Vec<Vec<String>> {
        INTERFACES.iter().map(|interface| self.groups_of(interface)).collect()
    }

    pub(crate) fn groups_of(&self, interface: &str) -> Vec<String> {
        let interface: InterfaceId = interface.parse().unwrap();
        let interface = self.cloud.peek_interface(&interface);
        interface.map_or_else(Vec::new, |interface| {
            interface.security_groups.iter().map(ToString::to_string).collect()
        })
    }

    pub(crate) fn somebody_sets(&self, interface: &str, groups: &[&str]) {
        let groups: Vec<SecurityGroupId> = groups.iter().map(|group| group.parse().unwrap()).collect();
        let interface = interface.parse().unwrap();
        self.cloud.set_groups_as_someone_else(&interface, &groups).unwrap();
    }

    pub(crate) fn machine(&self, id: &str) -> Machine {
        let id: InstanceId = id.parse().unwrap();
        self.cloud.peek_machine(&id).unwrap()
    }

    pub(crate) fn rules(&self) -> Vec<GroupRule> {
        let group: SecurityGroupId = GROUP.parse().unwrap();
        self.cloud.peek_rules(&group).unwrap()
    }

    /// The journal's images of a target.
    pub(crate) async fn images(&self, id: &str) -> usize {
        let now = self.clock.now();
        let situation = self.journal.situation(&target(id), now, now).await.unwrap();
        situation.images.len()
    }
}

pub(crate) fn isolate() -> Remedy {
    Remedy::Isolate {
        isolate: Isolation::default(),
    }
}

/// Takes the rule out that lets the whole world in by SSH.
pub(crate) fn revoke_shell(change: impl FnOnce(&mut Revocation)) -> Remedy {
    let mut revoke = Revocation {
        protocol: "tcp".to_owned(),
        ports: Some(PortRange { first: 22, last: 22 }),
        peer: Peer::Prefix("0.0.0.0/0".parse().unwrap()),
        rule: None,
        description: None,
        narrow_to: Vec::new(),
    };
    change(&mut revoke);
    Remedy::Revoke { revoke }
}

pub(crate) fn set(change: StateChange) -> Remedy {
    Remedy::SetState { change }
}

fn target(id: &str) -> Target {
    Target {
        account: "111122223333".to_owned(),
        region: "eu-west-1".to_owned(),
        resource: id.parse::<Resource>().unwrap(),
    }
}

pub(crate) fn converger(
    cloud: Arc<dyn Cloud>,
    life: &Arc<Life>,
    journal: &Arc<dyn Journal>,
    clock: &Arc<ManualClock>,
    terms: &InstanceTerms,
    stance: Stance,
    process: usize,
) -> Converger {
    let mortal: Arc<dyn Cloud> = Arc::new(FaultyCloud::mortal(cloud, Arc::clone(life)));
    Converger::new(Means {
        clouds: Arc::new(Clouds::new([mortal])),
        journal: Arc::clone(journal),
        clock: clock.clone(),
        terms: Terms::default(),
        lists: Arc::default(),
        instances: terms.clone(),
        stance,
        owner: Owner::new(format!("process {process} of {}", Timestamp::UNIX_EPOCH)),
    })
}
