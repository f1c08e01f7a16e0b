//! From an alert to the answer.

use quell_plugin::{
    Alert, Block, BlockPlace, Decision, Direction, FactError, Facts, Failure, Instance, Isolate, Notes, Remediation,
    confidence,
};

use crate::{
    part::Part,
    protection::protection,
    remotes::{is_outbound, remotes},
    settings::Settings,
    suspicion::suspicion,
};

/// How sure the plugin is of an actor when the detector does not say how severe it is.
const UNCERTAIN: u8 = 50;

/// Decide on one alert. Every answer says why.
///
/// # Errors
/// If the instance could not be asked for: its tags may protect it. That there is no such instance is no error but a reason to do nothing. If it is attacked,
/// also if the observations could not be asked for, which name the attacker.
pub fn decide(alert: &Alert, settings: &Settings, facts: &impl Facts) -> Result<Decision, Failure> {
    let suspicion = match suspicion(alert, settings) {
        Ok(suspicion) => suspicion,
        Err(reason) => return Ok(Decision::nothing(reason)),
    };
    let instance = match facts.instance(&alert.source.name) {
        Ok(instance) => instance,
        Err(FactError::NotKnown(message)) => {
            let reason = format!("no instance is known that alert {} is about: {message}", alert.id);
            return Ok(Decision::nothing(reason));
        }
        Err(error) => return Err(error.into()),
    };
    let case = Case {
        alert,
        instance,
        told: suspicion.told,
        settings,
    };
    match suspicion.part {
        Part::Actor => Ok(case.isolate(facts)),
        Part::Target => case.block(facts),
    }
}

/// An alert to act on, and the instance that it is about.
struct Case<'a> {
    alert: &'a Alert,
    instance: Instance,
    told: String,
    settings: &'a Settings,
}

impl Case<'_> {
    /// Isolates the instance, and says whom it talks to as far as that is known. An isolation does not wait for it.
    fn isolate(self, facts: &impl Facts) -> Decision {
        let Self {
            alert,
            instance,
            told,
            settings,
        } = self;
        if let Some(protection) = protection(&instance, settings) {
            return Decision::nothing(format!("{} is not isolated: {protection} ({told})", instance.id));
        }
        let mut notes = Notes::default();
        let remotes = match facts.observations() {
            Ok(observations) => remotes(observations.iter(), alert, &instance, &mut notes),
            Err(error) => {
                let id = &instance.id;
                notes
                    .unanswered
                    .push(format!("whom {id} talks to is not known: {}", error.message()));
                Vec::new()
            }
        };
        let reason = format!("{} acts for an attacker: {told}", instance.id);
        let isolate = Isolate::instance(instance.id)
            .with_security_groups(&settings.security_groups)
            .with_remotes(remotes);
        let remediation = Remediation::new(isolate, reason)
            .for_seconds(settings.isolate_seconds)
            .with_confidence(alert.severity.unwrap_or(UNCERTAIN));
        Decision::remediate(vec![remediation]).with_notes(notes.finish())
    }

    /// Blocks whoever attacks the instance.
    fn block(self, facts: &impl Facts) -> Result<Decision, Failure> {
        let Self {
            alert,
            instance,
            told,
            settings,
        } = self;
        let observations = facts.observations()?;
        let mut notes = Notes::default();
        let inbound = observations.iter().filter(|observation| !is_outbound(observation));
        let attackers = remotes(inbound, alert, &instance, &mut notes);
        if attackers.is_empty() {
            let reason = format!(
                "alert {} names nobody who attacks {} from outside",
                alert.id, instance.id
            );
            return Ok(Decision::nothing(reason).with_notes(notes.finish()));
        }
        let count = alert.extension("guardduty-count").and_then(|count| count.parse().ok());
        let sure = confidence(count, 1, alert.severity);
        let block = |attacker| {
            let place = BlockPlace::Instance(instance.id.clone());
            Remediation::new(
                Block::new(attacker, Direction::Ingress, place),
                format!("{attacker} attacks {}: {told}", instance.id),
            )
            .for_seconds(settings.block_seconds)
            .with_confidence(sure)
        };
        let blocks = attackers.into_iter().map(block).collect();
        Ok(Decision::remediate(blocks).with_notes(notes.finish()))
    }
}

#[cfg(test)]
mod tests;
