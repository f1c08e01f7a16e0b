//! Examining a configuration with all that it needs, for the doctor.

use std::sync::Arc;

use super::{SetupError, cloud, converger, doors, journal, load_plugins};
use crate::{
    clock::{Clock, SystemClock},
    config::Config,
    decision::ActionKind,
    doctor::{Checkup, group, household, permission, room},
    hold::{HoldFilter, Journal},
    permission::Needs,
    text::with_causes,
};

/// Looks at all that a configuration needs, and changes nothing: not in AWS, and not on this machine.
///
/// # Errors
/// If the accounts or the sandbox can't be set up at all. What is wrong with anything else is a finding.
pub async fn examine(config: &Config) -> Result<Checkup, SetupError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let places = cloud::places(&config.cloud, &clock).await?;
    let accounts = cloud::accounts(&config.cloud)?;
    let clouds = Arc::new(places.clouds);
    let (journal, opened) = journal_or_none(config).await?;
    let converger = converger(config, &clouds, &journal, &clock);
    let needs = Needs::of(config);
    let terms = config.instance.terms();
    let may = |kind| config.plugins.iter().any(|plugin| plugin.may.contains(&kind));
    let mut findings = Vec::new();
    let mut of_accounts = Vec::new();
    for trial in &places.trials {
        let place = trial.place();
        let account = accounts.iter().find(|account| account.id == place.account);
        let role = account.and_then(|account| account.role.as_deref());
        let (proven, found) = permission::check(&**trial, &needs, role).await;
        findings.extend(proven);
        let Some(found) = found else { continue };
        if may(ActionKind::Block) {
            of_accounts.extend(room::check(&converger, place, &found).await);
        }
        if may(ActionKind::Isolate) {
            of_accounts.extend(group::left_out(place, &found, &terms));
        }
    }
    if may(ActionKind::Isolate) {
        of_accounts.extend(group::check(&clouds, &terms).await);
    }
    findings.extend(of_accounts);
    findings.extend(household::plugins(config, &load_plugins(config).await?));
    findings.extend(household::secrets(config).await);
    match journal::examine(&config.journal).await {
        Some(of_table) => findings.extend(of_table),
        None => findings.push(household::journal(&config.journal.store, opened)),
    }
    findings.extend(household::folders(config));
    findings.extend(doors::examine(config).await);
    let holds = journal.holds(&HoldFilter::default()).await?;
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
