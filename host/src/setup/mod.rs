//! Setting up: from a configuration to a host that can work.
//!
//! The only place where the parts meet. Whatever is wrong with any of them is told here, before the first alert comes in.

mod checkpoints;
mod cloud;
pub mod copy;
pub(crate) mod doors;
mod ends;
mod error;
mod examination;
mod feedback;
pub mod journal;
mod lock;
mod never_block;
mod observations;
mod plugin_error;
mod plugins;
mod recorder;
pub mod reload;
mod requests;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::{
    alert::Decoders,
    clock::{Clock, GivenTime, SystemClock},
    cloud::Clouds,
    config::{Config, Guard, Mode as ConfiguredMode},
    converge::{Converger, Flows, Means, Stance, Terms},
    fact::{NoObservations, ObservationSource},
    guard::Rules,
    hold::{Journal, Owner},
    metrics::Counters,
    never_block::Lists,
    permission::{self, HeldPolicy, Needs},
    report::Mode,
    roster::{OnFailure, Roster, Routed, Snapshot},
    sandbox::{Cache, Kept, Precompiled, Sandbox, Use},
    secret::Secrets,
    way::{Host, Parts},
};

use self::plugins::Loading;
#[cfg(feature = "aws")]
pub use self::requests::of_function as web_options;
pub use self::{
    doors::sources, error::SetupError, examination::examine, journal::Writer, lock::WriterLock,
    plugin_error::PluginError, recorder::redaction,
};

/// What a host is set up for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Many alerts at once, for a long time.
    Daemon,
    /// One alert after the other: a Lambda function, or a command that writes.
    OneAtATime,
    /// To tell what would be: the journal is only read.
    Explain,
    /// A person's orders, one. No plugin is loaded and no detector asked, so that whatever is wrong with them keeps nobody from releasing.
    Orders,
    /// To tell which plugins there are and how they stand. No detector is asked.
    Plugins,
}

impl Purpose {
    fn of_sandbox(self) -> Use {
        match self {
            Self::Daemon => Use::Daemon,
            Self::OneAtATime | Self::Explain | Self::Orders | Self::Plugins => Use::OneAtATime,
        }
    }
}

/// A host that only tells what would be: the journal is only read.
pub async fn explaining_host(config: &Config) -> Result<Host, SetupError> {
    // Who has no journal yet has no holds either.
    let journal = match journal::to_read(&config.journal).await? {
        Some(journal) => journal,
        None => journal::nothing()?,
    };
    host_with(config, Purpose::Explain, journal).await
}

/// A host as the configuration says, with a journal that is open already.
pub async fn host_with(config: &Config, purpose: Purpose, journal: Arc<dyn Journal>) -> Result<Host, SetupError> {
    host_in(
        config,
        purpose,
        journal,
        &sandbox(config, purpose)?,
        Arc::new(SystemClock),
    )
    .await
}

/// A function's host as the configuration says, which works within the time that the clock is given.
pub async fn function_host(
    config: &Config,
    journal: Arc<dyn Journal>,
    clock: &Arc<GivenTime>,
) -> Result<Host, SetupError> {
    let purpose = Purpose::OneAtATime;
    host_in(config, purpose, journal, &sandbox(config, purpose)?, clock.clone()).await
}

/// A daemon's host as the configuration says, and the sandbox of its plugins, in which others can be loaded later.
pub(crate) async fn reloadable_host(config: &Config, journal: Arc<dyn Journal>) -> Result<(Host, Sandbox), SetupError> {
    let sandbox = sandbox(config, Purpose::Daemon)?;
    let clock = Arc::new(SystemClock);
    Ok((
        host_in(config, Purpose::Daemon, journal, &sandbox, clock).await?,
        sandbox,
    ))
}

fn sandbox(config: &Config, purpose: Purpose) -> Result<Sandbox, SetupError> {
    let kept = Kept {
        precompiled: config.sandbox.precompiled.as_ref().map(Precompiled::at),
        cache: Some(Cache::at(&config.sandbox.cache)),
        increments: None,
    };
    Ok(Sandbox::with(
        purpose.of_sandbox(),
        config.sandbox.limits.clone(),
        kept,
    )?)
}

