//! Taking what a plugin decides for what it should decide.

use std::{fs, io};

use super::Trial;
use crate::{
    record::{Recording, Replayed},
    sandbox::{CONTRACT_VERSION, Plugin},
};

/// A recording with what was replayed in place of what was recorded, for the plugin of this name.
///
/// The plan goes if the holds would be others: only a host can plan again, from what is in AWS.
pub(super) fn accepted(mut recording: Recording, name: &str, plugin: &Plugin, replayed: Replayed) -> Recording {
    for fact in &mut recording.facts {
        fact.asked_by.retain(|asker| asker != name);
        if replayed.asked.contains(&fact.question) {
            fact.asked_by.push(name.to_owned());
        }
    }
    let mut is_other = false;
    if let Some(record) = recording.plugins.iter_mut().find(|record| record.plugin == name) {
        is_other = record.answer != replayed.answer || record.examined != replayed.examined;
        record.digest = plugin.digest();
        record.contract = CONTRACT_VERSION.to_owned();
        record.answer = replayed.answer;
        record.examined = replayed.examined;
    }
    if is_other {
        recording.plan.clear();
    }
    recording
}

/// Writes what was decided into the recording's file. False if there is nothing to write.
pub fn accept(trial: &Trial) -> io::Result<bool> {
    let Some(recording) = &trial.acceptable else {
        return Ok(false);
    };
    // Renamed when it is whole: an author's editor, and git, may be looking.
    let unfinished = trial.path.with_extension("json.new");
    fs::write(&unfinished, recording.to_text())?;
    fs::rename(&unfinished, &trial.path)?;
    Ok(true)
}
