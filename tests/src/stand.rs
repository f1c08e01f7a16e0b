//! A stand: a whole host on a simulated account and a simulated Stealthwatch API, with a clock that is moved by hand.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
    time::Duration,
};

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use quell::{
    alert::{Decoders, Detector},
    builtin,
    clock::{Clock, ManualClock},
    cloud::{
        AclId, Cloud, Clouds, Direction, Entry, NetworkAcl,
        simulated::{Account, SimulatedCloud},
    },
    converge::{Converger, InstanceTerms, Means, Stance, Terms},
    decision::ActionKind,
    duration::HumanDuration,
    ends::Ends,
    fact::{
        ObservationSource,
        stealthwatch::{StealthwatchApi, StealthwatchOptions},
    },
    feedback::Tellers,
    guard::{Most, Protection, Rules},
    hold::{DeliveryId, Hold, HoldFilter, Journal, Owner, SqliteJournal},
    metrics::Counters,
    record::Recorder,
    report::{Mode, Report},
    roster::{Answers, Roster, Route, Routed, Snapshot},
    sandbox::{Limits, Plugin, Sandbox, Use},
    secret::LiveSecret,
    simulated_stealthwatch::SimulatedStealthwatch,
    way::{Host, Parts, Receipt, work::Worked},
};
use serde_json::Value;

use crate::{
    fault::{FaultyCloud, FaultyJournal, Weather},
    recorded,
};

/// One sandbox for all: making one takes longer than a test.
static SANDBOX: LazyLock<Sandbox> = LazyLock::new(|| {
    let limits = Limits {
        // A machine that is busy with other tests must not end a good plugin.
        guest_time: HumanDuration::from_secs(20),
        ..Limits::default()
    };
    Sandbox::new(Use::Daemon, limits, None).expect("these limits make a sandbox")
});

/// The network ACL of the web server's subnet in the simulated account.
pub const WEB_ACL: &str = "acl-0b111111111111111";
/// The network ACL of the database's subnet.
pub const DATABASE_ACL: &str = "acl-0d222222222222222";
/// The default network ACL, which guards no subnet.
pub const DEFAULT_ACL: &str = "acl-0def000000000000a";

/// The simulated account's number.
pub const ACCOUNT: &str = "111122223333";
/// The second simulated account's number, where there is one.
pub const SECOND_ACCOUNT: &str = "444455556666";

/// All that a plugin may ever be allowed to ask for.
const ALL_KINDS: [ActionKind; 5] = [
    ActionKind::Block,
    ActionKind::Isolate,
    ActionKind::RevokeIngress,
    ActionKind::SetInstanceState,
    ActionKind::Custom,
];

/// A whole host, and a hand on everything around it.
pub struct Stand {
    /// The account.
    pub cloud: Arc<SimulatedCloud>,
    /// Further accounts that are configured.
    pub others: Vec<Arc<SimulatedCloud>>,
    /// The detector's API.
    pub stealthwatch: SimulatedStealthwatch,
    /// The clock.
    pub clock: Arc<ManualClock>,
    /// The journal.
    pub journal: Arc<dyn Journal>,
    /// The host.
    pub host: Arc<Host>,
    mode: Mode,
    routed: Routed,
    weather: Arc<Weather>,
}

impl Stand {
    /// With the default plugin, everything by default but that a block lasts exactly its time.
    pub async fn new() -> anyhow::Result<Self> {
        Self::with(serde_json::json!({ "jitter-percent": 0 }), Mode::Enforce).await
    }

    /// With these settings of the default plugin, in this mode.
    pub async fn with(settings: Value, mode: Mode) -> anyhow::Result<Self> {
        Self::build(
            &settings.to_string(),
            mode,
            None,
            recorded::ACCOUNT,
            recorded::observations()?,
        )
        .await
    }

    /// With the default plugin in another account, where the detector observed this of its alerts.
    pub async fn under_attack(account: &str, observations: BTreeMap<String, Vec<Value>>) -> anyhow::Result<Self> {
        let settings = serde_json::json!({ "jitter-percent": 0 }).to_string();
        Self::build(&settings, Mode::Enforce, None, account, observations).await
    }

