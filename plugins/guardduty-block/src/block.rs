//! One block: against whom, for how long, how surely, and why.

use quell_plugin::{Block, BlockPlace, History, Instance, Remediation, confidence};

use crate::{offender::Offender, scope::Attack, settings::Settings};

/// Block an offender at the instance that it attacked, the longer the oftener it was blocked before.
pub fn block(
    offender: &Offender,
    instance: &Instance,
    history: &History,
    attack: Attack<'_>,
    settings: &Settings,
) -> Remediation {
    let place = BlockPlace::Instance(instance.id.clone());
    let block = Block::new(offender.address, settings.direction, place);
    let seed = format!("{} {}", offender.address, attack.finding.id);
    Remediation::new(block, reason(offender, instance, history, attack))
        .for_seconds(settings.escalation().seconds(history, &seed))
        .with_confidence(confidence(
            Some(attack.count),
            settings.minimum_count,
            attack.finding.severity,
        ))
}

/// One sentence: who, what, against whom, how often, and how often it was blocked before.
fn reason(offender: &Offender, instance: &Instance, history: &History, attack: Attack<'_>) -> String {
    let Attack { finding, count } = attack;
    let ports = match offender.observations {
        1 => String::new(),
        ports => format!(" on {ports} ports"),
    };
    let times = match count {
        1 => "once".to_owned(),
        count => format!("{count} times"),
    };
    let before = match history.ended_holds() {
        0 => String::new(),
        1 => ", blocked once before".to_owned(),
        times => format!(", blocked {times} times before"),
    };
    format!(
        "{} attacks {}{ports}: {}, seen {times}, finding {}{before}",
        offender.address, instance.id, finding.kind, finding.id
    )
}
