//! One block: against whom, for how long, how surely, and why.

use quell_plugin::{Alert, Block, BlockPlace, History, Instance, Remediation, confidence};

use crate::{offender::Offender, settings::Settings};

/// Block an offender at an instance that it attacked, the longer the oftener it was blocked before.
pub fn block(
    offender: &Offender,
    instance: &Instance,
    history: &History,
    alert: &Alert,
    settings: &Settings,
) -> Remediation {
    let place = BlockPlace::Instance(instance.id.clone());
    let block = Block::new(offender.address, settings.direction, place);
    // Without the instance, so that what is blocked at several of them is free everywhere at the same time.
    let seed = format!("{} {}", offender.address, alert.id);
    Remediation::new(block, reason(offender, instance, history, alert))
        .for_seconds(settings.escalation().seconds(history, &seed))
        .with_confidence(confidence(
            offender.failed_attempts,
            settings.failed_attempts,
            alert.severity,
        ))
}

/// One sentence: who, how much, against what, says which alert, and how often it was blocked before.
fn reason(offender: &Offender, instance: &Instance, history: &History, alert: &Alert) -> String {
    let did = match offender {
        Offender {
            address,
            failed_attempts: Some(failed),
            ..
        } => {
            format!("{address} made {failed} failed attempts to access")
        }
        Offender {
            address,
            observations: 1,
            ..
        } => format!("{address} is the remote side of an observation of"),
        Offender {
            address, observations, ..
        } => format!("{address} is the remote side of {observations} observations of"),
    };
    let source = &alert.source.name;
    let attacked = if *source == instance.id {
        source.clone()
    } else {
        format!("{source} ({})", instance.id)
    };
    let before = match history.ended_holds() {
        0 => String::new(),
        1 => ", blocked once before".to_owned(),
        times => format!(", blocked {times} times before"),
    };
    format!("{did} {attacked}: alert {}, {}{before}", alert.id, alert.kind)
}