    /// With the default plugin and a second account, [`SECOND_ACCOUNT`], which is a copy of the first with the same ids.
    pub async fn with_second_account() -> anyhow::Result<Self> {
        let mut stand = Self::new().await?;
        let second = Account::read(&recorded::ACCOUNT.replace(ACCOUNT, SECOND_ACCOUNT))?;
        stand
            .others
            .push(Arc::new(SimulatedCloud::new(second, stand.clock.clone())));
        stand.restart()?;
        Ok(stand)
    }

    /// With another plugin, which may do all there is.
    pub async fn of_plugin(plugin: Plugin, settings: &str) -> anyhow::Result<Self> {
        Self::build(
            settings,
            Mode::Enforce,
            Some(plugin),
            recorded::ACCOUNT,
            recorded::observations()?,
        )
        .await
    }

    /// As [`Self::of_plugin`], in another account.
    pub async fn in_account(account: &str, plugin: Plugin, settings: &str) -> anyhow::Result<Self> {
        Self::build(
            settings,
            Mode::Enforce,
            Some(plugin),
            account,
            recorded::observations()?,
        )
        .await
    }

    async fn build(
        settings: &str,
        mode: Mode,
        plugin: Option<Plugin>,
        account: &str,
        observations: BTreeMap<String, Vec<Value>>,
    ) -> anyhow::Result<Self> {
        let clock = Arc::new(ManualClock::at("2026-03-01T12:00:00Z".parse::<Timestamp>()?));
        let cloud = Arc::new(SimulatedCloud::new(Account::read(account)?, clock.clone()));
        let stealthwatch = SimulatedStealthwatch::start(observations).await?;
        let journal: Arc<dyn Journal> = Arc::new(SqliteJournal::in_memory()?);
        let routed = match plugin {
            None => routed(default_plugin().await?, settings, [ActionKind::Block]).await?,
            Some(plugin) => routed(plugin, settings, ALL_KINDS).await?,
        };
        let clouds = clouds([&cloud]);
        let host = host(clouds, api(&stealthwatch)?, &clock, &journal, mode, routed.clone());
        Ok(Self {
            host: Arc::new(host),
            cloud,
            others: Vec::new(),
            stealthwatch,
            clock,
            journal,
            mode,
            routed,
            weather: Arc::default(),
        })
    }

    /// Puts these plugins in force in place of those that were, as a reload does.
    pub async fn decides_with(
        &self,
        answers: Answers,
        plugins: impl IntoIterator<Item = Routed>,
    ) -> anyhow::Result<()> {
        let snapshot = Snapshot {
            answers,
            ..Snapshot::new(plugins, rules())
        };
        Ok(self.host.take_over(snapshot).await?)
    }

    /// Puts these rules of the guards in force, as a reload does.
    pub async fn rules_are(&self, rules: Rules) -> anyhow::Result<()> {
        let snapshot = Snapshot::new([self.routed.clone()], rules);
        Ok(self.host.take_over(snapshot).await?)
    }

    /// As [`Self::restart`], with this weather between the host and its accounts and journal. The fields of the stand go on to show both as they are.
    pub fn restart_in_weather(&mut self, weather: &Arc<Weather>) -> anyhow::Result<()> {
        self.weather = Arc::clone(weather);
        self.restart()
    }

    /// A new host around the same accounts and journal, as after a crash.
    pub fn restart(&mut self) -> anyhow::Result<()> {
        let observations = api(&self.stealthwatch)?;
        let faulty = |cloud: &Arc<SimulatedCloud>| -> Arc<dyn Cloud> {
            Arc::new(FaultyCloud::in_weather(cloud.clone(), Arc::clone(&self.weather)))
        };
        let accounts = std::iter::once(&self.cloud).chain(&self.others);
        let journal: Arc<dyn Journal> = Arc::new(FaultyJournal::in_weather(
            Arc::clone(&self.journal),
            Arc::clone(&self.weather),
        ));
        let host = host(
            Arc::new(Clouds::new(accounts.map(faulty))),
            observations,
            &self.clock,
            &journal,
            self.mode,
            self.routed.clone(),
        );
        self.host = Arc::new(host);
        Ok(())
    }

