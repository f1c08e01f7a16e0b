//! Setting up: from a configuration to a host that can work.
//!
//! The only place where the parts meet. Whatever is wrong with any of them is told here, before the first alert comes in.

mod cloud;
mod error;
mod lock;
mod plugins;

use std::{path::Path, sync::Arc};

use jiff::{SignedDuration, Timestamp};

use crate::{
    clock::{Clock, SystemClock},
    config::{Config, Mode as ConfiguredMode},
    converge::{Converger, Means, Stance, Terms},
    fact::{
        NoObservations, ObservationSource,
        stealthwatch::{StealthwatchApi, StealthwatchOptions},
    },
    guard::Rules,
    hold::{Journal, Owner, SqliteJournal},
    report::Mode,
    sandbox::{Cache, Kept, Precompiled, Sandbox, Use},
    way::{Host, Parts},
};

pub use self::{error::SetupError, lock::WriterLock};

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
}

/// A host as the configuration says.
pub async fn host(config: &Config, purpose: Purpose) -> Result<Host, SetupError> {
    let journal = journal(&config.journal.path, purpose)?;
    host_with(config, purpose, journal).await
}

/// A host as the configuration says, with a journal that is open already.
pub async fn host_with(config: &Config, purpose: Purpose, journal: Arc<dyn Journal>) -> Result<Host, SetupError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let clouds = Arc::new(cloud::clouds(&config.cloud, &clock).await?.cached(&clock));
    let sandbox = Sandbox::with(
        match purpose {
            Purpose::Daemon => Use::Daemon,
            Purpose::OneAtATime | Purpose::Explain | Purpose::Orders => Use::OneAtATime,
        },
        config.sandbox.limits.clone(),
        Kept {
            precompiled: config.sandbox.precompiled.as_ref().map(Precompiled::at),
            cache: Some(Cache::at(&config.sandbox.cache)),
            increments: None,
        },
    )?;
    let terms = Terms {
        never: config.guard.never_block.iter().map(|prefix| prefix.net()).collect(),
        ..config.network_acl.terms()
    };
    let (plugins, observations): (_, Arc<dyn ObservationSource>) = match purpose {
        Purpose::Orders => (Vec::new(), Arc::new(NoObservations)),
        _ => (
            plugins::plugins(&config.plugins, &sandbox).await?,
            observations(config)?,
        ),
    };
    Ok(Host::new(Parts {
        plugins,
        observations,
        converger: Converger::new(Means {
            clouds: Arc::clone(&clouds),
            journal: Arc::clone(&journal),
            clock: Arc::clone(&clock),
            terms,
            stance: match config.mode {
                ConfiguredMode::Enforce => Stance::Enforce,
                ConfiguredMode::Observe => Stance::TakeBack {
                    why: "the mode is to observe (mode)".to_owned(),
                },
            },
            owner: Owner::this_process(Timestamp::now()),
        }),
        clouds,
        journal,
        clock,
        rules: rules(config),
        mode: match (purpose, config.mode) {
            (Purpose::Explain, _) => Mode::Explain,
            (_, ConfiguredMode::Enforce) => Mode::Enforce,
            (_, ConfiguredMode::Observe) => Mode::Observe,
        },
        queue: u32::try_from(config.work.queue.get()).unwrap_or(u32::MAX),
        workers: config.work.workers.get(),
        keep: SignedDuration::try_from(config.journal.keep.0).unwrap_or(SignedDuration::MAX),
    }))
}

fn journal(path: &Path, purpose: Purpose) -> Result<Arc<dyn Journal>, SetupError> {
    Ok(match purpose {
        // Who has no journal yet has no holds either.
        Purpose::Explain if !path.exists() => Arc::new(SqliteJournal::in_memory()?),
        Purpose::Explain => Arc::new(SqliteJournal::open_to_read(path)?),
        Purpose::Daemon | Purpose::OneAtATime | Purpose::Orders => Arc::new(SqliteJournal::open(path)?),
    })
}

fn observations(config: &Config) -> Result<Arc<dyn ObservationSource>, SetupError> {
    let Some(api) = &config.stealthwatch_cloud else {
        tracing::warn!(
            "[stealthwatch-cloud] is not configured: alerts are taken, but without observations nobody can be blocked"
        );
        return Ok(Arc::new(NoObservations));
    };
    let options = StealthwatchOptions {
        base_url: api.base_url.clone(),
        user: api.user.clone(),
        key: api.key.read()?,
        timeout: api.timeout.0,
        max_pages: api.max_pages,
        max_bytes: api.max_bytes,
        attempts: api.attempts,
    };
    Ok(Arc::new(StealthwatchApi::new(options)?))
}

fn rules(config: &Config) -> Rules {
    let guard = &config.guard;
    Rules {
        never_block: guard.never_block.iter().map(|prefix| prefix.net()).collect(),
        widest_ipv4: guard.widest_ipv4.get(),
        widest_ipv6: guard.widest_ipv6.get(),
        max_remediations: guard.max_remediations.get(),
        longest_hold: guard.longest_hold.0,
        until_released: guard.until_released,
    }
}
