//! From a report to a recording.

use super::{AlertRecord, FORMAT, FactRecord, Guards, PluginRecord, Recording, TargetRecord};
use crate::{
    json::{JsonText, NotJson},
    report::{PluginReport, Report},
};

/// Why a report is no recording.
#[derive(Debug, thiserror::Error)]
pub enum NotRecordable {
    /// No plugin was asked.
    #[error("the alert was refused before any plugin was asked ({why}), so there is nothing to replay")]
    Refused {
        /// Why it was.
        why: String,
    },
    /// An older Quell wrote it.
    #[error(
        "the report is of a Quell that did not keep what plugins and guards were told, so it can't be replayed: it is too old"
    )]
    TooOld,
    /// A text that should be JSON.
    #[error("{what} can't be recorded")]
    NotJson {
        /// What it is.
        what: String,
        /// What is wrong with it.
        #[source]
        source: NotJson,
    },
}

impl Recording {
    /// The recording of a report. `report.alert.raw` must be the alert as it came: the journal keeps it with the delivery, not with the report.
    ///
    /// # Errors
    /// If nobody was asked, or the report does not tell all that a replay needs.
    pub fn of(report: &Report) -> Result<Self, NotRecordable> {
        let basis = match (&report.basis, &report.refusal) {
            (_, Some(why)) => return Err(NotRecordable::Refused { why: why.clone() }),
            (None, None) => return Err(NotRecordable::TooOld),
            (Some(basis), None) => basis,
        };
        let raw = JsonText::read(&report.alert.raw).map_err(|source| NotRecordable::NotJson {
            what: "the alert".to_owned(),
            source,
        })?;
        let facts = report.facts.iter().map(FactRecord::of);
        // A plugin that was not asked, because it could not be loaded or rests, decided nothing that could be replayed.
        let plugins = report
            .plugins
            .iter()
            .filter(|report| !report.was_not_asked())
            .filter_map(plugin);
        Ok(Self {
            format: FORMAT,
            quell: env!("CARGO_PKG_VERSION").to_owned(),
            note: None,
            redacted: Vec::new(),
            mode: report.mode,
            now: basis.now,
            alert: AlertRecord {
                detector: report.alert.detector,
                mapping: basis.mapping.clone(),
                raw,
            },
            facts: facts.collect::<Result<_, _>>()?,
            guards: Guards {
                home: basis.home.clone(),
                rules: basis.rules.clone(),
                listed: basis.listed.clone(),
                pardons: basis.pardons.clone(),
                surroundings: basis.surroundings.clone(),
            },
            plugins: plugins.collect(),
            plan: report.targets.iter().map(TargetRecord::from).collect(),
        })
    }
}

fn plugin(report: &PluginReport) -> Option<PluginRecord> {
    let given = report.given.clone()?;
    Some(PluginRecord {
        plugin: report.plugin.clone(),
        digest: given.digest,
        contract: given.contract,
        may: given.may,
        demands: given.demands,
        settings: given.settings,
        answer: report.answer.clone(),
        changed_before: report.changed_before.clone(),
        examined: report.examined.iter().cloned().map(Into::into).collect(),
    })
}