    /// As [`Self::restart`], with a recorder.
    pub fn restart_with_recorder(&mut self, recorder: Recorder) -> anyhow::Result<()> {
        self.restart()?;
        let host = Arc::get_mut(&mut self.host).context("nobody else has the new host yet")?;
        host.set_recorder(recorder);
        Ok(())
    }

    /// As [`Self::restart`], with a delay queue in place of a timer.
    pub fn restart_with_ends(&mut self, ends: Arc<dyn Ends>) -> anyhow::Result<()> {
        self.restart()?;
        let host = Arc::get_mut(&mut self.host).context("nobody else has the new host yet")?;
        host.set_ends(ends);
        Ok(())
    }

    /// As [`Self::restart`], with who tells detectors what was done.
    pub fn restart_with_tellers(&mut self, tellers: Tellers) -> anyhow::Result<()> {
        self.restart()?;
        let host = Arc::get_mut(&mut self.host).context("nobody else has the new host yet")?;
        host.set_tellers(tellers);
        Ok(())
    }

    /// Takes an alert in and works on it, as a door and the worker do.
    pub async fn deliver(&self, id: &str, alert: &str) -> anyhow::Result<Worked> {
        self.deliver_from(Detector::StealthwatchCloud, id, alert).await
    }

    /// As [`Self::deliver`], for an alert of another detector.
    pub async fn deliver_from(&self, detector: Detector, id: &str, alert: &str) -> anyhow::Result<Worked> {
        let id = DeliveryId::given("test", id);
        let receipt = self
            .host
            .receive("test", detector, id.clone(), alert.as_bytes())
            .await?;
        anyhow::ensure!(matches!(receipt, Receipt::Admitted(_)), "{receipt:?}");
        let delivery = self
            .journal
            .delivery(&id)
            .await?
            .context("an admitted delivery is in the journal")?;
        Ok(self.host.work(&delivery).await?)
    }

    /// As [`Self::deliver`], for an alert that is worked on to a report.
    pub async fn report(&self, id: &str, alert: &str) -> anyhow::Result<Report> {
        self.deliver(id, alert).await?.report.context("there is a report")
    }

    /// Moves the clock on, and lets the host do what the timer would.
    pub async fn pass(&self, seconds: i64) -> anyhow::Result<()> {
        self.clock.advance(SignedDuration::from_secs(seconds));
        self.host.tend().await?;
        Ok(())
    }

    /// A network ACL as it is.
    pub fn acl(&self, id: &str) -> NetworkAcl {
        let id: AclId = id.parse().expect("the stand's ids are ids");
        self.cloud.peek(&id).expect("the stand's network ACLs are there")
    }

    /// The entries in the web subnet's ACL that were not there in the beginning, as `99 deny 203.0.113.7/32 ingress`.
    pub fn denied(&self) -> Vec<String> {
        let account = Account::read(recorded::ACCOUNT).expect("the example can be read");
        let fresh = SimulatedCloud::new(account, Arc::new(ManualClock::at(self.clock.now())));
        let before = fresh.peek(&WEB_ACL.parse().expect("an id")).expect("it is there");
        let new = |entry: &&Entry| !before.entries.contains(entry);
        let line = |entry: &Entry| format!("{} deny {} {}", entry.number, entry.prefix, entry.direction);
        self.acl(WEB_ACL).entries.iter().filter(new).map(line).collect()
    }

    /// How many writes the account has seen.
    pub fn writes(&self) -> usize {
        self.cloud.writes()
    }

    /// The holds in force.
    pub async fn holds(&self) -> anyhow::Result<Vec<Hold>> {
        Ok(self.journal.holds(&HoldFilter::default()).await?)
    }

    /// An entry of somebody else's in the web subnet's ACL.
    pub fn somebody_puts(&self, number: u16, direction: Direction, prefix: &str) -> anyhow::Result<()> {
        let entry = Entry::deny(number, direction, prefix.parse()?);
        self.cloud.put_entry_as_someone_else(&WEB_ACL.parse()?, &entry)?;
        Ok(())
    }
}

