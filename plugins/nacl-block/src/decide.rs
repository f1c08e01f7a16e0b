//! From an alert to the answer.

use quell_plugin::{Alert, Decision, FactError, Facts, Failure, Histories, Notes, Observation, OwnSide, Remediation};

use crate::{
    block::block,
    offender::{self, Offender},
    settings::Settings,
    target::Targets,
};

/// Decide on one alert. Every answer says why.
///
/// # Errors
/// If a fact that is needed could not be had. That there is no such thing is no error but a reason to do nothing.
pub fn decide(alert: &Alert, settings: &Settings, facts: &impl Facts) -> Result<Decision, Failure> {
    let mut notes = Notes::default();
    let decision = match remediations(alert, settings, facts, &mut notes) {
        Ok(remediations) => Decision::remediate(remediations),
        Err(End::Decline(reason)) => Decision::nothing(reason),
        Err(End::Fail(error)) => return Err(error.into()),
    };
    Ok(decision.with_notes(notes.finish()))
}

/// Why there are no remediations.
enum End {
    /// For this good reason.
    Decline(String),
    /// Because the host has no answer now.
    Fail(FactError),
}

impl From<FactError> for End {
    fn from(error: FactError) -> Self {
        match error {
            FactError::NotKnown(message) => Self::Decline(message),
            other => Self::Fail(other),
        }
    }
}

/// The remediations, at least one.
fn remediations(
    alert: &Alert,
    settings: &Settings,
    facts: &impl Facts,
    notes: &mut Notes,
) -> Result<Vec<Remediation>, End> {
    in_scope(alert, settings)?;

    let observations = facts.observations()?;
    let mut sides: Vec<_> = observations.iter().map(Observation::sides).collect();
    notes
        .unreadable
        .extend(sides.iter_mut().flat_map(|sides| sides.unreadable.drain(..)));
    let mut offenders = offender::add_up(&sides);
    if offenders.is_empty() {
        let number = observations.len();
        return Err(End::Decline(format!(
            "none of the {number} observations of alert {} names a remote address",
            alert.id
        )));
    }

    let mut own_side = OwnSide::of_alert(&alert.source, &sides);
    let mut own = leave_out_own_side(&mut offenders, &own_side, notes);
    let harmless = leave_out_harmless(&mut offenders, settings.failed_attempts, notes);
    // AWS is asked only once there is somebody to block; what it says can only take from them.
    if !offenders.is_empty() {
        let targets = Targets::find(&alert.source, &offenders, facts)?;
        targets.instances().for_each(|instance| own_side.add(instance));
        own += leave_out_own_side(&mut offenders, &own_side, notes);
        if !offenders.is_empty() {
            return blocks(&offenders, &targets, alert, settings, facts, notes);
        }
    }
    let mut why = Vec::new();
    if harmless > 0 {
        why.push(format!(
            "{harmless} with fewer than {} failed attempts",
            settings.failed_attempts
        ));
    }
    if own > 0 {
        why.push(format!("{own} of the alert's own side"));
    }
    Err(End::Decline(format!(
        "no remote address of alert {} is to be blocked: {}",
        alert.id,
        why.join(", ")
    )))
}

fn in_scope(alert: &Alert, settings: &Settings) -> Result<(), End> {
    let Alert { id, kind, .. } = alert;
    let reason = if alert.test {
        format!("alert {id} is a test")
    } else if alert.resolved {
        format!("alert {id} is resolved")
    } else if !settings.alert_types.iter().any(|it| it.trim() == kind.trim()) {
        format!("alert {id} is of type `{kind}`, which is not among the alert-types in the settings")
    } else {
        return Ok(());
    };
    Err(End::Decline(reason))
}

/// Returns how many were left out.
fn leave_out_own_side(offenders: &mut Vec<Offender>, own_side: &OwnSide, notes: &mut Notes) -> usize {
    let is_own = |offender: &mut Offender| own_side.contains(offender.address);
    let left_out = offenders.extract_if(.., is_own);
    let told = left_out.map(|it| format!("{} is left out: it is of the alert's own side", it.address));
    notes.leave_out(told)
}

/// Returns how many were left out.
fn leave_out_harmless(offenders: &mut Vec<Offender>, threshold: u64, notes: &mut Notes) -> usize {
    let left_out = offenders.extract_if(.., |offender| !offender.is_enough(threshold));
    let told = left_out.map(
        |Offender {
             address,
             failed_attempts,
             ..
         }| {
            let failed = failed_attempts.unwrap_or(0);
            format!("{address} is left out: {failed} failed attempts, fewer than {threshold}")
        },
    );
    notes.leave_out(told)
}

/// A block for each offender at each instance that it attacked, as many as the settings allow.
fn blocks(
    offenders: &[Offender],
    targets: &Targets,
    alert: &Alert,
    settings: &Settings,
    facts: &impl Facts,
    notes: &mut Notes,
) -> Result<Vec<Remediation>, End> {
    let mut blocks = Vec::new();
    for offender in offenders {
        let instances = targets.of(offender);
        if instances.is_empty() {
            notes.left_out.push(format!(
                "{} is left out: no instance is known that it attacked",
                offender.address
            ));
        }
        blocks.extend(instances.into_iter().map(|instance| (offender, instance)));
    }
    if blocks.is_empty() {
        let mut asked = targets.not_known.join("; ");
        if asked.is_empty() {
            asked.push_str("neither the alert nor its observations name one");
        }
        return Err(End::Decline(format!(
            "no instance is known that alert {} is about: {asked}",
            alert.id
        )));
    }
    for (offender, _) in blocks.iter().skip(settings.max_blocks) {
        notes.left_out.push(format!(
            "{} is left out: max-blocks is {}",
            offender.address, settings.max_blocks
        ));
    }
    blocks.truncate(settings.max_blocks);
    // Last of all, so that nobody's history is asked who is not blocked.
    let mut histories = Histories::of(facts);
    let remediations = blocks
        .into_iter()
        .map(|(offender, instance)| {
            let history = histories.history(offender.address);
            block(offender, instance, history, alert, settings)
        })
        .collect();
    notes.unanswered.extend(histories.unanswered());
    Ok(remediations)
}

#[cfg(test)]
mod tests;