/// Loads the plugins of a configuration, and tells what is wrong with each that can't be.
pub async fn check_plugins(config: &Config) -> Result<Vec<String>, SetupError> {
    Ok(load_plugins(config).await?.absent())
}

/// Loads the plugins of a configuration, as far as they can be.
async fn load_plugins(config: &Config) -> Result<Snapshot, SetupError> {
    let sandbox = sandbox(config, Purpose::Plugins)?;
    let loading = Loading {
        sandbox: &sandbox,
        before: None,
        trusts_what_was_compiled: false,
    };
    Ok(snapshot(config, loading).await)
}

/// The least policies that the configuration needs: the host's first, then each role's.
pub fn policies(config: &Config) -> Result<Vec<HeldPolicy>, SetupError> {
    let accounts = cloud::accounts(&config.cloud)?;
    Ok(permission::policies(&Needs::of(config), &accounts))
}

async fn host_in(
    config: &Config,
    purpose: Purpose,
    journal: Arc<dyn Journal>,
    sandbox: &Sandbox,
    clock: Arc<dyn Clock>,
) -> Result<Host, SetupError> {
    let counters = Arc::<Counters>::default();
    let places = cloud::places(&config.cloud, &clock).await?;
    let clouds = Arc::new(places.clouds.counted(&counters).cached(&clock));
    let secrets = Secrets::new(&config.secrets);
    let observations: Arc<dyn ObservationSource> = match purpose {
        Purpose::Orders | Purpose::Plugins => Arc::new(NoObservations),
        Purpose::Daemon | Purpose::OneAtATime | Purpose::Explain => observations::observations(config, &secrets)?,
    };
    let recorder = match purpose {
        Purpose::Daemon | Purpose::OneAtATime => recorder::recorder(&config.recordings, &secrets)?,
        Purpose::Explain | Purpose::Orders | Purpose::Plugins => None,
    };
    let snapshot = match purpose {
        Purpose::Orders => of_configuration(config, Vec::new()),
        Purpose::Daemon | Purpose::OneAtATime | Purpose::Explain | Purpose::Plugins => {
            let loading = Loading {
                sandbox,
                before: None,
                trusts_what_was_compiled: purpose == Purpose::OneAtATime,
            };
            snapshot(config, loading).await
        }
    };
    if matches!(purpose, Purpose::Daemon | Purpose::OneAtATime) {
        tell_plugins(config, &snapshot);
    }
    let converger = converger(config, &clouds, &journal, &clock);
    let mut host = Host::new(Parts {
        decoders: decoders(config),
        roster: Arc::new(Roster::new(snapshot)),
        observations,
        converger: match purpose {
            Purpose::OneAtATime => converger.one_at_a_time(),
            Purpose::Daemon | Purpose::Explain | Purpose::Orders | Purpose::Plugins => converger,
        },
        clouds,
        journal,
        clock,
        mode: match (purpose, config.mode) {
            (Purpose::Explain, _) => Mode::Explain,
            (_, ConfiguredMode::Enforce) => Mode::Enforce,
            (_, ConfiguredMode::Observe) => Mode::Observe,
        },
        queue: u32::try_from(config.work.queue.get()).unwrap_or(u32::MAX),
        workers: config.work.workers.get(),
        keep: SignedDuration::try_from(config.journal.keep.0).unwrap_or(SignedDuration::MAX),
        counters,
    });
    if let Some(recorder) = recorder {
        host.set_recorder(recorder);
    }
    // The daemon's timer knows every end by itself.
    if matches!(purpose, Purpose::OneAtATime | Purpose::Orders)
        && let Some(queue) = ends::delay_queue(&config.ends).await?
    {
        host.set_ends(queue);
    }
    if matches!(purpose, Purpose::Daemon | Purpose::OneAtATime)
        && let Some(tellers) = feedback::tellers(config, &secrets)?
    {
        host.set_tellers(tellers);
    }
    if matches!(purpose, Purpose::Daemon | Purpose::OneAtATime)
        && let Some(checkpoints) = checkpoints::checkpoints(config.checkpoints.as_ref(), &secrets).await?
    {
        host.set_checkpoints(checkpoints);
    }
    Ok(host)
}