/// A component of a test, in the sandbox that all share.
pub async fn load(name: &str, component: &[u8]) -> anyhow::Result<Plugin> {
    Ok(SANDBOX.load(name, component).await?)
}

/// The default plugin, in the sandbox that all share.
pub async fn default_plugin() -> anyhow::Result<Plugin> {
    let component = builtin::plugin("nacl-block").context("the default plugin is built in")?;
    Ok(SANDBOX.load("nacl-block", component).await?)
}

/// A plugin that decides on alerts of Stealthwatch Cloud, with settings that it took.
pub async fn routed(
    plugin: Plugin,
    settings: &str,
    may: impl IntoIterator<Item = ActionKind>,
) -> anyhow::Result<Routed> {
    plugin.validate_settings(settings).await?;
    let routes = vec![Route::of_detector(Detector::StealthwatchCloud)];
    Ok(Routed::new(plugin, settings, routes, may))
}

/// These simulated accounts, as a host takes them.
pub fn clouds<'a>(simulated: impl IntoIterator<Item = &'a Arc<SimulatedCloud>>) -> Arc<Clouds> {
    let clouds = simulated.into_iter().map(|cloud| Arc::clone(cloud) as Arc<dyn Cloud>);
    Arc::new(Clouds::new(clouds))
}

/// A host on simulated accounts with a clock that is moved by hand, by default in all that is not given.
pub fn host(
    clouds: Arc<Clouds>,
    observations: Arc<dyn ObservationSource>,
    clock: &Arc<ManualClock>,
    journal: &Arc<dyn Journal>,
    mode: Mode,
    plugin: Routed,
) -> Host {
    let clock: Arc<dyn Clock> = clock.clone();
    Host::new(parts(clouds, observations, &clock, journal, mode, [plugin]))
}

/// The parts of a host on simulated accounts, by default in all that is not given.
pub fn parts(
    clouds: Arc<Clouds>,
    observations: Arc<dyn ObservationSource>,
    clock: &Arc<dyn Clock>,
    journal: &Arc<dyn Journal>,
    mode: Mode,
    plugin: impl IntoIterator<Item = Routed>,
) -> Parts {
    let counters = Arc::<Counters>::default();
    let clouds = Arc::new(clouds.counted(&counters).cached(clock));
    Parts {
        decoders: Decoders::default(),
        roster: Arc::new(Roster::new(Snapshot::new(plugin, rules()))),
        converger: Converger::new(Means {
            clouds: clouds.clone(),
            journal: journal.clone(),
            clock: clock.clone(),
            terms: Terms::default(),
            lists: Arc::default(),
            instances: InstanceTerms::default(),
            stance: match mode {
                Mode::Enforce => Stance::Enforce,
                Mode::Observe | Mode::Explain => Stance::TakeBack {
                    why: "the mode is to observe".to_owned(),
                },
            },
            owner: Owner::new("the stand"),
        }),
        clouds,
        observations,
        journal: journal.clone(),
        clock: clock.clone(),
        mode,
        queue: 100,
        workers: 4,
        keep: SignedDuration::from_hours(90 * 24),
        counters,
    }
}

/// The guards' rules as they are by default.
pub fn rules() -> Rules {
    Rules {
        never_block: Vec::new(),
        widest_ipv4: 24,
        widest_ipv6: 56,
        max_remediations: 20,
        longest_hold: Duration::from_secs(30 * 86_400),
        until_released: false,
        protection: Protection::default(),
        instances_per_hour: Most::Instances(3),
        deny_remotes: false,
    }
}

/// The client of the detector's API, impatient as tests are.
fn api(stealthwatch: &SimulatedStealthwatch) -> anyhow::Result<Arc<dyn ObservationSource>> {
    let api = StealthwatchApi::new(StealthwatchOptions {
        base_url: stealthwatch.base_url(),
        user: SimulatedStealthwatch::USER.to_owned(),
        key: LiveSecret::fixed(SimulatedStealthwatch::KEY),
        timeout: Duration::from_secs(2),
        max_pages: 20,
        max_bytes: 1 << 20,
        attempts: 2,
    })?;
    Ok(Arc::new(api))
}
