//! One Quell process: the real host with the default plugin, as the daemon sets it up.

use std::{path::Path, sync::Arc};

use jiff::SignedDuration;
use quell::{
    alert::Decoders,
    clock::{Clock, ManualClock},
    cloud::{Cloud, Clouds},
    converge::{Converger, InstanceTerms, Means, Stance, Terms},
    decision::ActionKind,
    hold::{Journal, Owner, SqliteJournal},
    report::Mode,
    roster::{Roster, Routed, Snapshot},
    way::{Host, Parts},
};
use quell_tests::{
    fault::{FaultyCloud, Life},
    stand,
};

use crate::{accounts::Watched, attackers::MadeUp};

/// How many alerts may wait.
pub(crate) const QUEUE: u32 = 1_000;

/// The default plugin twice: who tries passwords is denied the way in for hours, who scans is denied both ways.
pub(crate) async fn plugins(block_hours: u32) -> anyhow::Result<Vec<Routed>> {
    let (first, longest) = (block_hours * 3_600, block_hours * 3_600 * 16);
    let times = format!(r#""block-seconds": {first}, "longest-block-seconds": {longest}"#);
    let access = format!(r#"{{ "alert-types": ["Excessive Access Attempts (External)"], {times} }}"#);
    let scan = format!(r#"{{ "alert-types": ["Inbound Port Scanner"], "direction": "both", {times} }}"#);
    let plugin = stand::default_plugin().await?;
    Ok(vec![
        stand::routed(plugin.clone(), &access, [ActionKind::Block]).await?,
        stand::routed(plugin, &scan, [ActionKind::Block]).await?,
    ])
}

/// Starts a process on a journal that others before it may have left.
pub(crate) async fn start(
    number: usize,
    journal: &Path,
    accounts: &[Watched],
    life: &Arc<Life>,
    clock: &Arc<ManualClock>,
    keep: SignedDuration,
    plugins: Vec<Routed>,
) -> anyhow::Result<Arc<Host>> {
    let journal: Arc<dyn Journal> = Arc::new(SqliteJournal::open(journal)?);
    journal.break_leases().await?;
    let clock: Arc<dyn Clock> = clock.clone();
    let mortal = |watched: &Watched| -> Arc<dyn Cloud> {
        Arc::new(FaultyCloud::mortal(watched.account.clone(), Arc::clone(life)))
    };
    let clouds = Arc::new(Clouds::new(accounts.iter().map(mortal)).cached(&clock));
    Ok(Arc::new(Host::new(Parts {
        decoders: Decoders::default(),
        roster: Arc::new(Roster::new(Snapshot::new(plugins, stand::rules()))),
        converger: Converger::new(Means {
            clouds: Arc::clone(&clouds),
            journal: Arc::clone(&journal),
            clock: Arc::clone(&clock),
            terms: Terms::default(),
            lists: Arc::default(),

            instances: InstanceTerms::default(),
            stance: Stance::Enforce,
            owner: Owner::new(format!("process {number}")),
        }),
        clouds,
        observations: Arc::new(MadeUp),
        journal,
        clock,
        mode: Mode::Enforce,
        queue: QUEUE,
        workers: 4,
        keep,
        counters: Arc::default(),
    })))
}
