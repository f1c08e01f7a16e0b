//! Examining a configuration with all that it needs, for the doctor.

use std::{collections::BTreeSet, sync::Arc};

use super::{SetupError, cloud, doors, ends, host::converger, journal, load_plugins, observations};
use crate::{
    clock::{Clock, SystemClock},
    config::Config,
    decision::ActionKind,
    doctor::{Checkup, clock, group, household, never_block, permission, room, sns, stealthwatch},
    fact::stealthwatch::StealthwatchApi,
    hold::{HoldFilter, Journal},
    permission::{Needs, Table},
    secret::Secrets,
    text::with_causes,
};

/// Looks at all that a configuration needs, and changes nothing: not in AWS, and not on this machine.
///
/// # Errors
/// If the accounts or the sandbox can't be set up at all. What is wrong with anything else is a finding.
pub async fn examine(config: &Config) -> Result<Checkup, SetupError> {
    let system: Arc<dyn Clock> = Arc::new(SystemClock);
    let places = cloud::places(&config.cloud, &system).await?;
    let accounts = cloud::accounts(&config.cloud)?;
    let clouds = Arc::new(places.clouds);
    let (journal, opened) = journal_or_none(config).await?;
    let converger = converger(config, &clouds, &journal, &system);
    let needs = Needs::of(config);
    let terms = config.instance.terms();
    let may = |kind| config.plugins.iter().any(|plugin| plugin.may.contains(&kind));
    let mut findings = Vec::new();
    let mut of_accounts = Vec::new();
    let mut looked_at = BTreeSet::new();
    let mut is_clock_told = Table::of(&config.journal.store).is_some();
    for trial in &places.trials {
        let place = trial.place();
        let account = accounts.iter().find(|account| account.id == place.account);
        let role = account.and_then(|account| account.role.as_deref());
        let (proven, found) = permission::check(&**trial, &needs, role).await;
        findings.extend(proven);
        if found.is_some() && !is_clock_told {
            let ahead = trial.clock_ahead().await;
            findings.extend(ahead.map(|ahead| clock::beside_api("AWS", Some(ahead))));
            is_clock_told = true;
        }
        let Some(found) = found else { continue };
        if may(ActionKind::Block) {
            of_accounts.extend(room::check(&converger, place, &found, &mut looked_at).await);
        }
        if may(ActionKind::Isolate) {
            of_accounts.extend(group::left_out(place, &found, &terms));
        }
    }
    let holds = journal.holds(&HoldFilter::default()).await?;
    of_accounts.extend(room::check_held(&converger, &holds, &looked_at).await);
    if may(ActionKind::Isolate) {
        of_accounts.extend(group::check(&clouds, &terms).await);
    }
    findings.extend(of_accounts);
    let loaded = load_plugins(config).await?;
    findings.extend(household::plugins(config, &loaded));
    findings.extend(household::precompiled(config, &loaded));
    findings.extend(household::secrets(config).await);
    let secrets = Secrets::new(&config.secrets);
    let api = config.stealthwatch_cloud.as_ref();
    // That its key can't be had is a finding of its own.
    let api = api.and_then(|api| observations::options(api, &secrets).ok());
    match api.map(StealthwatchApi::new) {
        Some(Ok(api)) => findings.extend(stealthwatch::check(&api).await),
        Some(Err(error)) => findings.push(stealthwatch::unusable(&error)),
        None => {}
    }
    let now = system.now();
    let standing = converger.lists().standing(now).await;
    findings.extend(never_block::lists(&converger.lists().each(now), &standing, now));
    for (topic, asked) in doors::subscriptions(config).await {
        findings.push(sns::topic(config, topic, &asked));
    }
    findings.extend(household::room_for_journal(&config.journal.store));
    match journal::examine(&config.journal).await {
        Some(of_table) => findings.extend(of_table),
        None => findings.push(household::journal(&config.journal.store, opened)),
    }
    if let (Some(url), Some(queue)) = (&config.ends.queue, ends::delay_queue(&config.ends).await?) {
        let examined = queue.examine().await.map_err(|error| with_causes(&error));
        findings.push(household::delay_queue(url.as_str(), examined));
    }
    findings.extend(household::folders(config));
    findings.extend(doors::examine(config).await);
    findings.extend(household::feedback(&journal.given_up(household::MOST_GIVEN_UP).await?));
    findings.extend(household::left_over(config, &holds));
    Ok(Checkup(findings))
}

/// A journal to read, and why it is an empty one in place of that which is there.
type Opened = (Arc<dyn Journal>, Result<(), String>);

/// The journal, or an empty one.
async fn journal_or_none(config: &Config) -> Result<Opened, SetupError> {
    Ok(match journal::to_read(&config.journal).await {
        Ok(Some(journal)) => match journal.paused().await {
            Ok(_) => (journal, Ok(())),
            Err(error) => (journal::nothing()?, Err(with_causes(&error))),
        },
        Ok(None) => (journal::nothing()?, Ok(())),
        Err(error) => (journal::nothing()?, Err(with_causes(&error))),
    })
}
