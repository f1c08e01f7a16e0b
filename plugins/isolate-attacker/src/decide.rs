//! From an alert to the answer.

use quell_plugin::{Alert, Decision, FactError, Facts, Failure, Isolate, Remediation};

use crate::{protection::protection, settings::Settings, suspicion::suspicion};

/// How sure the plugin is when the detector does not say how severe it is.
const UNCERTAIN: u8 = 50;

/// Decide on one alert. Every answer says why.
///
/// # Errors
/// If the instance could not be asked for: its tags may protect it. That there is no such instance is no error but a reason to do nothing.
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
    if let Some(protection) = protection(&instance, settings) {
        let reason = format!("{} is not isolated: {protection} ({suspicion})", instance.id);
        return Ok(Decision::nothing(reason));
    }
    let reason = format!("{} acts for an attacker: {suspicion}", instance.id);
    let isolate = Isolate::instance(instance.id).with_security_groups(&settings.security_groups);
    let remediation = Remediation::new(isolate, reason)
        .for_seconds(settings.isolate_seconds)
        .with_confidence(alert.severity.unwrap_or(UNCERTAIN));
    Ok(Decision::remediate(vec![remediation]))
}

#[cfg(test)]
mod tests;
