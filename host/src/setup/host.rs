//! A host out of its parts. All but the journal come first, so that a function loads plugins while its journal is being opened.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::task::yield_now;

use super::{
    Purpose, SetupError, checkpoints, cloud, decoders, ends, feedback, never_block, observations, of_configuration,
    plugins::{self, Loading},
    recorder, snapshot,
};
use crate::{
    clock::Clock,
    cloud::Clouds,
    config::{Config, Mode as ConfiguredMode, Plugin},
    converge::{Converger, Means, Stance, Terms},
    decision::ActionKind,
    fact::{NoObservations, ObservationSource},
    hold::{Journal, Owner},
    metrics::Counters,
    never_block::Lists,
    record::Recorder,
    report::Mode,
    roster::{Roster, Snapshot},
    sandbox::Sandbox,
    secret::Secrets,
    way::{Host, Parts},
};

/// All of a host but its journal.
pub(super) struct Prepared<'a> {
    config: &'a Config,
    purpose: Purpose,
    clock: Arc<dyn Clock>,
    counters: Arc<Counters>,
    clouds: Arc<Clouds>,
    secrets: Secrets,
    observations: Arc<dyn ObservationSource>,
    recorder: Option<Recorder>,
    snapshot: Snapshot,
}

impl<'a> Prepared<'a> {
    /// Loads the plugins, and makes whatever else a host needs. Nobody is waited for, and nobody called but for what a function asks ahead.
    pub(super) async fn prepare(
        config: &'a Config,
        purpose: Purpose,
        sandbox: &Sandbox,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, SetupError> {
        let counters = Arc::<Counters>::default();
        let places = cloud::places(&config.cloud, &clock).await?;
        let clouds = Arc::new(places.clouds.counted(&counters).cached(&clock));
        if purpose == Purpose::OneAtATime {
            ask_ahead(config, &clouds);
            // Before the plugins have this thread.
            yield_now().await;
        }
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
            plugins::tell(config, &snapshot);
        }
        Ok(Self {
            config,
            purpose,
            clock,
            counters,
            clouds,
            secrets,
            observations,
            recorder,
            snapshot,
        })
    }

    /// The host, with its journal.
    pub(super) async fn host(self, journal: Arc<dyn Journal>) -> Result<Host, SetupError> {
        let Self { config, purpose, .. } = self;
        let converger = converger(config, &self.clouds, &journal, &self.clock);
        let mut host = Host::new(Parts {
            decoders: decoders(config),
            roster: Arc::new(Roster::new(self.snapshot)),
            observations: self.observations,
            converger: match purpose {
                Purpose::OneAtATime => converger.one_at_a_time(),
                Purpose::Daemon | Purpose::Explain | Purpose::Orders | Purpose::Plugins => converger,
            },
            clouds: self.clouds,
            journal,
            clock: self.clock,
            mode: match (purpose, config.mode) {
                (Purpose::Explain, _) => Mode::Explain,
                (_, ConfiguredMode::Enforce) => Mode::Enforce,
                (_, ConfiguredMode::Observe) => Mode::Observe,
            },
            queue: u32::try_from(config.work.queue.get()).unwrap_or(u32::MAX),
            workers: config.work.workers.get(),
            keep: SignedDuration::try_from(config.journal.keep.0).unwrap_or(SignedDuration::MAX),
            counters: self.counters,
        });
        if let Some(recorder) = self.recorder {
            host.set_recorder(recorder);
        }
        // The daemon's timer knows every end by itself.
        if matches!(purpose, Purpose::OneAtATime | Purpose::Orders)
            && let Some(queue) = ends::delay_queue(&config.ends).await?
        {
            host.set_ends(queue);
        }
        if matches!(purpose, Purpose::Daemon | Purpose::OneAtATime)
            && let Some(tellers) = feedback::tellers(config, &self.secrets)?
        {
            host.set_tellers(tellers);
        }
        if matches!(purpose, Purpose::Daemon | Purpose::OneAtATime)
            && let Some(checkpoints) = checkpoints::checkpoints(config.checkpoints.as_ref(), &self.secrets).await?
        {
            host.set_checkpoints(checkpoints);
        }
        Ok(host)
    }
}

/// Asks EC2 for what every block needs, the prefixes of VPCs, while plugins are loaded. With that there is a connection, too, when the first alert asks for more. Only where nobody has to know
/// first which account and region an alert is for, and no role is assumed, whose session is named after the alert.
fn ask_ahead(config: &Config, clouds: &Clouds) {
    let may_block = |plugin: &Plugin| plugin.may.contains(&ActionKind::Block);
    if let Some(cloud) = clouds.only()
        && !config.cloud.assumes_roles()
        && config.plugins.iter().any(may_block)
    {
        let cloud = Arc::clone(cloud);
        // If it goes wrong, whoever needs it meets that.
        tokio::spawn(async move { cloud.vpcs().await });
    }
}

/// What brings targets to what their holds say, as the configuration wants it.
pub(super) fn converger(
    config: &Config,
    clouds: &Arc<Clouds>,
    journal: &Arc<dyn Journal>,
    clock: &Arc<dyn Clock>,
) -> Converger {
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