/// What reads alerts, as the configuration has it.
pub fn decoders(config: &Config) -> Decoders {
    Decoders::new(config.detectors.iter().cloned())
}

/// What brings targets to what their holds say, as the configuration wants it.
fn converger(config: &Config, clouds: &Arc<Clouds>, journal: &Arc<dyn Journal>, clock: &Arc<dyn Clock>) -> Converger {
    Converger::new(Means {
        clouds: Arc::clone(clouds),
        journal: Arc::clone(journal),
        clock: Arc::clone(clock),
        terms: Terms {
            never: config.guard.never_block(),
            ..config.network_acl.terms()
        },
        lists: Arc::new(Lists::new(never_block::lists(config, clouds))),
        instances: config.instance.terms(),
        stance: match config.mode {
            ConfiguredMode::Enforce => Stance::Enforce,
            ConfiguredMode::Observe => Stance::TakeBack {
                why: "the mode is to observe (mode)".to_owned(),
            },
        },
        owner: Owner::this_process(Timestamp::now()),
    })
}

/// The plugins and rules of a configuration.
async fn snapshot(config: &Config, loading: Loading<'_>) -> Snapshot {
    of_configuration(config, plugins::load_all(&config.plugins, loading).await)
}

fn of_configuration(config: &Config, plugins: Vec<Routed>) -> Snapshot {
    Snapshot {
        answers: config.decision.answers,
        budgets: config.budgets.clone(),
        approvals: config.approvals.clone(),
        ..Snapshot::new(plugins, rules_of(config))
    }
}

/// Says which plugins are not pinned, and which could not be loaded. The host works all the same: alerts must get into the journal, and what is in force must be
/// taken back in time.
fn tell_plugins(config: &Config, snapshot: &Snapshot) {
    for plugin in config.plugins.iter().filter(|plugin| plugin.is_unpinned()) {
        tracing::warn!(
            plugin = plugin.name,
            "the plugin is not pinned, whatever lies at its `file` is run; `quell plugin lock` writes its sha256"
        );
    }
    let absent = snapshot
        .plugins
        .iter()
        .filter_map(|routed| Some((routed, routed.plugin.as_ref().err()?)));
    for (routed, why) in absent.clone() {
        let so = match &routed.on_failure {
            OnFailure::Refuse => "alerts that are routed to it fail, are kept and tried again".to_owned(),
            OnFailure::FallBackTo(name) => format!("`{name}` is asked instead"),
        };
        tracing::error!(plugin = routed.name, "a plugin could not be loaded: {why}; {so}");
    }
    if !snapshot.plugins.is_empty() && absent.count() == snapshot.plugins.len() {
        tracing::error!("no plugin could be loaded: alerts are taken and kept, and nobody decides on them");
    }
}

/// The guards' rules as the whole configuration has them.
fn rules_of(config: &Config) -> Rules {
    Rules {
        deny_remotes: config.instance.flows == Flows::Deny,
        ..rules(&config.guard)
    }
}

/// The guards' rules as the table `[guard]` has them.
pub fn rules(guard: &Guard) -> Rules {
    Rules {
        never_block: guard.never_block(),
        widest_ipv4: guard.widest_ipv4.get(),
        widest_ipv6: guard.widest_ipv6.get(),
        max_remediations: guard.max_remediations.get(),
        longest_hold: guard.longest_hold.0,
        until_released: guard.until_released,
        protection: (&guard.protected).into(),
        instances_per_hour: guard.instances_per_hour,
        deny_remotes: false,
    }
}
