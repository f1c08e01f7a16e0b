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
mod host;
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

use crate::{
    alert::Decoders,
    clock::{GivenTime, SystemClock},
    config::{Config, Guard},
    converge::Flows,
    guard::Rules,
    hold::Journal,
    permission::{self, HeldPolicy, Needs},
    roster::{Routed, Snapshot},
    sandbox::{Cache, Kept, Precompiled, Sandbox, Use},
    way::Host,
};

#[cfg(feature = "aws")]
pub use self::requests::of_function as web_options;
pub use self::{
    doors::sources, error::SetupError, examination::examine, journal::Writer, lock::WriterLock,
    plugin_error::PluginError, recorder::redaction,
};
use self::{host::Prepared, plugins::Loading};

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
    let sandbox = sandbox(config, purpose)?;
    let prepared = Prepared::prepare(config, purpose, &sandbox, Arc::new(SystemClock)).await?;
    prepared.host(journal).await
}

/// A function's host as the configuration says, which works within the time that the clock is given. Plugins are loaded while the journal is being opened.
pub async fn function_host(config: &Config, clock: &Arc<GivenTime>) -> Result<(Host, Writer), SetupError> {
    let opening = journal::of_function(&config.journal);
    let purpose = Purpose::OneAtATime;
    let prepared = Prepared::prepare(config, purpose, &sandbox(config, purpose)?, clock.clone()).await?;
    let (journal, writer) = opening.await?;
    Ok((prepared.host(journal).await?, writer))
}

/// A daemon's host as the configuration says, and the sandbox of its plugins, in which others can be loaded later.
pub(crate) async fn reloadable_host(config: &Config, journal: Arc<dyn Journal>) -> Result<(Host, Sandbox), SetupError> {
    let sandbox = sandbox(config, Purpose::Daemon)?;
    let prepared = Prepared::prepare(config, Purpose::Daemon, &sandbox, Arc::new(SystemClock)).await?;
    Ok((prepared.host(journal).await?, sandbox))
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

/// What reads alerts, as the configuration has it.
pub fn decoders(config: &Config) -> Decoders {
    Decoders::new(config.detectors.iter().cloned())
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
