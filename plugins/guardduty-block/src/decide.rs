//! From a finding to the answer.

use quell_plugin::{Alert, Decision, FactError, Facts, Failure, Histories, Notes, Observation, OwnSide};

use crate::{
    block::block,
    offender::{self, Offender},
    scope,
    settings::Settings,
};

/// Decide on one finding. Every answer says why.
///
/// # Errors
/// If a fact that is needed could not be had. That there is no such instance is no error but a reason to do nothing.
pub fn decide(finding: &Alert, settings: &Settings, facts: &impl Facts) -> Result<Decision, Failure> {
    let attack = match scope::attack(finding, settings) {
        Ok(attack) => attack,
        Err(reason) => return Ok(Decision::nothing(reason)),
    };

    let mut notes = Notes::default();
    let observations = facts.observations()?;
    let mut sides: Vec<_> = observations.iter().map(Observation::sides).collect();
    notes
        .unreadable
        .extend(sides.iter_mut().flat_map(|sides| sides.unreadable.drain(..)));
    let mut offenders = offender::offenders(&observations);
    if offenders.is_empty() {
        let reason = format!("finding {} names no attacker", finding.id);
        return Ok(Decision::nothing(reason).with_notes(notes.finish()));
    }

    let instance = match facts.instance(&finding.source.name) {
        Ok(instance) => instance,
        Err(FactError::NotKnown(message)) => {
            let reason = format!("no instance is known that finding {} is about: {message}", finding.id);
            return Ok(Decision::nothing(reason).with_notes(notes.finish()));
        }
        Err(error) => return Err(error.into()),
    };
    let mut own_side = OwnSide::of_alert(&finding.source, &sides);
    own_side.add(&instance);
    notes.left_out.extend(leave_out_own_side(&mut offenders, &own_side));
    if offenders.is_empty() {
        let reason = format!("every attacker that finding {} names is of its own side", finding.id);
        return Ok(Decision::nothing(reason).with_notes(notes.finish()));
    }

    let most = settings.max_blocks;
    notes.left_out.extend(
        offenders
            .iter()
            .skip(most)
            .map(|it| format!("{} is left out: max-blocks is {most}", it.address)),
    );
    offenders.truncate(most);
    let mut histories = Histories::of(facts);
    let blocks = offenders
        .iter()
        .map(|offender| {
            let history = histories.history(offender.address);
            block(offender, &instance, history, attack, settings)
        })
        .collect();
    notes.unanswered.extend(histories.unanswered());
    Ok(Decision::remediate(blocks).with_notes(notes.finish()))
}

/// Returns a note for each.
fn leave_out_own_side(offenders: &mut Vec<Offender>, own_side: &OwnSide) -> Vec<String> {
    offenders
        .extract_if(.., |offender| own_side.contains(offender.address))
        .map(|it| format!("{} is left out: it is of the finding's own side", it.address))
        .collect()
}

#[cfg(test)]
mod tests;
